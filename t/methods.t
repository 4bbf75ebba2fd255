# Which methods end a session: logout_methods.

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
    logout_return_url https://www.example.com/;
    logout_session    format=raw cookie=sid prefix=sess:;
    add_header        X-Result $logout_result always;
_

our $config = <<'_';
    location = /logout {
        logout auth0;
    }
    location = /delete {
        logout         auth0;
        logout_methods DELETE;
    }
    location = /post {
        logout         auth0;
        logout_methods POST DELETE;
    }
    location = /other {
        return 200 "another location";
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config) if !defined $block->config;
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    $block->set_value(x_redis_set => 'sess:abc = 1');
    $block->set_value(defined $block->x_kept ? 'x_redis_kept' : 'x_redis_gone',
        'sess:abc');
    $block->set_value(more_headers => "Cookie: sid=abc\n"
        . ($block->more_headers // ''));
});

run_tests();

__DATA__

=== TEST 1: GET is answered with 302
--- request
GET /logout
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 2: POST is answered with 303
--- request
POST /logout
--- error_code: 303
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 3: HEAD does nothing
--- request
HEAD /logout
--- x_kept: 1
--- error_code: 405
--- response_headers
Allow: GET, POST
X-Result: method_not_allowed
! Location
! Set-Cookie
--- response_body:



=== TEST 4: OPTIONS does nothing
--- request
OPTIONS /logout
--- x_kept: 1
--- error_code: 405
--- response_headers
Allow: GET, POST
X-Result: method_not_allowed
! Set-Cookie
Cache-Control: no-store
--- error_log
logout: method_not_allowed



=== TEST 5: other methods do nothing
--- request eval
['PUT /logout', 'DELETE /logout', 'PATCH /logout', 'PROPFIND /logout', 'LOGOUT /logout']
--- x_kept: 1
--- error_code eval
[405, 405, 405, 405, 405]
--- response_headers eval
[("X-Result: method_not_allowed\nAllow: GET, POST\n! Set-Cookie") x 5]



=== TEST 6: DELETE where it is listed
--- request
DELETE /delete
--- error_code: 303
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 7: what is not listed does nothing
--- request eval
['GET /delete', 'POST /delete', 'GET /post']
--- x_kept: 1
--- error_code eval
[405, 405, 405]
--- response_headers eval
['Allow: DELETE', 'Allow: DELETE', 'Allow: POST, DELETE']



=== TEST 8: the answer to a HEAD has the length of its body
--- request
HEAD /logout
--- x_kept: 1
--- error_code: 405
--- raw_response_headers_like: Content-Length: [1-9]



=== TEST 9: a refused method with a body: the connection goes on
--- pipelined_requests eval
["PUT /logout\nreturnTo=x", "GET /other"]
--- x_kept: 1
--- error_code eval
[405, 200]
--- response_headers eval
['X-Result: method_not_allowed', 'X-Result:']
--- response_body eval
[qr/method_not_allowed/, 'another location']
