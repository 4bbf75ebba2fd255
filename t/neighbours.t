# A logout beside other directives of nginx, and reached through them.

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
    logout_redis others {
        server   127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
        database 1;
    }
    logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
    logout_return_url https://www.example.com/;
    add_header        X-Result $logout_result always;
    limit_req_zone    $server_name zone=one:1m rate=1r/m;
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http
        . ($block->http_config // ''));
    $block->set_value(no_error_log => "[crit]\n[alert]\n[emerg]")
        if !defined $block->no_error_log;
    $block->set_value(more_headers => 'Cookie: sid=abc')
        if !defined $block->more_headers;
    $block->set_value(x_redis_set => 'sess:abc = 1')
        if !defined $block->x_redis_set;
    $block->set_value(defined $block->x_kept ? 'x_redis_kept' : 'x_redis_gone',
        'sess:abc') if !defined $block->x_any;
});

run_tests();

__DATA__

=== TEST 1: inside "if"
--- config
    location = /logout {
        logout auth0;
        if ($arg_a) {
            set $b 1;
        }
    }
--- request eval
['GET /logout?a=1', 'GET /logout']
--- error_code eval
[302, 302]
--- response_headers eval
[("Location: https://www.example.com/\nX-Result: logged_out") x 2]



=== TEST 2: inside "if", with headers of its own
--- config
    location = /logout {
        logout auth0;
        if ($arg_a) {
            add_header X-A $logout_result always;
        }
    }
--- request
GET /logout?a=1
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-A: logged_out



=== TEST 3: "if" that answers itself
--- config
    location = /logout {
        logout auth0;
        if ($arg_a) {
            return 403;
        }
    }
--- request
GET /logout?a=1
--- x_kept: 1
--- error_code: 403



=== TEST 4: limit_except: what is not limited is served
--- config
    location = /logout {
        logout auth0;
        limit_except GET {
            deny all;
        }
    }
--- request eval
['GET /logout', 'POST /logout']
--- x_any: 1
--- error_code eval
[302, 403]



=== TEST 5: limit_except: what is limited is served, if it is let through
--- config
    location = /logout {
        logout auth0;
        limit_except GET {
            allow all;
        }
    }
--- request
POST /logout
--- error_code: 303
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 6: satisfy any: one of two ways to be let in
--- config
    location = /logout {
        logout     auth0;
        satisfy    any;
        deny       all;
        auth_basic secret;
        auth_basic_user_file ../html/passwords;
    }
--- user_files
>>> passwords
me:{PLAIN}secret
--- more_headers eval
["Cookie: sid=abc\nAuthorization: Basic bWU6c2VjcmV0", 'Cookie: sid=abc']
--- request eval
['GET /logout', 'GET /logout']
--- x_any: 1
--- error_code eval
[302, 401]
--- response_headers eval
['X-Result: logged_out', "X-Result:\n! Set-Cookie"]



=== TEST 7: satisfy any: refused, nothing is done
--- config
    location = /logout {
        logout     auth0;
        satisfy    any;
        deny       all;
        auth_basic secret;
        auth_basic_user_file ../html/passwords;
    }
--- user_files
>>> passwords
me:{PLAIN}secret
--- request
GET /logout
--- x_kept: 1
--- error_code: 401
--- response_headers
! Set-Cookie
! Location



=== TEST 8: limit_req: one too many does nothing
--- config
    location = /logout {
        logout    auth0;
        limit_req zone=one;
    }
--- request eval
['GET /logout', 'GET /logout']
--- x_any: 1
--- error_code eval
[302, 503]
--- response_headers eval
['X-Result: logged_out', "X-Result:\n! Set-Cookie"]



=== TEST 9: auth_request: let in, and not
--- config
    location = /logout {
        logout       auth0;
        auth_request /may;
    }
    location = /may {
        internal;
        if ($http_x_yes) {
            return 204;
        }
        return 403;
    }
--- more_headers eval
["Cookie: sid=abc\nX-Yes: 1", 'Cookie: sid=abc']
--- request eval
['GET /logout', 'GET /logout']
--- x_any: 1
--- error_code eval
[302, 403]
--- response_headers eval
['X-Result: logged_out', "X-Result:\n! Set-Cookie"]



=== TEST 10: auth_request with a body
--- config
    location = /logout {
        logout       auth0;
        auth_request /may;
    }
    location = /may {
        internal;
        return 204;
    }
--- more_headers
Cookie: sid=abc
Content-Type: application/json
--- request
POST /logout
{"returnTo":"https://www.example.com/"}
--- error_code: 303
--- response_headers
X-Result: logged_out



=== TEST 11: a subrequest: the session is ended, the page is the main one's
--- config
    location = /page {
        ssi on;
        default_type text/html;
        root html;
        try_files /page.html =404;
        add_header X-Outer $logout_result always;
    }
    location = /logout {
        logout auth0;
        logout_return_url https://www.example.com/;
    }
    location = /signed-out-page {
        logout schibsted;
    }
--- user_files
>>> page.html
<before><!--#include virtual="/logout" --><between><!--#include virtual="/signed-out-page" wait="yes" --><after>
--- request
GET /page
--- response_body
<before><between>You are signed out. The request does not name the application (client_id). (client_required)
<after>



