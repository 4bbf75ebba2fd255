# What SDKs send for a logout, byte for byte as it was captured in a browser,
# with the return URL https://app.example.test:18444/after?x=1&y=ø z and its
# various escapings.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;
use Logout::Tokens;

no_long_string();
no_shuffle();

our $landing = 'https://app.example.test:18444/after?x=1&y=%C3%B8%20z';

our $http = <<'_' . join '', map { <<"_" }
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_session format=raw cookie=sid prefix=sess:;
    large_client_header_buffers 4 16k;
_
    logout_client "$_" {
        return_url $landing;
    }
_
    'CID 1&é', 'abc', 'kc1', 'c1', '56e9a5d1eee0000000000000';

our $config = <<'_';
    location = /v2/logout {
        logout             auth0;
        logout_match_query on;
        logout_return_url  https://app.example.test:18444/after?x=1&y=%C3%B8%20z;
        logout_federated   https://idp.example.com/out?to=$logout_return_url_escaped;
    }
    location = /logout {
        logout schibsted;
    }
    location = /sub/logout {
        logout schibsted;
    }
    location = /ajax/logout.js {
        logout schibsted;
    }
    location = /connect/endsession {
        logout oidc;
    }
    location = /oauth2/default/v1/logout {
        logout oidc;
    }
    location = "/auth/realms/my realm/protocol/openid-connect/logout" {
        logout oidc;
    }
_

our $navigation = "Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n"
    . "Sec-Fetch-Site: same-site\nReferer: https://app.example.test:18444/\n"
    . "Cookie: sid=abc";

our $percent = 'https%3A%2F%2Fapp.example.test%3A18444%2Fafter%3Fx%3D1%26y%3D'
    . '%C3%B8%20z';
our $plus = 'https%3A%2F%2Fapp.example.test%3A18444%2Fafter%3Fx%3D1%26y%3D'
    . '%C3%B8+z';
our $idp = 'https://idp.example.com/out?to=https%3A%2F%2Fapp.example.test'
    . '%3A18444%2Fafter%3Fx%3D1%26y%3D%25C3%25B8%2520z';
our $token = sign({iss => 'https://id.example.test', aud => 'kc1'});

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config);
    $block->set_value(more_headers => $::navigation)
        if !defined $block->more_headers;
    $block->set_value(x_redis_set => "sess:abc = 1\nsess:abd = 1");
    $block->set_value(x_redis_gone => 'sess:abc');
    $block->set_value(x_redis_kept => 'sess:abd');
    $block->set_value(no_error_log => "[error]\n[crit]\n[alert]");
});

run_tests();

__DATA__

=== TEST 1: auth0-js 10.2.1
--- request eval
my $sdk = 'auth0Client=eyJuYW1lIjoiYXV0aDAuanMiLCJ2ZXJzaW9uIjoiMTAuMi4xIn0%3D';
[
    "GET /v2/logout?client_id=CID%201%26%C3%A9&returnTo=$::percent&$sdk",
    "GET /v2/logout?client_id=CID%201%26%C3%A9&returnTo=$::percent&$sdk&federated",
    "GET /v2/logout?client_id=abc&$sdk",
    "GET /v2/logout?returnTo=$::percent",
]
--- error_code eval
[302, 302, 302, 302]
--- response_headers eval
["Location: $::landing", "Location: $::idp", "Location: $::landing",
    "Location: $::landing"]



=== TEST 2: @auth0/auth0-spa-js 2.27.0
--- request eval
my $sdk = 'auth0Client=eyJuYW1lIjoiYXV0aDAtc3BhLWpzIiwidmVyc2lvbiI6IjIuMjcuMCJ9';
[
    "GET /v2/logout?client_id=abc&returnTo=$::plus&$sdk",
    "GET /v2/logout?client_id=abc&returnTo=$::plus&$sdk&federated",
]
--- error_code eval
[302, 302]
--- response_headers eval
["Location: $::landing", "Location: $::idp"]



=== TEST 3: @schibsted/account-sdk-browser 5.1.1
--- request eval
my $query = 'client_sdrn=sdrn%3Aschibsted.com%3Aclient%3A56e9a5d1eee0000000000000'
    . "&redirect_uri=$::plus&sdk_version=5.1.1";
["GET /logout?$query", "GET /sub/logout?$query"]
--- error_code eval
[302, 302]
--- response_headers eval
[("Location: $::landing") x 2]



=== TEST 4: SPiD SDK 2.6.0
--- request eval
"GET /ajax/logout.js?callback=fdf7084342a194&redirect_uri=$::percent&client_id=c1"
--- more_headers
Sec-Fetch-Mode: no-cors
Sec-Fetch-Dest: script
Sec-Fetch-Site: same-site
Referer: https://app.example.test:18444/
Cookie: sid=abc
--- error_code: 200
--- response_headers
Content-Type: text/javascript; charset=utf-8
X-Content-Type-Options: nosniff
! Location
--- response_body_like
^SPiD\.Talk\.response\("fdf7084342a194",\{"result":true,"serverTime":\d+,"baseDomain":""\}\);$



=== TEST 5: SPiD SDK 2.6.0, the link of SPiD_Uri.logout()
--- request eval
"GET /logout?response_type=code&client_id=c1&redirect_uri=$::percent"
--- error_code: 302
--- response_headers eval
"Location: $::landing"



=== TEST 6: oidc-client-ts 3.5.0
--- request eval
my $state = '0123456789abcdef0123456789abcdef';
[
    "GET /connect/endsession?id_token_hint=$::token"
        . "&post_logout_redirect_uri=$::plus&state=$state&ui_locales=nb",
    "GET /connect/endsession?id_token_hint=$::token"
        . "&post_logout_redirect_uri=$::plus&state=$state%3Bhere%3Bthere&ui_locales=nb",
    "GET /connect/endsession?id_token_hint=$::token"
        . "&post_logout_redirect_uri=$::plus",
]
--- error_code eval
[302, 302, 302]
--- response_headers eval
["Location: $::landing&state=0123456789abcdef0123456789abcdef",
    "Location: $::landing&state=0123456789abcdef0123456789abcdef%3Bhere%3Bthere",
    "Location: $::landing"]



=== TEST 7: @okta/okta-auth-js 8.0.1
--- request eval
"GET /oauth2/default/v1/logout?id_token_hint=$::token"
    . "&post_logout_redirect_uri=$::percent&state=st%201"
--- error_code: 302
--- response_headers eval
"Location: $::landing&state=st%201"



=== TEST 8: keycloak-js 26.2.4
--- request eval
"GET /auth/realms/my%20realm/protocol/openid-connect/logout?client_id=kc1"
    . "&post_logout_redirect_uri=$::plus&id_token_hint=$::token"
--- error_code: 302
--- response_headers eval
"Location: $::landing"



=== TEST 9: keycloak-js 26.2.4 by POST
--- request eval
"POST /auth/realms/my%20realm/protocol/openid-connect/logout\n"
    . "id_token_hint=$::token&client_id=kc1&post_logout_redirect_uri=$::plus"
--- more_headers eval
"$::navigation\nContent-Type: application/x-www-form-urlencoded"
--- error_code: 303
--- response_headers eval
"Location: $::landing"
