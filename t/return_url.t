# Return URLs: what a list in nginx.conf allows, how the parameter is read, what
# is sent, and what `nginx -t` says of a list that cannot mean what it says.
# Known attacks are in return_url_vectors.t.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();

our $http = <<'_';
    logout_redis sessions {
        server          127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 10s;  # busy machines
        timeout         10s;
    }
    logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
    add_header        X-Error $logout_error always;
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(no_error_log => "[error]\n[alert]\n[crit]")
        if !defined $block->no_error_log && !defined $block->must_die;
});

run_tests();

__DATA__

=== TEST 1: what SDKs send, decoded once and escaped again
auth0-js, auth0-spa-js and the account SDK of Schibsted encode it in these ways.
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example.test:18444/after;
    }
--- request eval
[
    'GET /logout?returnTo=https%3A%2F%2Fapp.example.test%3A18444%2Fafter%3Fx%3D1%26y%3D%C3%B8%20z',
    'GET /logout?returnTo=https%3A%2F%2Fapp.example.test%3A18444%2Fafter%3Fx%3D1%26y%3D%C3%B8+z',
    'GET /logout?returnTo=https://app.example.test:18444/after?x=1',
]
--- error_code eval
[302, 302, 302]
--- response_headers eval
[
    'Location: https://app.example.test:18444/after?x=1&y=%C3%B8%20z',
    'Location: https://app.example.test:18444/after?x=1&y=%C3%B8%20z',
    'Location: https://app.example.test:18444/after?x=1',
]



=== TEST 2: without a return URL, the first entry
A bare parameter and an empty one ask for nothing.
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url HTTPS://App.example:443 /bye;
    }
--- request eval
['GET /logout', 'GET /logout?returnTo', 'GET /logout?returnTo=',
 'GET /logout?returnTo=&x=y']
--- error_code eval
[302, 302, 302, 302]
--- response_headers eval
['Location: https://app.example/', 'Location: https://app.example/',
 'Location: https://app.example/', 'Location: https://app.example/']



=== TEST 3: other spellings of the parameter's name are other parameters
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ /bye;
    }
--- request eval
['GET /logout?returnto=/bye', 'GET /logout?returnTo[]=/bye',
 'GET /logout?returnTo.x=/bye', 'GET /logout?return%54o=/bye',
 'GET /logout?+returnTo=/bye', 'GET /logout?redirect_uri=/bye']
--- error_code eval
[302, 302, 302, 302, 302, 302]
--- response_headers eval
['Location: https://app.example/', 'Location: https://app.example/',
 'Location: https://app.example/', 'Location: /bye',
 'Location: https://app.example/', 'Location: https://app.example/']



=== TEST 4: a parameter that comes twice is malformed
The user is logged out all the same.
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ /bye;
    }
--- x_redis_set
sess:abc = 1
--- x_redis_gone
sess:abc
--- more_headers
Cookie: sid=abc
--- request eval
['GET /logout?returnTo=/bye&returnTo=/bye', 'GET /logout?returnTo&returnTo=/bye',
 'GET /logout?returnTo=/bye&return%54o=/', 'GET /logout?returnTo=%zz']
--- error_code eval
[400, 400, 400, 400]
--- response_headers eval
[("X-Error: malformed_request\n! Location") x 4]



=== TEST 5: the parameter is decoded once
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ /a%2fb /docs/*;
    }
--- request eval
['GET /logout?returnTo=%2Fa%252Fb', 'GET /logout?returnTo=/a%2Fb',
 'GET /logout?returnTo=/docs/%252e%252e/x', 'GET /logout?returnTo=/docs/%2e%2e/x']
--- error_code eval
[302, 400, 400, 400]
--- response_headers eval
['Location: /a%2Fb', '! Location', '! Location', '! Location']



=== TEST 6: auth0 does not compare queries, schibsted and oidc do
--- http_config eval
$::http . <<'_';
    logout_client c {
        return_url https://app.example/ https://app.example/q?x=1;
    }
_
--- config
    location = /auth0 { logout auth0; }
    location = /schibsted { logout schibsted; }
    location = /oidc { logout oidc; }
--- request eval
[
    'GET /auth0?client_id=c&returnTo=https://app.example/q?x=2%23f',
    'GET /schibsted?client_id=c&redirect_uri=https://app.example/q?x=2',
    'GET /schibsted?client_id=c&redirect_uri=https://app.example/q?x=1',
    'GET /oidc?client_id=c&post_logout_redirect_uri=https://app.example/q',
    'GET /oidc?client_id=c&post_logout_redirect_uri=https://app.example/q?x=1',
    'GET /oidc?client_id=c&post_logout_redirect_uri=https://app.example/%23f',
]
--- error_code eval
[302, 400, 302, 400, 302, 400]
--- response_headers eval
['Location: https://app.example/q?x=2#f', '! Location',
 'Location: https://app.example/q?x=1', '! Location',
 'Location: https://app.example/q?x=1', '! Location']



=== TEST 7: logout_match_query decides otherwise
--- http_config eval
$::http . <<'_';
    logout_client c {
        return_url https://app.example/ https://app.example/q?x=1;
    }
_
--- config
    location = /auth0 { logout auth0; logout_match_query on; }
    location = /oidc { logout oidc; logout_match_query off; }
--- request eval
[
    'GET /auth0?client_id=c&returnTo=https://app.example/q?x=2',
    'GET /auth0?client_id=c&returnTo=https://app.example/q?x=1',
    'GET /oidc?client_id=c&post_logout_redirect_uri=https://app.example/q?x=2',
]
--- error_code eval
[400, 302, 302]
--- response_headers eval
['! Location', 'Location: https://app.example/q?x=1',
 'Location: https://app.example/q?x=2']



=== TEST 8: every kind of entry
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ https://app.example/docs/*
                          https://*.preview.example.com/bye /bye /account/*
                          http://127.0.0.1:*/callback http://[::1]:*/callback
                          com.example.app://signed-out;
    }
