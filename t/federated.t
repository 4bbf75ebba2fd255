# logout_federated: where a browser goes that asks to leave the identity
# provider, too.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();
log_level('info');

our $store = <<'_';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        timeout 5s;
    }
    logout_return_url https://www.example.com/;
    logout_session    format=raw cookie=sid prefix=sess:;
_

our $http = <<'_';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_client my-spa {
        return_url https://spa.example.com/ https://spa.example.com/bye;
    }
    logout_client other {
        return_url https://other.example.com/;
        federated  https://other-idp.example.com/bye?next=$logout_return_url_escaped&by=$logout_client_id;
    }
    logout_return_url https://www.example.com/ https://www.example.com/bye /signed-out;
    logout_session    format=raw cookie=sid prefix=sess:;
    add_header        X-Result $logout_result always;
    add_header        X-Error  $logout_error always;
_

our $config = <<'_';
    location = /logout {
        logout           auth0;
        logout_federated https://idp.example.com/logout?returnTo=$logout_return_url_escaped;
    }
    location = /none {
        logout auth0;
    }
    location = /default {
        logout             auth0;
        logout_bad_request default;
        logout_federated   https://idp.example.com/logout?returnTo=$logout_return_url_escaped;
    }
    location = /variable {
        logout           auth0;
        logout_federated https://idp.example.com/$arg_x;
    }
_

our $home = 'Location: https://idp.example.com/logout?returnTo=https%3A%2F%2Fwww.example.com%2F';

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http) if !defined $block->http_config;
    $block->set_value(config => $::config) if !defined $block->config;
    $block->set_value(no_error_log => "[error]\n[crit]\n[alert]")
        if !defined $block->no_error_log;
    $block->set_value(x_redis_set => 'sess:abc = 1');
    $block->set_value(x_redis_gone => 'sess:abc');
    $block->set_value(more_headers => "Cookie: sid=abc\n"
        . ($block->more_headers // ''));
});

run_tests();

__DATA__

=== TEST 1: with any value or none
--- request eval
["GET /logout?federated", "GET /logout?federated=", "GET /logout?federated=1",
    "GET /logout?federated=false", "GET /logout?a&federated&b"]
--- error_code eval: [(302) x 5]
--- response_headers eval: [($::home) x 5]



=== TEST 2: not asked for
--- request eval
["GET /logout", "GET /logout?Federated", "GET /logout?x=federated"]
--- error_code eval: [(302) x 3]
--- response_headers eval: [('Location: https://www.example.com/') x 3]



=== TEST 3: the return URL that was asked for, checked, canonical and escaped
--- request
GET /logout?federated&returnTo=HTTPS%3A%2F%2FWWW.example.com%2Fbye%3Fa%3Db%26c%23d
--- error_code: 302
--- response_headers
Location: https://idp.example.com/logout?returnTo=https%3A%2F%2Fwww.example.com%2Fbye%3Fa%3Db%26c%23d



=== TEST 4: a path of the same site
--- request
GET /logout?federated&returnTo=/signed-out
--- error_code: 302
--- response_headers
Location: https://idp.example.com/logout?returnTo=%2Fsigned-out



=== TEST 5: of a client
--- request
GET /logout?client_id=my-spa&federated&returnTo=https://spa.example.com/bye
--- error_code: 302
--- response_headers
Location: https://idp.example.com/logout?returnTo=https%3A%2F%2Fspa.example.com%2Fbye



=== TEST 6: a client's own identity provider
--- request
GET /logout?client_id=other&federated
--- error_code: 302
--- response_headers
Location: https://other-idp.example.com/bye?next=https%3A%2F%2Fother.example.com%2F&by=other



=== TEST 7: a client's own identity provider, where the endpoint has none
--- request eval
['GET /none?client_id=other&federated', 'GET /none?federated']
--- error_code eval: [302, 302]
--- response_headers eval
['Location: https://other-idp.example.com/bye?next=https%3A%2F%2Fother.example.com%2F&by=other',
    'Location: https://www.example.com/']



=== TEST 8: a refused return URL is not hidden
--- request
GET /logout?federated&returnTo=https://evil.example/
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: return_url_not_allowed
! Location



=== TEST 9: logout_bad_request default: the default URL is nested
--- request
GET /default?federated&returnTo=https://evil.example/
--- error_code: 302
--- response_headers eval: "$::home\nX-Error: return_url_not_allowed"



=== TEST 10: in a JSON body
--- more_headers
Content-Type: application/json
--- request eval
['POST /logout
{"federated":true}', 'POST /logout
{"federated":""}', 'POST /logout
{"federated":false}']
--- error_code eval: [303, 303, 303]
--- response_headers eval: [$::home, $::home, 'Location: https://www.example.com/']



=== TEST 11: twice
--- request
GET /logout?federated&federated
--- error_code: 400
--- response_headers
X-Error: malformed_request
! Location



=== TEST 12: as JSON
--- more_headers
Accept: application/json
--- request
GET /logout?federated
--- response_body
{"result":"logged_out","return_url":"https://idp.example.com/logout?returnTo=https%3A%2F%2Fwww.example.com%2F"}



=== TEST 13: a variable in it cannot lead elsewhere
--- request eval
['GET /variable?federated&x=path', 'GET /variable?federated&x=a/../b', 'GET /variable?federated&x=a<b']
--- error_code eval: [302, 302, 302]
--- response_headers eval
['Location: https://idp.example.com/path', ('Location: https://www.example.com/') x 2]
--- no_error_log
[crit]
[alert]



=== TEST 14: a provider that compares whole URLs, and a query that is not
--- http_config eval: $::store
--- config
    location = /logout {
        logout           auth0;
        logout_federated https://id.example.com/endsession?client_id=a&post_logout_redirect_uri=$logout_return_url_escaped;
    }
--- request
GET /logout
--- error_code: 302
--- error_log eval
qr{\[warn\] .*the federated URL tells the provider the return URL, whose query is not compared here: .*; see "logout_match_query", for the location in \S+nginx\.conf:\d+}



=== TEST 15: so for a client
--- http_config eval
$::store . <<'_';
    logout_client a {
        return_url https://a.example.com/;
        federated https://id.example.com/endsession?client_id=a&post_logout_redirect_uri=$logout_return_url_escaped;
    }
_
--- config
    location = /logout {
        logout auth0;
    }
--- request
GET /logout
--- error_code: 302
--- error_log
the federated URL tells the provider the return URL, whose query is not compared here



=== TEST 16: where the query is compared
--- http_config eval: $::store
--- config
    location = /logout {
        logout             auth0;
        logout_match_query on;
        logout_federated https://id.example.com/endsession?client_id=a&post_logout_redirect_uri=$logout_return_url_escaped;
    }
--- request
GET /logout
--- error_code: 302
--- no_error_log
[warn]



=== TEST 17: providers that do not compare it, or are not told
--- http_config eval: $::store
--- config
    location = /logout {
        logout           auth0;
        logout_federated https://a.eu.auth0.com/v2/logout?client_id=a&returnTo=$logout_return_url_escaped;
    }
    location = /told {
        logout           auth0;
        logout_federated https://id.example.com/logout;
    }
--- request
GET /logout
--- error_code: 302
--- no_error_log
[warn]
