# logout_confirm: the user is asked before anything is done.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use File::Temp ();

log_level('info');
no_long_string();
repeat_each(2);

my $secret_file = File::Temp->new;
print $secret_file 'a secret of several servers';
close $secret_file;
chmod 0600, "$secret_file";
$ENV{TEST_NGINX_SECRET} = "$secret_file";

# The token for the session 4fzd8k2m of the first logout_session.
our $Token = hmac_sha256_hex("logout_confirm\n0,8:4fzd8k2m",
    hmac_sha256('the key of logout_confirm', 'a secret of several servers'));

our $HttpConfig = <<'_';
    logout_redis sessions {
        server  127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_session format=raw cookie=sid prefix=sess:;
    logout_client spa {
        return_url  https://spa.example.com/bye;
        origin      https://spa.example.com;
    }
_

our $Config = <<'_';
    logout_confirm on secret_file=$TEST_NGINX_SECRET;
    location = /logout {
        logout oidc;
    }
_

our $Schibsted = $Config =~ s/logout oidc/logout schibsted/r;

add_block_preprocessor(sub {
    my ($block) = @_;

    if (!defined $block->http_config) {
        $block->set_value(http_config => $::HttpConfig);
    }
    return if defined $block->must_die;

    if (!defined $block->x_redis_set) {
        $block->set_value(x_redis_set => "sess:4fzd8k2m = 1\n");
    }
    $block->set_value(no_error_log => join "\n", '[warn]', '[error]',
        '[crit]', '[alert]', '[emerg]', $::Token);
});

run_tests();

__DATA__

=== TEST 1: a link is answered with a question, and nothing else
--- config eval: $::Config
--- request
GET /logout?client_id=spa&state=1
--- more_headers
Cookie: sid=4fzd8k2m
Accept: text/html
--- response_headers
Content-Type: text/html; charset=utf-8
Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'
Cache-Control: no-store
! Set-Cookie
! Location
--- response_body eval
<<"_";
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="origin">
<title>Sign out?</title>
</head>
<body>
<h1>Sign out?</h1>
<p>Do you want to sign out?</p>
<form method="post">
<input type="hidden" name="logout_confirm" value="$::Token">
<button type="submit">Sign out</button>
</form>
</body>
</html>
_
--- x_redis_kept
sess:4fzd8k2m
--- error_log
logout: confirmation_required



=== TEST 2: what the button sends ends the session
--- config eval: $::Config
--- request eval
"POST /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&state=1\nlogout_confirm=$::Token"
--- more_headers
Cookie: sid=4fzd8k2m
Content-Type: application/x-www-form-urlencoded
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye?state=1
--- raw_response_headers_like: Set-Cookie: sid=;
--- x_redis_gone
sess:4fzd8k2m



=== TEST 3: a form of others is asked about, its fields come again
--- config eval: $::Config
--- request
POST /logout
client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye
--- more_headers
Cookie: sid=4fzd8k2m
Content-Type: application/x-www-form-urlencoded
--- response_body_like eval
qr{name="post_logout_redirect_uri" value="https://spa\.example\.com/bye">\n<input type="hidden" name="client_id" value="spa">}
--- x_redis_kept
sess:4fzd8k2m



=== TEST 4: the token of another session
--- config eval: $::Config
--- request eval
"POST /logout\nlogout_confirm=$::Token"
--- more_headers
Cookie: sid=4fzd8k2n
Content-Type: application/x-www-form-urlencoded
--- x_redis_set
sess:4fzd8k2n = 1
--- x_redis_kept
sess:4fzd8k2n
--- response_body_like: Do you want to sign out\?



=== TEST 5: the token in a link
--- config eval: $::Config
--- request eval
"GET /logout?logout_confirm=$::Token"
--- more_headers
Cookie: sid=4fzd8k2m
--- x_redis_kept
sess:4fzd8k2m
--- response_body_like: Do you want to sign out\?



=== TEST 6: without a session nobody is asked
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye



=== TEST 7: a script of the client is not asked
--- config eval: $::Config
--- request
GET /logout?client_id=spa
--- more_headers
Cookie: sid=4fzd8k2m
Origin: https://spa.example.com
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
--- error_code: 204
--- x_redis_gone
sess:4fzd8k2m



=== TEST 8: a bad return URL is told after the question
--- config eval: $::Config
--- request eval
["GET /logout?client_id=spa&post_logout_redirect_uri=https://evil.example/",
 "POST /logout?client_id=spa&post_logout_redirect_uri=https://evil.example/\nlogout_confirm=$::Token"]
--- more_headers eval
["Cookie: sid=4fzd8k2m",
 "Cookie: sid=4fzd8k2m\nContent-Type: application/x-www-form-urlencoded"]
--- error_code eval
[200, 400]
--- response_body_like eval
['Do you want to sign out\?', 'return_url_not_allowed']



=== TEST 9: a location that does not ask
--- config
    logout_confirm on;
    location = /logout {
        logout oidc;
        logout_confirm off;
    }
--- request
GET /logout
--- more_headers
Cookie: sid=4fzd8k2m
--- response_body
You are signed out.
--- x_redis_gone
sess:4fzd8k2m



=== TEST 10: without secret_file the key is made
--- config
    logout_confirm on;
    location = /logout {
        logout oidc;
    }
--- request eval
"POST /logout\nlogout_confirm=$::Token"
--- more_headers
Cookie: sid=4fzd8k2m
Content-Type: application/x-www-form-urlencoded
--- response_body_like: name="logout_confirm" value="[0-9a-f]{64}"
--- x_redis_kept
sess:4fzd8k2m



=== TEST 11: no session to ask about
--- http_config
    logout_client spa {
        return_url  https://spa.example.com/bye;
    }
--- config
    location = /logout {
        logout oidc;
        logout_confirm on;
    }
--- must_die
--- error_log
"logout_confirm" needs a logout_session: what is confirmed is its end



=== TEST 12: the answer is a POST
--- config
    location = /logout {
        logout oidc;
        logout_methods GET;
        logout_confirm on;
    }
--- must_die
--- error_log
"logout_confirm" needs POST in logout_methods



=== TEST 13: neither on nor off
--- config
    logout_confirm yes;
--- must_die
--- error_log
invalid value "yes" in "logout_confirm", it must be "on" or "off"



=== TEST 14: an unknown parameter
--- config
    logout_confirm on secret=abc;
--- must_die
--- error_log
unknown parameter "secret=" in "logout_confirm", it must be one of secret_file=



=== TEST 15: a secret that is not there
--- config
    logout_confirm on secret_file=/absent;
--- must_die
--- error_log eval
qr/\[emerg\].*"\/absent" failed \(2: No such file or directory\)/



=== TEST 16: twice
--- config
    logout_confirm on;
    logout_confirm on;
--- must_die
--- error_log
"logout_confirm" directive is duplicate



=== TEST 17: scripts of all sites are served, and not asked
--- config
    location = /logout {
        logout oidc;
        logout_cross_site any;
        logout_confirm on;
    }
--- must_die
--- error_log
"logout_confirm" asks no script, and with "logout_cross_site any" those of all sites are served



=== TEST 18: a link with an access token in it
--- http_config
    logout_redis sessions {
        server  127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_session format=raw cookie=sid prefix=sess:;
    logout_token   key=token:$logout_token;
    logout_client  spa {
        return_url  https://spa.example.com/bye;
    }
--- config
    logout_confirm on;
    location = /logout {
        logout schibsted;
    }
--- request
GET /logout?client_id=spa&oauth_token=abc
--- more_headers
Cookie: sid=4fzd8k2m
Accept: */*
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: navigate
Sec-Fetch-Dest: document
--- response_body_like: Do you want to sign out\?
--- x_redis_kept
sess:4fzd8k2m



=== TEST 19: images and scripts of others do not even get the question
--- config eval: $::Config
--- request
GET /logout
--- more_headers
Cookie: sid=4fzd8k2m
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: no-cors
Sec-Fetch-Dest: image
--- error_code: 403
--- x_redis_kept
sess:4fzd8k2m



=== TEST 20: a prefetched question is none
--- config eval: $::Config
--- request
GET /logout
--- more_headers
Cookie: sid=4fzd8k2m
Sec-Purpose: prefetch;prerender
--- error_code: 503
--- x_redis_kept
sess:4fzd8k2m



=== TEST 21: logout_explain says that the user is asked, and no token
--- config
    logout_confirm on secret_file=$TEST_NGINX_SECRET;
    location = /logout {
        logout oidc;
    }
    location = /explain {
        logout_explain;
        allow 127.0.0.1;
        deny  all;
    }
--- request
POST /explain
{"location": "/logout", "url": "/logout?client_id=spa", "cookie": "sid=4fzd8k2m"}
--- more_headers
Content-Type: application/json
--- response_body_like: ^\{"result":"confirmation_required","status":200,.*"step":"question","verdict":"note","text":"logout_confirm: the user is asked first\.
--- response_body_unlike: [0-9a-f]{64}
--- x_redis_kept
sess:4fzd8k2m



=== TEST 22: a link with a callback is a link
--- config eval: $::Schibsted
--- request eval
[map { "GET /logout?$_" } 'client_id=spa&callback=x', 'client_sdrn=sdrn:a:client:spa&callback=x', 'client_id=spa&callback=x', 'client_id=spa&callback=x']
--- more_headers eval
[map { "Cookie: sid=4fzd8k2m\nAccept: $_->[1]\nSec-Fetch-Site: $_->[0]\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document" } ['cross-site', 'text/html'], ['cross-site', 'text/html'], ['cross-site', 'application/json'], ['none', '*/*']]
--- response_body_like eval
[('name="logout_confirm" value="[0-9a-f]{64}"') x 4]
--- x_redis_kept
sess:4fzd8k2m



=== TEST 23: a sibling's link with a callback, logout_cross_site same-site
--- config
    logout_confirm on secret_file=$TEST_NGINX_SECRET;
    location = /logout {
        logout            schibsted;
        logout_cross_site same-site;
    }
--- request eval
['GET /logout?client_id=spa&callback=x', 'GET /logout?client_id=spa&callback=x']
--- more_headers eval
[map { "Cookie: sid=4fzd8k2m\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: $_" } 'document', 'iframe']
--- response_body_like eval
['Do you want to sign out', 'Do you want to sign out']
--- x_redis_kept
sess:4fzd8k2m



=== TEST 24: the question, answered: the callback of the link calls nothing
--- config eval: $::Schibsted
--- request eval
"POST /logout?client_id=spa&callback=x&redirect_uri=https://spa.example.com/bye\nlogout_confirm=$::Token"
--- more_headers
Cookie: sid=4fzd8k2m
Content-Type: application/x-www-form-urlencoded
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: navigate
Sec-Fetch-Dest: document
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye
--- x_redis_gone
sess:4fzd8k2m



=== TEST 25: the client's script element is not asked
--- config eval: $::Schibsted
--- request
GET /logout?client_id=spa&callback=x
--- more_headers
Cookie: sid=4fzd8k2m
Referer: https://spa.example.com/
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: no-cors
Sec-Fetch-Dest: script
--- response_body_like: ^SPiD\.Talk\.response\("x",\{"result":true,
--- x_redis_gone
sess:4fzd8k2m



=== TEST 26: nothing says who asks: a callback is no answer to the question
--- config eval: $::Schibsted
--- request
GET /logout?client_id=spa&callback=x
--- more_headers
Cookie: sid=4fzd8k2m
--- response_body_like: ^SPiD\.Talk\.response\("x",\{"error":\{"code":403,"type":"confirmation_required",.*"result":false
--- raw_response_headers_unlike: Set-Cookie
--- x_redis_kept
sess:4fzd8k2m



=== TEST 27: nothing says who asks: nor is "Accept: application/json"
--- config eval: $::Schibsted
--- request
GET /logout?client_id=spa
--- more_headers
Cookie: sid=4fzd8k2m
Accept: application/json
--- error_code: 403
--- response_body
{"result":"confirmation_required"}
--- raw_response_headers_unlike: Set-Cookie
--- x_redis_kept
sess:4fzd8k2m



=== TEST 28: fetch of Node, which sends one header of the four
--- config eval: $::Schibsted
--- request
GET /logout?client_id=spa
--- more_headers
Cookie: sid=4fzd8k2m
Accept: */*
Sec-Fetch-Mode: cors
--- error_code: 403
--- raw_response_headers_unlike: Set-Cookie
--- response_body_like: confirmation_required
--- x_redis_kept
sess:4fzd8k2m
