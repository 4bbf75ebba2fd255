# logout_status and logout_status_zone: what is counted, in which form
# it is read, and what `nginx -t` says of a mistake.

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
_

our $config = <<'_';
    location = /logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_return_url https://app.test/;
    }
    location = /status {
        logout_status;
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(no_error_log => "[error]\n[alert]\n[crit]")
        if !defined $block->no_error_log && !defined $block->must_die;
});

run_tests();

__DATA__

=== TEST 1: a logout is counted under its server and location
--- http_config eval: $::http
--- config eval: $::config
--- x_redis_set
sess:abc = 1
--- more_headers
Cookie: sid=abc
--- request eval
["GET /logout", "GET /status"]
--- error_code eval
[302, 200]
--- response_body_like eval
[
    '',
    qr{^nginx_logout_requests_total\{location="localhost/logout",protocol="auth0",result="logged_out"\} [12]$}m,
]



=== TEST 2: all that belongs to it
--- http_config eval: $::http
--- config eval: $::config
--- x_redis_set
sess:abc = 1
--- more_headers
Cookie: sid=abc
--- request eval
["GET /logout?returnTo=https://evil.test/", "PUT /logout", "GET /status"]
--- error_code eval
[400, 405, 200]
--- response_body_like eval
[
    qr/return_url_not_allowed/,
    qr/method_not_allowed/,
    qr{
        requests_total\{location="localhost/logout",protocol="auth0",result="logged_out"\}\ ([12])$
        .*result="method_not_allowed"\}\ \1$
        .*errors_total\{location="localhost/logout",protocol="auth0",error="return_url_not_allowed"\}\ \1$
        .*keys_deleted_total\{location="localhost/logout",protocol="auth0"\}\ \1$
        .*redis_workers\{redis="sessions",server="127\.0\.0\.1:\d+",role="server",state="up"\}\ 1$
        .*redis_workers\{redis="sessions",server="127\.0\.0\.1:\d+",role="server",state="down"\}\ 0$
        .*redis_connects_total\{redis="sessions",server="127\.0\.0\.1:\d+",role="server"\}\ 1$
        .*redis_commands_in_flight\{redis="sessions",server="127\.0\.0\.1:\d+"\}\ 0$
        .*redis_commands_total\{redis="sessions",server="127\.0\.0\.1:\d+"\}\ \1$
        .*redis_reply_seconds_bucket\{redis="sessions",server="127\.0\.0\.1:\d+",le="\+Inf"\}\ \1$
        .*redis_reply_seconds_count\{redis="sessions",server="127\.0\.0\.1:\d+"\}\ \1$
    }msx,
]



=== TEST 3: what was not counted yet is 0
--- http_config eval: $::http
--- config eval: $::config
--- request
GET /status
--- response_headers
Content-Type: text/plain; version=0.0.4; charset=utf-8
Cache-Control: no-store
Vary: Accept
! Content-Security-Policy
--- response_body_like chomp
result="logged_out"} 0\n(?s:.*)result="redis_unavailable"} 0\n(?s:.*)error="unknown_client"} 0\n



=== TEST 4: OpenMetrics, as Prometheus asks for it
--- http_config eval: $::http
--- config eval: $::config
--- more_headers
Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1
--- request
GET /status
--- response_headers
Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8
--- response_body_like chomp
^# HELP nginx_logout_build The module's version.\n(?s:.*)\n# EOF\n$



