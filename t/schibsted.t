# logout schibsted: what the logout endpoint of Schibsted account does.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();
log_level('info');

our $http = <<'_';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_client 56e9a5d1eee0000000000000 {
        return_url https://www.example.com/
                   https://www.example.com/bye
                   https://www.example.com/list?page=1;
    }
    logout_client other {
        return_url https://other.example.com/;
        origin     https://other.example.com;
    }
    logout_return_url https://tenant.example.com/;
_

our $config = <<'_';
    location = /logout {
        logout         schibsted;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_token   key=token:$logout_token;
        add_header     X-Result $logout_result always;
        add_header     X-Error  $logout_error always;
        add_header     X-Client $logout_client_id always;
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config) if !defined $block->config;
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    $block->set_value(more_headers => 'Cookie: sid=abc')
        if !defined $block->more_headers;
    if (!defined $block->x_redis_set) {
        $block->set_value(x_redis_set => "sess:abc = 1\nsess:abd = 1");
        $block->set_value(x_redis_kept => 'sess:abd');
        $block->set_value(x_redis_gone => 'sess:abc');
    }
});

run_tests();

__DATA__

=== TEST 1: client_id: the client's first URL
--- request
GET /logout?client_id=56e9a5d1eee0000000000000
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: logged_out
X-Client: 56e9a5d1eee0000000000000
! X-Error
Cache-Control: no-store



=== TEST 2: redirect_uri of the client's list
--- request
GET /logout?client_id=56e9a5d1eee0000000000000&redirect_uri=https%3A%2F%2Fwww.example.com%2Fbye
--- error_code: 302
--- response_headers
Location: https://www.example.com/bye



=== TEST 3: what the browser SDK sends
--- request
GET /logout?client_sdrn=sdrn%3Aschibsted.com%3Aclient%3A56e9a5d1eee0000000000000&redirect_uri=https%3A%2F%2Fwww.example.com%2Fbye&sdk_version=5.1.1
--- error_code: 302
--- response_headers
Location: https://www.example.com/bye
X-Client: 56e9a5d1eee0000000000000



=== TEST 4: client_id and client_sdrn that agree
--- request
GET /logout?client_id=other&client_sdrn=sdrn:spid.no:client:other
--- error_code: 302
--- response_headers
Location: https://other.example.com/



=== TEST 5: client_id and client_sdrn that disagree
--- request
GET /logout?client_id=other&client_sdrn=sdrn:spid.no:client:56e9a5d1eee0000000000000
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: malformed_request



=== TEST 6: a client is required
--- request
GET /logout
--- error_code: 400
--- response_headers
! Location
X-Result: logged_out
X-Error: client_required
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0
--- response_body_like: You are signed out.*client_required



=== TEST 7: the tenant's list is nobody's
--- request
GET /logout?redirect_uri=https://tenant.example.com/
--- error_code: 400
--- response_headers
! Location
X-Error: client_required



=== TEST 8: a client that nobody knows
--- request eval
[
    'GET /logout?client_id=nobody',
    'GET /logout?client_sdrn=sdrn:schibsted.com:client:nobody',
    'GET /logout?client_sdrn=other',
    'GET /logout?client_sdrn=sdrn:evil.example:client:other',
]
--- error_code eval
[400, 400, 400, 400]
--- response_headers eval
[('X-Error: unknown_client') x 4]



=== TEST 9: the query is compared
--- request eval
[
    'GET /logout?client_id=56e9a5d1eee0000000000000&redirect_uri=https://www.example.com/list%3Fpage=1',
    'GET /logout?client_id=56e9a5d1eee0000000000000&redirect_uri=https://www.example.com/list%3Fpage=2',
    'GET /logout?client_id=56e9a5d1eee0000000000000&redirect_uri=https://www.example.com/list',
    'GET /logout?client_id=56e9a5d1eee0000000000000&redirect_uri=https://www.example.com/bye%3Fx',
    'GET /logout?client_id=56e9a5d1eee0000000000000&redirect_uri=https://www.example.com/bye%23x',
]
--- error_code eval
[302, 400, 400, 400, 400]
--- response_headers eval
['Location: https://www.example.com/list?page=1', ('X-Error: return_url_not_allowed') x 4]



=== TEST 10: another client's list does not count
--- request
GET /logout?client_id=other&redirect_uri=https://www.example.com/
--- error_code: 400
--- response_headers
! Location
X-Error: return_url_not_allowed



=== TEST 11: POST with a form
--- more_headers
Cookie: sid=abc
Content-Type: application/x-www-form-urlencoded
--- request
POST /logout
client_id=other&redirect_uri=https%3A%2F%2Fother.example.com%2F
--- error_code: 303
--- response_headers
Location: https://other.example.com/



=== TEST 12: the parameters of other protocols mean nothing
--- request
GET /logout?client_id=other&returnTo=https://evil.example/&federated
--- error_code: 302
--- response_headers
Location: https://other.example.com/



=== TEST 13: oauth_token: a mobile application ends its token, too
--- more_headers
Cookie: sid=abc
Accept: application/json
--- request
POST /logout?client_id=other&oauth_token=t-1
--- x_redis_set
sess:abc = 1
token:t-1 = 1
token:t-2 = 1
--- x_redis_gone
sess:abc
token:t-1
--- x_redis_kept
token:t-2
--- error_code: 200
--- response_headers
Content-Type: application/json
X-Result: logged_out
--- response_body
{"result":"logged_out","return_url":"https://other.example.com/"}



=== TEST 14: Authorization: Bearer
--- more_headers
Authorization: Bearer t-1
--- request
GET /logout?client_id=other
--- x_redis_set
sess:abc = 1
token:t-1 = 1
--- x_redis_gone
token:t-1
--- x_redis_kept
sess:abc
--- response_body_like: "result":"logged_out"



=== TEST 15: the script of the 2.x SDK
--- request
GET /logout?client_id=other&callback=f1a2b3&redirect_uri=https://evil.example/
--- response_headers
Content-Type: text/javascript; charset=utf-8
X-Content-Type-Options: nosniff
! Location
--- response_body_like
^SPiD\.Talk\.response\("f1a2b3",\{"result":true,"serverTime":\d+,"baseDomain":""\}\);$



=== TEST 16: a callback that is not a name
--- request
GET /logout?client_id=other&callback=alert(1)
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: malformed_request
--- response_body_unlike: alert



=== TEST 17: the script, in a browser that sends it no cookie: not signed out
--- request
GET /logout?client_id=other&callback=f1a2b3
--- more_headers
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: no-cors
Sec-Fetch-Dest: script
Referer: https://other.example.com/
--- x_redis_set
sess:abc = 1
--- x_redis_kept
sess:abc
--- response_headers
Content-Type: text/javascript; charset=utf-8
X-Result: cookie_required
! Set-Cookie
--- response_body_like
^SPiD\.Talk\.response\("f1a2b3",\{"error":\{"code":403,"type":"cookie_required","description":"[^"]+"\},"response":\{"result":false,"serverTime":\d+,"baseDomain":""\}\}\);$
