# Scripts: who may ask with fetch(), and read the answer (CORS).

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();

our $http = <<'_';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_client my-spa {
        return_url https://spa.example.com/bye;
        origin     https://spa.example.com http://localhost:3000;
    }
    logout_client other {
        return_url https://other.example.com/;
        origin     https://other.example.com;
    }
    logout_client my-app {
        return_url https://app.example.com/;
        origin     capacitor://localhost;
    }
_

our $config = <<'_';
    location = /logout {
        logout         oidc;
        logout_methods GET POST DELETE;
        logout_session format=raw cookie=sid prefix=sess:;
        add_header     X-Result $logout_result always;
    }
_

our $cors = "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors\n"
    . "Sec-Fetch-Dest: empty\nCookie: sid=abc\n";
our $preflight = "Sec-Fetch-Mode: cors\nAccess-Control-Request-Method: DELETE\n"
    . "Access-Control-Request-Headers: x-okta-user-agent-extended\n";

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config);
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    if (!defined $block->x_redis_set) {
        $block->set_value(x_redis_set => "sess:abc = 1\nsess:abd = 1");
        $block->set_value(x_redis_kept => defined $block->x_kept
            ? "sess:abc\nsess:abd" : 'sess:abd');
        $block->set_value(x_redis_gone => 'sess:abc')
            if !defined $block->x_kept;
    }
});

run_tests();

__DATA__

=== TEST 1: a script of the client's origin logs out and may read the answer
--- request
GET /logout?client_id=my-spa
--- more_headers eval
"$::cors" . "Origin: https://spa.example.com"
--- error_code: 204
--- response_headers
X-Result: logged_out
Access-Control-Allow-Origin: https://spa.example.com
Access-Control-Allow-Credentials: true
Vary: Origin
! Location
Cache-Control: no-store
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0



=== TEST 2: JSON, for a script that accepts it
--- request
GET /logout?client_id=my-spa&post_logout_redirect_uri=https://spa.example.com/bye
--- more_headers eval
"$::cors" . "Origin: http://localhost:3000\nAccept: application/json"
--- error_code: 200
--- response_headers
Content-Type: application/json
Access-Control-Allow-Origin: http://localhost:3000
--- response_body eval
qq({"result":"logged_out","return_url":"https://spa.example.com/bye"}\n)



=== TEST 3: not a script of another client's origin
--- request eval
['GET /logout?client_id=my-spa', 'GET /logout?client_id=nobody']
--- more_headers eval
"$::cors" . "Origin: https://other.example.com"
--- x_kept: 1
--- error_code eval
[403, 403]
--- response_headers eval
[("X-Result: cross_site\n! Access-Control-Allow-Origin\n"
    . "! Access-Control-Allow-Credentials\n! Set-Cookie") x 2]



=== TEST 4: where no client is named, each client's scripts may ask
--- request
DELETE /logout
--- more_headers eval
"$::cors" . "Origin: https://other.example.com"
--- error_code: 204
--- response_headers
X-Result: logged_out
Access-Control-Allow-Origin: https://other.example.com



=== TEST 5: nobody else's, and no spelling of theirs
--- request eval
['DELETE /logout', 'DELETE /logout', 'DELETE /logout', 'DELETE /logout']
--- more_headers eval
["$::cors" . "Origin: https://evil.example", "$::cors" . "Origin: null",
    "$::cors" . "Origin: https://spa.example.com.evil.example",
    "$::cors" . "Origin: http://spa.example.com"]
--- x_kept: 1
--- error_code eval
[403, 403, 403, 403]
--- response_headers eval
[("X-Result: cross_site\n! Access-Control-Allow-Origin") x 4]



=== TEST 6: a preflight is answered, and does nothing
--- request eval
['OPTIONS /logout?client_id=my-spa', 'OPTIONS /logout']
--- more_headers eval
"$::preflight" . "Cookie: sid=abc\nOrigin: https://spa.example.com"
--- x_kept: 1
--- error_code eval
[204, 204]
--- response_headers eval
[("X-Result: preflight\nAccess-Control-Allow-Origin: https://spa.example.com\n"
    . "Access-Control-Allow-Credentials: true\n"
    . "Access-Control-Allow-Methods: GET, POST, DELETE\n"
    . "Access-Control-Allow-Headers: x-okta-user-agent-extended\n"
    . "Vary: Origin\n! Set-Cookie") x 2]



