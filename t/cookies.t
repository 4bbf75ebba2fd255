# The Set-Cookie lines of a logout: those of logout_session, and
# logout_clear_cookie.

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
_

our $gone = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0';

# These Set-Cookie lines, in this order, and no others.
sub only {
    my $lines = CORE::join '', map { "Set-Cookie: \Q$_\E\r\n" } @_;

    return qr/^(?:(?!Set-Cookie).)*\r\n$lines(?!.*Set-Cookie)/s;
}

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => "location = /logout {\n logout auth0;\n"
        . $block->x_location . "}\n");
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    $block->set_value(request => 'GET /logout') if !defined $block->request;
    $block->set_value(error_code => 302) if !defined $block->error_code;
});

run_tests();

__DATA__

=== TEST 1: the session cookie
--- x_location
logout_session format=raw cookie=sid prefix=sess:;
--- raw_response_headers_like eval
main::only("sid=; Path=/; $::gone")



=== TEST 2: the attributes that browsers match on
--- x_location
logout_session format=raw cookie=sid prefix=sess: path=/app domain=example.com
               secure httponly samesite=strict partitioned;
--- raw_response_headers_like eval
main::only("sid=; Path=/app; Domain=example.com; $::gone; Secure; HttpOnly; Partitioned; SameSite=Strict")



=== TEST 3: samesite
--- x_location
logout_session format=raw cookie=a prefix=sess: samesite=lax;
logout_session format=raw cookie=b prefix=sess: samesite=Lax;
logout_session format=raw cookie=c prefix=sess: samesite=none secure;
--- raw_response_headers_like eval
main::only("a=; Path=/; $::gone; SameSite=Lax", "b=; Path=/; $::gone; SameSite=Lax", "c=; Path=/; $::gone; Secure; SameSite=None")



=== TEST 4: names with a prefix that browsers know
--- x_location
logout_session      format=raw cookie=__Host-sid prefix=sess: secure;
logout_clear_cookie __Secure-a secure domain=example.com path=/a;
logout_clear_cookie __Host-Http-b secure httponly;
--- raw_response_headers_like eval
main::only("__Host-sid=; Path=/; $::gone; Secure",
    "__Secure-a=; Path=/a; Domain=example.com; $::gone; Secure",
    "__Host-Http-b=; Path=/; $::gone; Secure; HttpOnly")



=== TEST 5: several sessions and further cookies
--- x_location
logout_session      format=raw cookie=a prefix=a:;
logout_session      format=raw cookie=b prefix=b:;
logout_clear_cookie csrf;
logout_clear_cookie legacy path=/old httponly;
--- raw_response_headers_like eval
main::only("a=; Path=/; $::gone", "b=; Path=/; $::gone", "csrf=; Path=/; $::gone", "legacy=; Path=/old; $::gone; HttpOnly")



=== TEST 6: the same name on two paths
--- x_location
logout_clear_cookie sid path=/;
logout_clear_cookie sid path=/app;
--- raw_response_headers_like eval
main::only("sid=; Path=/; $::gone", "sid=; Path=/app; $::gone")



=== TEST 7: by prefix: those that the request has
--- x_location
logout_clear_cookie appSession.* secure;
--- more_headers
Cookie: appSession.0=x; other=y; appSession.1=z
Cookie: appSession.2=w; appsession.3=v; appSession.0=again
--- raw_response_headers_like eval
main::only(map { "appSession.$_=; Path=/; $::gone; Secure" } 0 .. 2)



=== TEST 8: by prefix: none in the request
--- x_location
logout_clear_cookie appSession.*;
--- more_headers
Cookie: other=y
--- raw_response_headers_unlike: Set-Cookie



=== TEST 9: by prefix: at most eight
--- x_location
logout_clear_cookie c*;
--- more_headers eval
'Cookie: ' . CORE::join '; ', map { "c$_=1" } 1 .. 20
--- raw_response_headers_like eval
main::only(map { "c$_=; Path=/; $::gone" } 1 .. 8)



=== TEST 10: by prefix: what is not a name is not repeated
--- x_location
logout_clear_cookie c*;
--- more_headers
Cookie: c"x=1; c<y>=1; c z=1; cok=1; c=; c
--- raw_response_headers_like eval
main::only("cok=; Path=/; $::gone", "c=; Path=/; $::gone")



=== TEST 11: cookies that frameworks set beside their own
--- x_location
logout_session format=koa cookie=koa.sess prefix=koa:;
--- raw_response_headers_like eval
main::only("koa.sess=; Path=/; $::gone", "koa.sess.sig=; Path=/; $::gone")



=== TEST 12: cookies of the browser that are none of ours stay
--- x_location
logout_session format=raw cookie=sid prefix=sess:;
--- more_headers
Cookie: SID=a; xsid=b; sid.x=c; other=d
--- raw_response_headers_like eval
main::only("sid=; Path=/; $::gone")



=== TEST 13: further cookies are enough for a logout
--- x_location
logout_clear_cookie a;
logout_clear_cookie b;
--- request
POST /logout
--- error_code: 303
--- raw_response_headers_like eval
main::only("a=; Path=/; $::gone", "b=; Path=/; $::gone")
