# logout oidc-frontchannel: what OpenID Connect Front-Channel Logout 1.0 wants
# of a client, through nginx and Redis.

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
        connect_timeout 30s;
        timeout 30s;
    }
    add_header     X-Result $logout_result always;
    add_header     X-Error $logout_error always;
_

our $Config = <<'_';
    logout_session       format=raw cookie=sid prefix=sess:;
    logout_frontchannel  issuer=https://id.example.test;

    location = /frontchannel {
        logout             oidc-frontchannel;
        logout_oidc_index  sid_key=oidc:sid:$logout_sid;
    }
    location = /cookie {
        logout  oidc-frontchannel;
    }
    location = /required {
        logout               oidc-frontchannel;
        logout_oidc_index    sid_key=oidc:sid:$logout_sid;
        logout_frontchannel  issuer=https://id.example.test session_required;
    }
    location = /origins {
        logout               oidc-frontchannel;
        logout_frontchannel  issuer=https://id.example.test
                             origin=https://login.example.test
                             origin=https://account.example.test:8443;
    }
    location = /bare {
        logout               oidc-frontchannel;
        logout_oidc_index    sid_key=oidc:sid:$logout_sid;
        logout_frontchannel  issuer=https://id.example.test iss=optional;
    }
    location = /bare-cookie {
        logout               oidc-frontchannel;
        logout_frontchannel  issuer=https://id.example.test iss=optional;
    }
    location = /several {
        logout               oidc-frontchannel;
        logout_oidc_index    sid_key=oidc:sid:$logout_iss:$logout_sid;
        logout_frontchannel  issuer=https://id.example.test
                             issuer=https://other.example.test;
    }
_

our $Named = 'iss=https%3A%2F%2Fid.example.test&sid=s1';

# What Chromium sends for an iframe of another site.
our $Frame = <<'_';
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: navigate
Sec-Fetch-Dest: iframe
Upgrade-Insecure-Requests: 1
Accept: text/html,application/xhtml+xml
_

our $Policy = "default-src 'none'; base-uri 'none'; frame-ancestors"
    . ' https://id.example.test';