=== TEST 7: a preflight of anybody else is refused
--- request eval
['OPTIONS /logout?client_id=my-spa', 'OPTIONS /logout?client_id=nobody',
    'OPTIONS /logout?client_id=%']
--- more_headers eval
"$::preflight" . "Cookie: sid=abc\nOrigin: https://other.example.com"
--- x_kept: 1
--- error_code eval
[405, 405, 405]
--- response_headers eval
[("X-Result: method_not_allowed\n! Access-Control-Allow-Origin\n"
    . "! Access-Control-Allow-Methods") x 3]



=== TEST 8: a script of the same site needs no origin, but may not read
--- request
GET /logout?client_id=my-spa
--- more_headers
Sec-Fetch-Site: same-site
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Origin: https://www.example.com
Cookie: sid=abc
--- error_code: 204
--- response_headers
X-Result: logged_out
! Access-Control-Allow-Origin
Vary: Origin



=== TEST 9: an app's own pages, in a web view
--- request
GET /logout?client_id=my-app
--- more_headers eval
"$::cors" . "Origin: capacitor://localhost"
--- error_code: 204
--- response_headers
X-Result: logged_out
Access-Control-Allow-Origin: capacitor://localhost
Access-Control-Allow-Credentials: true



=== TEST 10: not those of another app
--- request eval
['GET /logout?client_id=my-spa', 'GET /logout?client_id=my-app']
--- more_headers eval
["$::cors" . "Origin: capacitor://localhost",
    "$::cors" . "Origin: ionic://localhost"]
--- x_kept: 1
--- error_code eval
[403, 403]
--- response_headers eval
[('! Access-Control-Allow-Origin') x 2]



=== TEST 11: a browser that sends a script no cookie: nobody is signed out
--- request eval
['GET /logout?client_id=my-spa', 'GET /logout?client_id=my-spa', 'GET /logout?client_id=my-spa']
--- more_headers eval
[map { "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty\n"
    . "Origin: https://spa.example.com\n$_" }
    'Accept: */*', 'Accept: application/json', 'Cookie: other=abc']
--- x_kept: 1
--- error_code eval
[403, 403, 403]
--- response_headers eval
[("X-Result: cookie_required\n! Set-Cookie\n! Retry-After\n"
    . "Access-Control-Allow-Origin: https://spa.example.com") x 3]
--- response_body_like eval
['so that you may still be signed in', '^\{"result":"cookie_required"\}$', '']



=== TEST 12: the same without Fetch Metadata
--- request
POST /logout?client_id=my-spa
--- more_headers
Origin: https://spa.example.com
Accept: application/json
--- x_kept: 1
--- error_code: 403
--- response_headers
X-Result: cookie_required



=== TEST 13: whose cookie came, but whose session has ended, is signed out
--- request
GET /logout?client_id=my-spa
--- more_headers
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Origin: https://spa.example.com
Cookie: sid=gone
--- x_kept: 1
--- error_code: 204
--- response_headers
X-Result: no_session



=== TEST 14: strangers get one answer, whether a cookie comes or not
--- request eval
[('GET /logout') x 6]
--- more_headers eval
[map { my $who = $_; map { "Sec-Fetch-Site: cross-site\n$who\n$_" } 'Cookie: sid=abc', 'X-No: cookie' }
    "Sec-Fetch-Mode: cors\nSec-Fetch-Dest: empty\nOrigin: https://evil.example",
    "Sec-Fetch-Mode: no-cors\nSec-Fetch-Dest: empty",
    "Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe"]
--- x_kept: 1
--- error_code eval
[(403) x 6]
--- response_headers eval
[("X-Result: cross_site\n! Set-Cookie") x 6]