--- request eval
[map { "GET /logout?returnTo=$_" } qw(
    https://app.example/docs/a/b https://pr-7.preview.example.com/bye /bye
    /account/x http://127.0.0.1:49152/callback http://[::1]:49152/callback
    com.example.app://signed-out https://app.example/docs
    https://a.b.preview.example.com/bye //account/x
    http://localhost:49152/callback com.example.app://signed-in)]
--- error_code eval
[(302) x 7, (400) x 5]
--- response_headers eval
[map { $_ eq '-' ? '! Location' : "Location: $_" } qw(
    https://app.example/docs/a/b https://pr-7.preview.example.com/bye /bye
    /account/x http://127.0.0.1:49152/callback http://[::1]:49152/callback
    com.example.app://signed-out - - - - -)]



=== TEST 9: the Host header does not choose where a path leads
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url /bye;
    }
--- more_headers
Host: evil.example
--- request
GET /logout?returnTo=/bye
--- error_code: 302
--- response_headers
Location: /bye
--- raw_response_headers_unlike: evil



=== TEST 10: variables
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/;
        add_header        X-Return $logout_return_url always;
        add_header        X-Escaped $logout_return_url_escaped always;
    }
--- request eval
['GET /logout?returnTo=https://APP.example?a=b%20c', 'GET /logout?returnTo=/x']
--- error_code eval
[302, 400]
--- response_headers eval
["X-Return: https://app.example/?a=b%20c\nX-Escaped: https%3A%2F%2Fapp.example%2F%3Fa%3Db%2520c",
 "X-Return: \nX-Escaped: "]



=== TEST 11: the log says what no entry has, and which one would have been near
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/bye;
    }
--- log_level: info
--- request
GET /logout?returnTo=https://app.example/by
--- error_code: 400
--- error_log
return_url_not_allowed: no entry for the URL's host has its path, the nearest entry is "https://app.example/bye", client



=== TEST 12: the log says which rule of the grammar refused, but not what
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/bye;
    }
--- log_level: info
--- request
GET /logout?returnTo=https://secret@app.example/bye
--- error_code: 400
--- error_log
return_url_not_allowed: the URL holds a user name or "@" before its path, client
--- no_error_log
secret
[error]



=== TEST 13: a mistake in an included file is reported with its line
--- http_config eval: $::http
--- config
    location = /logout {
        logout  auth0;
        include ../html/urls.conf;
    }
--- user_files
>>> urls.conf
logout_return_url https://app.example/;
logout_return_url https://app.example/a/../b;
--- must_die
--- error_log
return URL "https://app.example/a/../b": the URL's path holds a "." or ".." segment in
urls.conf:2



=== TEST 14: and one in a client's
--- http_config eval
$::http . <<'_';
    logout_client c {
        return_url https://app.example/
                   https://*.co.uk/;
    }
_
--- config
    location = /logout { logout auth0; }
--- must_die
--- error_log
return URL "https://*.co.uk/": "*.co.uk" would allow names that anybody can register: "co.uk" is a public suffix in



