# Requests that a browser, or a library in a page, sends ahead of a click: those
# that say so, and logout_navigation_only for those that do not.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

log_level('info');
no_long_string();
no_shuffle();

our $HttpConfig = <<'_';
    logout_redis sessions {
        server  127.0.0.1:$TEST_NGINX_REDIS_PORT;
        timeout 5s;
    }
    logout_session format=raw cookie=sid prefix=sess:;
    logout_client spa {
        return_url https://spa.example.com/bye;
        origin     https://spa.example.com;
    }
    logout_return_url /bye;
    add_header X-Result $logout_result always;
_

our $Config = <<'_';
    logout_navigation_only on;
    location = /logout {
        logout auth0;
    }
    location = /jsonp {
        logout schibsted;
    }
    location = /scripts {
        logout                 auth0;
        logout_navigation_only off;
    }
    location = /explain {
        logout_explain unprotected;
    }
    location = /status {
        logout_status;
    }
_

# Headers, one a line, of requests to `$Config`'s locations.
sub requests {
    return [map { "Cookie: sid=4fzd8k2m\n$_" } @_];
}

our @Announcements = ('Sec-Purpose: prefetch;prerender', 'Purpose: prefetch',
    'X-Purpose: preview', 'X-Sec-Purpose: prefetch', 'X-Moz: prefetch',
    'Next-Router-Prefetch: 1', 'Next-Router-Segment-Prefetch: /_tree',
    'X-Middleware-Prefetch: 1', 'RSC: 1', 'HX-Preloaded: true');

add_block_preprocessor(sub {
    my ($block) = @_;

    return if defined $block->must_die;
    $block->set_value(http_config => $::HttpConfig);
    $block->set_value(x_redis_set => 'sess:4fzd8k2m = 1');
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
});

run_tests();

__DATA__

=== TEST 1: each header that says so
--- config
    location = /logout {
        logout            auth0;
        logout_cross_site any;
    }
--- request eval
[('GET /logout') x @::Announcements]
--- more_headers eval
::requests(map { "$_\nSec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty" } @::Announcements)
--- error_code eval
[(503) x @::Announcements]
--- response_headers eval
[("X-Result: prefetch\n! Set-Cookie\nCache-Control: no-store") x @::Announcements]
--- x_redis_kept
sess:4fzd8k2m



=== TEST 2: a header that says nothing of the kind
--- config eval: $::Config
--- request
GET /scripts
--- more_headers
Cookie: sid=4fzd8k2m
X-Moz:
X-RSC: 1
HX-Boosted: true
X-Up-Version: 3.14.3
--- error_code: 302
--- x_redis_gone
sess:4fzd8k2m



=== TEST 3: navigation only: scripts, programs and images do not sign out
--- config eval: $::Config
--- request eval
[('GET /logout') x 5, 'GET /jsonp?client_id=spa&callback=f', 'GET /logout?client_id=spa']
--- more_headers eval
::requests("Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty\nAccept: text/html",
    "Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: empty",
    "Referer: http://localhost/\nAccept: text/html",
    'Accept: */*', 'Accept: application/json',
    "Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script",
    "Origin: https://spa.example.com\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty")
--- error_code eval
[(403) x 7]
--- response_headers eval
[("X-Result: navigation_required\n! Set-Cookie") x 7]
--- response_body_like eval
[('Only a page that you go to') x 4, '^\{"result":"navigation_required"\}$', ('') x 2]
--- x_redis_kept
sess:4fzd8k2m



=== TEST 4: navigation only: what takes the tab or a frame does
--- config eval: $::Config
--- request eval
[('GET /logout') x 3, "POST /logout\n"]
--- more_headers eval
::requests("Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document",
    "Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe",
    "Upgrade-Insecure-Requests: 1\nAccept: text/html",
    "Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document")
--- error_code eval
[302, 302, 302, 303]
--- response_headers eval
[("X-Result: logged_out\nLocation: /bye") x 4]
--- x_redis_gone
sess:4fzd8k2m



=== TEST 5: navigation only: another site's script is another site's first
--- config eval: $::Config
--- request
GET /logout
--- more_headers
Cookie: sid=4fzd8k2m
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
--- error_code: 403
--- response_headers
X-Result: cross_site
--- x_redis_kept
sess:4fzd8k2m



=== TEST 6: navigation only: no script gets leave by a preflight
--- config eval: $::Config
--- request
OPTIONS /logout?client_id=spa
--- more_headers
Origin: https://spa.example.com
Sec-Fetch-Mode: cors
Access-Control-Request-Method: POST
--- error_code: 405
--- response_headers
! Access-Control-Allow-Origin



=== TEST 7: logout_explain and logout_status say so
--- config eval: $::Config
--- request eval
["POST /explain\n" . '{"location":"/logout","headers":"RSC: 1"}', "POST /explain\n" . '{"location":"/logout","headers":"Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty"}', 'GET /logout', 'GET /status']
--- more_headers eval
['Content-Type: application/json', 'Content-Type: application/json', 'Accept: */*', '']
--- error_code eval
[200, 200, 403, 200]
--- response_body_like eval
['^\{"result":"prefetch"', 'The browser does not say that it goes to the answer, and the configuration takes navigations only\.', '', 'result="navigation_required"\} [12]\n']



=== TEST 8: neither on nor off
--- must_die
--- config
    location = /logout { logout auth0; logout_navigation_only always; }
--- error_log
invalid value "always" in "logout_navigation_only" directive, it must be "on" or "off"
