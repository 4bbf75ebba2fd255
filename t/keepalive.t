# Several logouts on one connection: one after the other, and in one write.

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
    add_header        X-Requests $connection_requests always;
_

our $config = <<'_';
    location = /logout {
        logout auth0;
    }
    location = /refuse {
        logout             auth0;
        logout_bad_request refuse;
    }
    location = /other {
        return 200 "another location";
    }
    location = /told {
        rewrite_log on;
        rewrite ^/never$ /other;
        return 200;
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config);
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    $block->set_value(x_redis_set => CORE::join '',
        map { "sess:$_ = 1\n" } 1 .. 9);
});

# Closes the connections of nginx.
Test::Nginx::Socket::add_response_body_check(sub {
    my ($block) = @_;

    redis('CLIENT', 'KILL', 'TYPE', 'normal') if defined $block->x_kill;
});

run_tests();

__DATA__

=== TEST 1: logouts in one write, in their order
--- pipelined_requests eval
[('GET /logout') x 4]
--- more_headers eval
[map { "Cookie: sid=$_" } 1, 2, 'gone', 3]
--- error_code eval: [(302) x 4]
--- response_headers eval
["X-Result: logged_out\nX-Requests: 1", "X-Result: logged_out\nX-Requests: 2",
    "X-Result: no_session\nX-Requests: 3", "X-Result: logged_out\nX-Requests: 4"]



=== TEST 2: among other requests
--- pipelined_requests eval
['GET /other', 'GET /logout', 'GET /other', 'GET /logout', 'GET /other']
--- more_headers eval
[map { "Cookie: sid=$_" } 1, 2, 3, 4, 5]
--- error_code eval: [200, 302, 200, 302, 200]
--- response_body eval
['another location', '', 'another location', '', 'another location']
--- response_headers eval
[map { "X-Requests: $_" } 1 .. 5]



=== TEST 3: behind refusals and errors
--- pipelined_requests eval
['GET /other', 'GET /refuse?returnTo=%', 'DELETE /logout', 'GET /logout?returnTo=/no', 'GET /logout']
--- more_headers eval
[map { "Cookie: sid=$_\nAccept: text/html" } 1 .. 5]
--- error_code eval: [200, 400, 405, 400, 302]
--- response_headers eval
['X-Result:', 'X-Result: bad_request', 'X-Result: method_not_allowed', 'X-Result: logged_out',
    "X-Result: logged_out\nX-Requests: 5"]



=== TEST 4: a POST with its body, and what follows it
--- pipelined_requests eval
["POST /logout\nclient_id=nobody", 'GET /logout', "POST /logout\nreturnTo=https%3A%2F%2Fwww.example.com%2F", 'GET /other']
--- more_headers eval
[map { "Cookie: sid=$_\nContent-Type: application/x-www-form-urlencoded" } 1 .. 4]
--- error_code eval: [400, 302, 303, 200]
--- response_headers eval
[map { "X-Requests: $_" } 1 .. 4]



=== TEST 5: the next request begins in the packet of a logout
--- raw_request eval
["GET /logout HTTP/1.1\r\nHost: localhost\r\nCookie: sid=1\r\n\r\nGET /to",
    "ld HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
--- raw_request_middle_delay: 0.05
--- error_code: 302
--- response_headers
X-Result: logged_out
--- error_log
"^/never$" does not match "/told"



=== TEST 6: a connection that Redis closed is opened again
--- request eval: [('GET /logout') x 3]
--- more_headers eval
[map { "Cookie: sid=$_" } 1 .. 3]
--- error_code eval: [(302) x 3]
--- x_kill: 1
--- response_headers eval
[('X-Result: logged_out') x 3]