=== TEST 15: the first entry is no pattern
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url /account/*;
    }
--- must_die
--- error_log
return URL "/account/*": the first entry is where a browser goes that asks for nothing



=== TEST 16: what works but surprises is warned of
--- http_config eval
$::http . <<'_';
    logout_client c {
        return_url https://c.example/ https://c.example/x?y;
    }
_
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ http://app.example/
                          https://app.example/q?x=1;
    }
--- request
GET /logout
--- error_code: 302
--- error_log
host "app.example" is listed with "https:" and with "http:"
"https://app.example/q?x=1" allows its path with any query and fragment
"https://c.example/x?y" allows its path with any query and fragment



=== TEST 17: a URL that is listed twice is a mistake
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ HTTPS://APP.example:443;
    }
--- must_die
--- error_log
return URL "HTTPS://APP.example:443": the same as "https://app.example/" before it



=== TEST 18: an entry that another one allows is warned of
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ https://app.example/docs/a/b
                          https://app.example/docs/*;
    }
--- request
GET /logout
--- error_code: 302
--- error_log
"https://app.example/docs/a/b" is already allowed by "https://app.example/docs/*"



=== TEST 19: a URL may have 2,048 bytes, and what is longer is refused by name
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/;
    }
--- log_level: info
--- request eval
['GET /logout?returnTo=https://app.example/?' . 'q' x 2027,
 'GET /logout?returnTo=https://app.example/?' . 'q' x 2028]
--- error_code eval
[302, 400]
--- response_headers eval
['Location: https://app.example/?' . 'q' x 2027, '! Location']
--- grep_error_log: longer than 2048 bytes
--- grep_error_log_out eval
['', "longer than 2048 bytes\n"]



=== TEST 20: a warning of a list names the file and the line of its entry
--- http_config eval
$::http . <<'_';
    logout_client c {
        return_url https://c.example/;
        include    ../html/client.conf;
        return_url https://c.example/last;
    }
_
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/;
        include           ../html/urls.conf;
        logout_return_url https://app.example/last;
    }
--- user_files
>>> client.conf
return_url https://c.example/a;

return_url https://c.example/b
           http://c.example/b;
>>> urls.conf
logout_return_url https://app.example/docs/*;
logout_return_url https://app.example/docs/a;
logout_return_url http://app.example/b;
--- request
GET /logout
--- error_code: 302
--- error_log eval
[qr{return URLs: host "c\.example" is listed .* in \S+/client\.conf:4},
 qr{return URLs: "https://app\.example/docs/a" is already .* in \S+/urls\.conf:2},
 qr{return URLs: host "app\.example" is listed .* in \S+/urls\.conf:3}]



=== TEST 21: below a pattern no segment is empty
The location /front/ is a proxy that hides where the application lives.
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url /app/ /app/*;
    }

    location /front/ {
        proxy_pass        http://127.0.0.1:$TEST_NGINX_SERVER_PORT/;
        proxy_redirect    /app/ /;
        absolute_redirect off;
    }
--- request eval
['GET /front/logout?returnTo=/app//evil.example/x',
 'GET /front/logout?returnTo=/app/%2Fevil.example/x',
 'GET /front/logout?returnTo=/app/a//evil.example/x',
 'GET /front/logout?returnTo=/app/a/x']
--- error_code eval
[400, 400, 400, 302]
--- response_headers eval
["! Location\nX-Error: return_url_not_allowed",
 "! Location\nX-Error: return_url_not_allowed",
 "! Location\nX-Error: return_url_not_allowed", 'Location: /a/x']



=== TEST 22: what browsers keep in location.href, and what they escape
--- http_config eval: $::http
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/;
    }
--- request eval
['GET /logout?returnTo=https://app.example/?cols=a%7Cb%7B%7D%5E%60%5C%23%7C%60%23',
 'GET /logout?returnTo=https://app.example/?cols=a|b{}^`%5C%23|`%23',
 'GET /logout?returnTo=https://app.example/?%22%3C%3E%27%23%22%3C%3E%27']
--- error_code eval
[302, 302, 302]
--- response_headers eval
['Location: https://app.example/?cols=a|b{}^`\\#|%60#',
 'Location: https://app.example/?cols=a|b{}^`\\#|%60#',
 'Location: https://app.example/?%22%3C%3E%27#%22%3C%3E\'']



=== TEST 23: an entry with such a query
--- http_config eval: $::http
--- config
    location = /logout {
        logout             auth0;
        logout_return_url  https://app.example/?cols=a|b;
        logout_match_query on;
    }
--- request eval
['GET /logout', 'GET /logout?returnTo=https://app.example/?cols=a|b',
 'GET /logout?returnTo=https://app.example/?cols=a']
--- error_code eval
[302, 302, 400]
--- response_headers eval
['Location: https://app.example/?cols=a|b',
 'Location: https://app.example/?cols=a|b', '! Location']



=== TEST 24: nor in a whole URL, with any pattern, of any list
--- http_config eval
$::http . <<'_';
    logout_client c {
        return_url https://c.example/ https://c.example/app/*;
    }
_
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://app.example/ https://app.example/app/*
                          https://all.example/* https://*.any.example/app/*
                          http://127.0.0.1:*/app/*;
    }
--- request eval
[map {
    my ($begin, $more) = @$_;
    map { "GET /logout?${more}returnTo=$begin$_" }
        qw(/a/x //evil.example/x /a//evil.example/x /%2Fevil.example)
} ['https://app.example/app', ''], ['https://all.example', ''],
    ['https://x.any.example/app', ''], ['http://127.0.0.1:4000/app', ''],
    ['https://c.example/app', 'client_id=c&']]
--- error_code eval
[(302, 400, 400, 400) x 5]
