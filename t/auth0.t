# logout auth0: what GET /v2/logout of Auth0's Authentication API does.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();
repeat_each(2);
log_level('info');

our $http = <<'_';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_client my-spa {
        return_url https://spa.example.com/
                   https://*.preview.example.com/bye
                   https://spa.example.com/exact?a=b;
    }
    logout_client native {
        return_url com.example.app://signed-out;
    }
    logout_client silent {
    }
_

our $config = <<'_';
    location = /v2/logout {
        logout            auth0;
        logout_session    format=raw cookie=sid prefix=sess:;
        logout_return_url https://www.example.com/ https://www.example.com/bye
                          /signed-out /account/*;
        add_header        X-Result $logout_result always;
        add_header        X-Error  $logout_error always;
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http) if !defined $block->http_config;
    $block->set_value(config => $::config) if !defined $block->config;
    # nginx warns that the client's list has an entry with a query, which most
    # of these blocks do not compare
    $block->set_value(no_error_log => "[error]\n[crit]\n[alert]");
    if (!defined $block->more_headers) {
        $block->set_value(more_headers => 'Cookie: sid=abc');
    }
    if (!defined $block->x_redis_set) {
        $block->set_value(x_redis_set => "sess:abc = 1\nsess:abd = 1");
        $block->set_value(x_redis_kept => 'sess:abd')
            if !defined $block->x_redis_kept;
        $block->set_value(x_redis_gone => 'sess:abc')
            if !defined $block->x_redis_gone;
    }
});

run_tests();

__DATA__

=== TEST 1: nothing given: the tenant's first URL
--- request
GET /v2/logout
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: logged_out
! X-Error
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0
Cache-Control: no-store
Content-Length: 0
! Content-Type
--- response_body:



=== TEST 2: returnTo of the tenant's list
--- request
GET /v2/logout?returnTo=https%3A%2F%2Fwww.example.com%2Fbye
--- error_code: 302
--- response_headers
Location: https://www.example.com/bye
X-Result: logged_out



=== TEST 3: not escaped at all
--- request
GET /v2/logout?returnTo=https://www.example.com/bye
--- error_code: 302
--- response_headers
Location: https://www.example.com/bye



=== TEST 4: the canonical form is sent, not what was received
--- request
GET /v2/logout?returnTo=HTTPS://WWW.Example.COM:443/bye
--- error_code: 302
--- response_headers
Location: https://www.example.com/bye



=== TEST 5: query and fragment are not compared, and kept
--- request
GET /v2/logout?returnTo=https%3A%2F%2Fwww.example.com%2Fbye%3Fa%3Db%26c%23d
--- error_code: 302
--- response_headers
Location: https://www.example.com/bye?a=b&c#d



=== TEST 6: the parameter is decoded once
--- request
GET /v2/logout?returnTo=https%253A%252F%252Fwww.example.com%252Fbye
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: return_url_not_allowed



=== TEST 7: a path of the same site
--- request
GET /v2/logout?returnTo=%2Faccount%2Fclosed
--- error_code: 302
--- response_headers
Location: /account/closed



=== TEST 8: an empty returnTo is none
--- request eval
['GET /v2/logout?returnTo=', 'GET /v2/logout?returnTo']
--- error_code eval
[302, 302]
--- response_headers eval
['Location: https://www.example.com/', 'Location: https://www.example.com/']



=== TEST 9: with client_id: the client's first URL
--- request
GET /v2/logout?client_id=my-spa
--- error_code: 302
--- response_headers
Location: https://spa.example.com/



=== TEST 10: with client_id: a URL of the client's list
--- request
GET /v2/logout?client_id=my-spa&returnTo=https%3A%2F%2Fpr-7.preview.example.com%2Fbye
--- error_code: 302
--- response_headers
Location: https://pr-7.preview.example.com/bye



=== TEST 11: with client_id: the tenant's list does not count
--- request
GET /v2/logout?client_id=my-spa&returnTo=https://www.example.com/bye
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: return_url_not_allowed



=== TEST 12: without client_id: the client's list does not count
--- request
GET /v2/logout?returnTo=https://spa.example.com/
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: return_url_not_allowed



=== TEST 13: a client that nobody knows, though the URL is the tenant's
--- request
GET /v2/logout?client_id=nobody&returnTo=https://www.example.com/bye
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: unknown_client
--- response_body_like: You are signed out.*unknown_client



=== TEST 14: an empty client_id is none
--- request
GET /v2/logout?client_id=&returnTo=/signed-out
--- error_code: 302
--- response_headers
Location: /signed-out



=== TEST 15: an application's own scheme
--- request
GET /v2/logout?client_id=native
--- error_code: 302
--- response_headers
Location: com.example.app://signed-out



=== TEST 16: a client without URLs gets a page
--- request
GET /v2/logout?client_id=silent
--- response_headers
! Location
X-Result: logged_out
Content-Type: text/plain; charset=utf-8
--- response_body
You are signed out.



=== TEST 17: an endpoint without URLs gets a page
--- config
    location = /v2/logout {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess:;
    }
--- request
GET /v2/logout
--- response_body
You are signed out.



=== TEST 18: an endpoint without sessions only redirects
--- config
    location = /v2/logout {
        logout            auth0;
        logout_return_url https://www.example.com/;
        add_header        X-Result $logout_result always;
    }
--- request
GET /v2/logout
--- error_code: 302
--- x_redis_set
sess:abc = 1
--- x_redis_kept
sess:abc
--- response_headers
Location: https://www.example.com/
X-Result: no_session
! Set-Cookie



=== TEST 19: returnTo twice
--- request
GET /v2/logout?returnTo=https://www.example.com/&returnTo=https://www.example.com/
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: malformed_request
--- error_log
logout: malformed_request, parameter returnTo: the parameter is given twice



=== TEST 20: names are compared exactly
--- request
GET /v2/logout?returnto=/signed-out&returnTo[]=/signed-out&ReturnTo=/signed-out
--- error_code: 302
--- response_headers
Location: https://www.example.com/



=== TEST 21: names are compared after decoding
--- request
GET /v2/logout?return%54o=/signed-out
--- error_code: 302
--- response_headers
Location: /signed-out



=== TEST 22: no cookie: nothing to end, and the same answer
--- more_headers
Accept: */*
--- request
GET /v2/logout
--- x_redis_gone
sess:xyz
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: no_session
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0



=== TEST 23: a session that is gone already
--- more_headers
Cookie: sid=abx
--- request
GET /v2/logout
--- x_redis_gone
sess:abx
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: no_session
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0



=== TEST 24: what no session id can be never reaches Redis
--- more_headers
Cookie: sid=a b
--- init
::redis('SET', 'sess:a b', 1);
--- x_redis_kept
sess:a b
sess:abc
--- x_redis_gone
sess:a
--- request
GET /v2/logout
--- error_code: 302
--- response_headers
X-Result: no_session
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0



=== TEST 25: every occurrence of the cookie, in every Cookie header
--- more_headers
Cookie: other=1; sid=one; sid=two
Cookie: sid=three; SID=four; xsid=five
--- request
GET /v2/logout
--- x_redis_set
sess:one = 1
sess:two = 1
sess:three = 1
sess:four = 1
sess:five = 1
--- x_redis_gone
sess:one
sess:two
sess:three
--- x_redis_kept
sess:four
sess:five
--- error_code: 302
--- response_headers
X-Result: logged_out



=== TEST 26: the request of Auth0's own documentation
--- more_headers
Cookie: sid=abc
Content-Type: application/json
--- request
GET /v2/logout
{"client_id":"my-spa", "returnTo":"https://spa.example.com/"}
--- error_code: 302
--- response_headers
Location: https://spa.example.com/



=== TEST 27: POST with a form
--- more_headers
Cookie: sid=abc
Content-Type: application/x-www-form-urlencoded
--- request
POST /v2/logout
client_id=my-spa&returnTo=https%3A%2F%2Fspa.example.com%2F
--- error_code: 303
--- response_headers
Location: https://spa.example.com/



=== TEST 28: logout_match_query on: the query is compared
--- config
    location = /v2/logout {
        logout             auth0;
        logout_match_query on;
        logout_session     format=raw cookie=sid prefix=sess:;
    }
--- request eval
[
    'GET /v2/logout?client_id=my-spa&returnTo=https://spa.example.com/exact%3Fa=b',
    'GET /v2/logout?client_id=my-spa&returnTo=https://spa.example.com/exact%3Fa=c',
    'GET /v2/logout?client_id=my-spa&returnTo=https://spa.example.com/%3Fa=b',
]
--- error_code eval
[302, 400, 400]
--- response_headers eval
['Location: https://spa.example.com/exact?a=b', '! Location', '! Location']