=== TEST 12: a subrequest, the main request's body is not the logout's
--- config
    location = /page {
        ssi on;
        default_type text/html;
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend;
    }
    location = /backend {
        default_type text/html;
        return 200 '<!--#include virtual="/logout" -->';
    }
    location = /logout {
        logout schibsted;
    }
--- more_headers
Cookie: sid=abc
Content-Type: application/x-www-form-urlencoded
--- request
POST /page
client_id=nobody
--- response_body
You are signed out. The request does not name the application (client_id). (client_required)



=== TEST 13: try_files
--- config
    location /app {
        try_files $uri /logout;
    }
    location = /logout {
        logout auth0;
    }
--- request
GET /app/sign-out?returnTo=https://www.example.com/
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 14: rewrite
--- config
    location /sign-out {
        rewrite ^ /logout last;
    }
    location = /logout {
        logout auth0;
    }
--- request
GET /sign-out
--- error_code: 302
--- response_headers
X-Result: logged_out



=== TEST 15: X-Accel-Redirect of an application
--- config
    location = /app {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend;
    }
    location = /backend {
        add_header X-Accel-Redirect /logout;
        return 200 "nothing";
    }
    location = /logout {
        internal;
        logout auth0;
    }
--- request eval
['POST /app', 'GET /logout']
--- x_any: 1
--- error_code eval
[302, 404]
--- response_headers eval
["X-Result: logged_out\nLocation: https://www.example.com/", '! Set-Cookie']



=== TEST 16: the error page of another location
--- config
    location = /app {
        error_page 418 = /logout;
        return 418;
    }
    location = /logout {
        logout auth0;
    }
--- request
GET /app
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 17: the error page of another location, by name
--- config
    location = /app {
        error_page 418 = @logout;
        return 418;
    }
    location @logout {
        logout auth0;
    }
--- request
POST /app
--- error_code: 303
--- response_headers
X-Result: logged_out



=== TEST 18: a logout as the error page of a logout
--- config
    location = /first {
        logout     schibsted;
        error_page 400 = /second;
    }
    location = /second {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=second: redis=others;
    }
--- init
::redis('SELECT', 1); ::redis('SET', 'second:abc', 1); ::redis('SELECT', 0);
--- request
GET /first
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-Result: logged_out



=== TEST 19: several stores: each location deletes in its own
--- config
    location = /a {
        logout auth0;
    }
    location = /b {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=others;
    }
    location = /both {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=others;
        logout_session format=raw cookie=sid prefix=sess: redis=sessions;
    }
--- init
::redis('SELECT', 1); ::redis('SET', 'sess:abc', 1); ::redis('SELECT', 0);
--- request eval
['GET /b', 'GET /b', 'GET /both', 'GET /a']
--- x_any: 1
--- error_code eval
[302, 302, 302, 302]
--- response_headers eval
['X-Result: logged_out', 'X-Result: no_session', 'X-Result: logged_out', 'X-Result: logged_out']



=== TEST 20: several sessions of one location
--- config
    location = /logout {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=sessions;
        logout_session format=raw cookie=sid prefix=more: redis=sessions;
        logout_session format=raw cookie=two prefix=two: redis=sessions;
        add_header     X-Keys $logout_keys_deleted;
    }
--- more_headers
Cookie: sid=abc; two=xyz
--- x_redis_set
sess:abc = 1
more:abc = 1
two:xyz = 1
two:abc = 1
--- x_any: 1
--- x_redis_gone
sess:abc
more:abc
two:xyz
--- x_redis_kept
two:abc
--- request
GET /logout
--- error_code: 302
--- response_headers
X-Keys: 3



=== TEST 21: gzip, sub_filter and charset of the page
--- config
    location = /logout {
        logout            schibsted;
        gzip              on;
        gzip_min_length   1;
        gzip_types        *;
        charset           utf-8;
        sub_filter_types  *;
        sub_filter_once   off;
        sub_filter        "signed out" "logged out";
    }
--- more_headers
Cookie: sid=abc
Accept: text/html
--- request
GET /logout
--- error_code: 400
--- response_headers
Content-Type: text/html; charset=utf-8
--- response_body_like: You are logged out\.



=== TEST 22: a logout whose answer replaces that of another
Nothing of the first answer is left but what has happened.
--- http_config
    logout_redis nobody {
        server 127.0.0.1:1;
        timeout 1s;
    }
--- config
    location = /first {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=nobody;
        error_page     503 = @second;
    }
    location = /keeps {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=nobody;
        error_page     503 @second;
    }
    location = /other {
        logout         schibsted;
        error_page     400 405 = @second;
    }
    location @second {
        logout auth0;
    }
--- request eval
['GET /first', 'GET /keeps', 'GET /other', 'PUT /other']
--- x_any: 1
--- error_code eval
[302, 503, 302, 405]
--- response_headers eval
["! Retry-After\nCache-Control: no-store\nLocation: https://www.example.com/",
    "Cache-Control: no-store\nLocation: https://www.example.com/",
    "! Content-Security-Policy\n! X-Content-Type-Options\n"
        . "Cache-Control: no-store\nSet-Cookie: sid=; Path=/; "
        . "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0",
    "Allow: GET, POST\nCache-Control: no-store"]