# The session 1 is that of s1, the session 2 that of the cookie.
sub sessions {
    redis('FLUSHDB');
    redis('SET', "sess:$_", '1') for 1 .. 2;
    redis('SADD', 'oidc:sid:s1', 'sess:1');
}

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::HttpConfig)
        if !defined $block->http_config;
    $block->set_value(config => $::Config) if !defined $block->config;
    return if defined $block->must_die;

    $block->set_value(init => '::sessions();' . ($block->init // ''));
    $block->set_value(more_headers =>
        ($block->more_headers // "Cookie: sid=2\n") . $::Frame)
        if !defined $block->x_no_frame;
    $block->set_value(no_error_log => join "\n", '[warn]', '[error]',
        '[crit]', '[alert]', '[emerg]');
});

run_tests();

__DATA__

=== TEST 1: the session that the provider names; its cookie goes, too
--- request eval: "GET /frontchannel?$::Named"
--- response_headers eval
"X-Result: logged_out
Content-Security-Policy: $::Policy
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
! Location
! X-Frame-Options"
--- response_body_like: You are signed out\.
--- raw_response_headers_like: Set-Cookie: sid=; Path=/;[^\r]*Max-Age=0
--- x_redis_gone
sess:1
oidc:sid:s1
--- x_redis_kept
sess:2



=== TEST 2: browsers send no cookie into frames of other sites
--- more_headers
Accept-Language: nb
--- request eval: "GET /frontchannel?$::Named"
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1



=== TEST 3: a name that nobody has costs nobody the session
--- request
GET /frontchannel?iss=https%3A%2F%2Fid.example.test&sid=guess
--- response_headers
X-Result: no_session
! Set-Cookie
--- x_redis_kept
sess:1
sess:2



=== TEST 4: without names, the session of the cookie
--- request
GET /frontchannel
--- response_headers eval: "X-Result: logged_out\nContent-Security-Policy: $::Policy"
--- raw_response_headers_like: Set-Cookie: sid=;
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 5: without an index, the session of the cookie
--- request eval: "GET /cookie?$::Named"
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 6: one without the other
--- request eval
['GET /frontchannel?sid=s1', 'GET /frontchannel?iss=https://id.example.test', 'GET /frontchannel?iss=&sid=s1', 'GET /cookie?sid=s1']
--- error_code eval: [400, 400, 400, 400]
--- response_headers eval
[("X-Result: bad_request\nX-Error: malformed_request\n! Set-Cookie\nContent-Security-Policy: $::Policy\nCache-Control: no-store") x 4]
--- x_redis_kept
sess:1
sess:2
--- error_log
logout: malformed_request: iss and sid come together or not at all



=== TEST 7: another issuer
--- request eval
['GET /frontchannel?iss=https://evil.test&sid=s1', 'GET /frontchannel?iss=https://id.example.test/&sid=s1', 'GET /cookie?iss=https://ID.example.test&sid=s1']
--- error_code eval: [400, 400, 400]
--- response_headers eval: [("X-Result: bad_request\nX-Error: unknown_issuer\n! Set-Cookie") x 3]
--- x_redis_kept
sess:1
sess:2
--- error_log
logout: unknown_issuer: iss is not the configured issuer



=== TEST 8: a name that is too long, twice, or cannot be decoded
--- request eval
["GET /frontchannel?iss=https://id.example.test&sid=" . 's' x 513, "GET /frontchannel?$::Named&sid=s1", 'GET /frontchannel?iss=https://id.example.test&sid=%zz']
--- error_code eval: [400, 400, 400]
--- response_headers eval: [('X-Error: malformed_request') x 3]
--- x_redis_kept
sess:1
sess:2



=== TEST 9: where the names are required
--- request eval: ['GET /required', "GET /required?$::Named"]
--- error_code eval: [400, 200]
--- response_headers eval: ["X-Error: malformed_request", 'X-Result: logged_out']
--- x_redis_kept
sess:2



=== TEST 10: who may frame it
--- request
GET /origins
--- response_headers
Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors https://login.example.test https://account.example.test:8443
X-Result: logged_out



=== TEST 11: a frame in the provider's page
--- more_headers
Cookie: sid=2
Referer: https://account.example.test:8443/
--- request
GET /origins
--- response_headers
X-Result: logged_out



=== TEST 12: a frame in somebody else's page
--- more_headers
Cookie: sid=2
Referer: https://evil.test/
--- request eval: ['GET /origins', 'GET /frontchannel', "GET /frontchannel?$::Named"]
--- error_code eval: [403, 403, 403]
--- response_headers eval: [("X-Result: cross_site\n! Set-Cookie") x 3]
--- x_redis_kept
sess:1
sess:2
--- error_log
logout: cross_site: a page of another site opened it in a frame



=== TEST 13: images, scripts and fetches of other sites
--- x_no_frame: 1
--- more_headers eval
[map { "Cookie: sid=2\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: $_" } qw(image script empty)]
--- request eval: [('GET /frontchannel') x 3]
--- error_code eval: [403, 403, 403]
--- response_headers eval: [('X-Result: cross_site') x 3]
--- x_redis_kept
sess:2



=== TEST 14: a frame that is loaded ahead of time
--- more_headers
Cookie: sid=2
Sec-Purpose: prefetch
--- request
GET /frontchannel
--- error_code: 503
--- response_headers
X-Result: prefetch
--- x_redis_kept
sess:2



=== TEST 15: other methods
--- request eval: ["POST /frontchannel\n$::Named", 'HEAD /frontchannel', 'DELETE /frontchannel', 'OPTIONS /frontchannel']
--- error_code eval: [405, 405, 405, 405]
--- response_headers eval: [("X-Result: method_not_allowed\nAllow: GET") x 4]
--- x_redis_kept
sess:1
sess:2



=== TEST 16: what is in the body does not count
--- request
GET /frontchannel
sid=s1
--- more_headers
Cookie: sid=2
Content-Type: application/x-www-form-urlencoded
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 17: logout_confirm asks no provider
--- config
    logout_session       format=raw cookie=sid prefix=sess:;
    logout_frontchannel  issuer=https://id.example.test;
    logout_confirm       on;
    location = /frontchannel { logout oidc-frontchannel; }
--- request
GET /frontchannel
--- response_headers
X-Result: logged_out



=== TEST 18: the provider is not named
--- config
    location = /frontchannel {
        logout          oidc-frontchannel;
        logout_session  format=raw cookie=sid prefix=sess:;
    }
--- must_die
--- error_log
"logout oidc-frontchannel" needs logout_frontchannel, which names the provider



=== TEST 19: nothing to find sessions by
--- config
    location = /frontchannel {
        logout               oidc-frontchannel;
        logout_frontchannel  issuer=https://id.example.test;
        logout_oidc_index    sub_key=oidc:sub:$logout_sub;
    }
--- must_die
--- error_log
"logout oidc-frontchannel" has neither a logout_session nor a logout_oidc_index with sid_key= to find sessions by



=== TEST 20: no issuer
--- config
    logout_frontchannel origin=https://id.example.test;
--- must_die
--- error_log
"logout_frontchannel" needs issuer=URL



=== TEST 21: an issuer that is none
--- config
    logout_frontchannel issuer=id.example.test;
--- must_die
--- error_log
invalid parameter "issuer=id.example.test": an issuer is a URL that begins with https:// or http:// and a host



=== TEST 22: an origin that browsers do not write
--- config
    logout_frontchannel issuer=https://id.example.test origin=https://id.example.test/;
--- must_die
--- error_log eval
qr/invalid parameter "origin=https:\/\/id\.example\.test\/": /



=== TEST 23: an issuer whose origin browsers do not write
--- config
    logout_frontchannel issuer=https://ID.example.test;
--- must_die
--- error_log
"logout_frontchannel" needs origin=ORIGIN: browsers do not write that of the issuer so



=== TEST 24: a word that is no parameter
--- config
    logout_frontchannel issuer=https://id.example.test required;
--- must_die
--- error_log
invalid parameter "required": it must be issuer=URL, origin=ORIGIN, session_required or iss=optional



=== TEST 25: twice
--- config
    logout_frontchannel issuer=https://id.example.test;
    logout_frontchannel issuer=https://id.example.test;
--- must_die
--- error_log
"logout_frontchannel" directive is duplicate



=== TEST 26: logout_explain
--- config eval
"$::Config location = /explain { logout_explain; allow 127.0.0.1; deny all; }"
--- request
POST /explain
{"location": "/frontchannel", "url": "/frontchannel?sid=s1"}
--- more_headers
Content-Type: application/json
--- x_no_frame: 1
--- response_body_like: ^\{"result":"bad_request","error":"malformed_request","status":400,



=== TEST 27: a sibling's page, where only the own origin may end sessions
--- config
    logout_session       format=raw cookie=sid prefix=sess:;
    logout_frontchannel  issuer=https://id.example.test;
    logout_cross_site    same-origin;
    location = /frontchannel { logout oidc-frontchannel; }
--- x_no_frame: 1
--- more_headers eval
[map { "Cookie: sid=2\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe\nReferer: https://$_/" }
    qw(shop.example.test id.example.test)]
--- request eval: [('GET /frontchannel') x 2]
--- error_code eval: [403, 200]
--- response_headers eval: ['X-Result: cross_site', 'X-Result: logged_out']



=== TEST 28: a logout URL that was registered with a query of its own
--- request eval: "GET /frontchannel?tenant=7&$::Named&trace=on"
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1
--- x_redis_kept
sess:2



=== TEST 29: Microsoft Entra's form, a session without an issuer
--- request
GET /bare?sid=s1
--- response_headers
X-Result: logged_out
! X-Error
--- x_redis_gone
sess:1
--- x_redis_kept
sess:2



=== TEST 30: the same, where there is no index: the cookie's session
--- request
GET /bare-cookie?sid=s1
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 31: an issuer that is there must be the right one all the same
--- request eval: ['GET /bare?iss=https://evil.test&sid=s1', 'GET /bare?iss=https://id.example.test']
--- error_code eval: [400, 400]
--- response_headers eval: ['X-Error: unknown_issuer', 'X-Error: malformed_request']
--- x_redis_kept
sess:1
sess:2



=== TEST 32: several issuers, and a session of each with the same name
--- init
::redis('SET', 'oidc:sid:https://id.example.test:s1', 'sess:1');
::redis('SET', 'oidc:sid:https://other.example.test:s1', 'sess:2');
--- request
GET /several?iss=https://other.example.test&sid=s1
--- response_headers
X-Result: logged_out
--- raw_response_headers_like: frame-ancestors https://id\.example\.test https://other\.example\.test\r
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 33: an issuer that is none of several, or not named
--- request eval: ['GET /several?iss=https://third.example.test&sid=s1', 'GET /several?sid=s1']
--- error_code eval: [400, 400]
--- response_headers eval: ['X-Error: unknown_issuer', 'X-Error: malformed_request']



=== TEST 34: whose session, if nobody says whose
--- config
    logout_frontchannel issuer=https://a.test issuer=https://b.test iss=optional;
--- must_die
--- error_log
"logout_frontchannel": with "iss=optional" there can be one "issuer=" only: nothing else says whose "sid" it is



=== TEST 35: an issuer with a variable
--- config
    logout_frontchannel issuer=https://login.test/$arg_tid/v2.0;
--- must_die
--- error_log
invalid parameter "issuer=https://login.test/$arg_tid/v2.0": an issuer takes no variables: name each provider by itself



=== TEST 36: an issuer with a placeholder, as Entra's metadata have it
--- config
    logout_frontchannel "issuer=https://login.test/{tenantid}/v2.0";
--- must_die
--- error_log
what is in braces is a place to fill in: write the tenant's own id, and name each tenant by itself



=== TEST 37: no index, and a browser that sends frames no cookie
--- more_headers
Accept-Language: nb
--- request eval: ["GET /cookie?$::Named", 'GET /frontchannel', "GET /frontchannel?$::Named"]
--- error_code eval: [403, 403, 200]
--- response_headers eval
[("X-Result: cookie_required\n! Set-Cookie\nContent-Security-Policy: $::Policy") x 2, 'X-Result: logged_out']
--- x_redis_kept
sess:2