=== TEST 5: JSON by the Accept header
--- http_config eval: $::http
--- config eval: $::config
--- more_headers
Accept: application/json
--- request
GET /status
--- response_headers
Content-Type: application/json
--- response_body_like chomp
^\{"version":"[0-9.]+","now":\d+,"since":\d+,"locations":\[\{"location":"localhost/logout","protocol":"auth0","results":\{"logged_out":0,



=== TEST 6: JSON by the query
--- http_config eval: $::http
--- config eval: $::config
--- more_headers
Accept: text/html
--- request
GET /status?format=json
--- response_headers
Content-Type: application/json
--- response_body_like chomp
^\{"version":



=== TEST 7: a page for a browser, under a policy that allows nothing else
--- http_config eval: $::http
--- config eval: $::config
--- more_headers
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
--- request
GET /status
--- response_headers_like
Content-Type: text/html; charset=utf-8
Content-Security-Policy: default-src 'none'; img-src data:; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
--- response_body_like chomp
<meta http-equiv="refresh" content="5">(?s:.*)<svg viewBox="0 0 600 100"(?s:.*)<code>localhost/logout</code>



=== TEST 8: a page that stays as it is
--- http_config eval: $::http
--- config eval: $::config
--- request
GET /status?format=html&refresh=off
--- response_body_unlike: http-equiv="refresh"



=== TEST 9: a format that does not exist
--- http_config eval: $::http
--- config eval: $::config
--- request
GET /status?format=xml
--- error_code: 400



=== TEST 10: HEAD
--- http_config eval: $::http
--- config eval: $::config
--- request
HEAD /status
--- response_headers
Content-Type: text/plain; version=0.0.4; charset=utf-8
--- response_body:



=== TEST 11: reading only
--- http_config eval: $::http
--- config eval: $::config
--- request
POST /status
x=1
--- error_code: 405



=== TEST 12: access rules of nginx hold
--- http_config eval: $::http
--- config
    location = /logout {
        logout auth0;
        logout_return_url https://app.test/;
    }
    location = /status {
        logout_status;
        deny all;
    }
--- request
GET /status
--- error_code: 403
--- no_error_log
[alert]



=== TEST 13: a name of one's own, inherited, with what has to be escaped
--- http_config eval: $::http
--- config
    logout_status_zone 'the "web" \\ <b>';
    location = /logout {
        logout auth0;
        logout_return_url https://app.test/;
    }
    location = /other {
        logout schibsted;
        logout_status_zone other;
        logout_client a {
            return_url https://app.test/;
        }
    }
    location = /status {
        logout_status;
    }
--- request eval
["GET /logout", "GET /other", "GET /status", "GET /status?format=html", "GET /status?format=json"]
--- error_code eval
[302, 400, 200, 200, 200]
--- response_body_like eval
[
    '',
    qr/client_required/,
    qr{\{location="the \\"web\\" \\\\ <b>",protocol="auth0",result="no_session"\} 1\n.*\{location="other",protocol="schibsted",result="no_session"\} 1\n.*error="client_required"\} 0\n.*error="client_required"\} 1\n}s,
    qr{<code>the &quot;web&quot; \\ &lt;b&gt;</code>},
    qr{"location":"the \\"web\\" \\\\ \\u003cb\\u003e"},
]



=== TEST 14: locations of one name and protocol are counted together
--- http_config eval: $::http
--- config
    logout_status_zone web;
    logout_return_url https://app.test/;
    location = /a {
        logout auth0;
    }
    location = /b {
        logout auth0;
    }
    location = /status {
        logout_status;
    }
--- request eval
["GET /a", "GET /b", "GET /status"]
--- error_code eval
[302, 302, 200]
--- response_body_like eval
['', '', qr/\{location="web",protocol="auth0",result="no_session"\} 2\n(?!.*result="no_session")/s]



=== TEST 15: a prefetch and a cross-site request
--- http_config eval: $::http
--- config eval: $::config
--- more_headers eval
["Sec-Purpose: prefetch", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: image", ""]
--- request eval
["GET /logout", "GET /logout", "GET /status"]
--- error_code eval
[503, 403, 200]
--- response_body_like eval
['', '', qr/result="cross_site"\} 1\n.*result="prefetch"\} 1\n/s]



=== TEST 16: Redis is away
--- http_config
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- config eval: $::config
--- more_headers
Cookie: sid=abc
--- request eval
["GET /logout", "GET /status"]
--- error_code eval
[503, 200]
--- response_body_like eval
['', qr/result="redis_unavailable"\} 1\n.*redis_workers\{redis="sessions",server="127\.0\.0\.1:\d+",role="server",state="down"\} 1\n.*failures_total\{redis="sessions",server="127\.0\.0\.1:\d+",role="server",reason="connect"\} [1-9]/s]
--- no_error_log
[alert]



=== TEST 17: logout_status without any logout
--- config
    location = /status {
        logout_status;
    }
--- request
GET /status
--- response_body_like chomp
^# HELP nginx_logout_build_info
--- response_body_unlike chomp
location=



=== TEST 18: a name twice
--- config
    logout_status_zone a;
    logout_status_zone b;
    location = /t {
        return 200;
    }
--- must_die
--- error_log
"logout_status_zone" directive is duplicate in
--- suppress_stderr



=== TEST 19: logout_status takes no parameter
--- config
    location = /t {
        logout_status on;
    }
--- must_die
--- error_log
invalid number of arguments in "logout_status" directive in
--- suppress_stderr



=== TEST 20: a location is one or the other
--- config
    location = /t {
        logout auth0;
        logout_return_url https://app.test/;
        logout_status;
    }
--- must_die
--- error_log
"logout_status" directive conflicts with another handler of this location in
--- suppress_stderr
