# A return URL of the same site is sent relative: nobody but the configuration
# chooses where it leads.

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
    logout_return_url /bye /account/* https://www.example.com/;
_

our $config = <<'_';
    location = /logout {
        logout auth0;
    }
    location = /absolute {
        logout                  auth0;
        absolute_redirect       on;
        server_name_in_redirect on;
        port_in_redirect        on;
    }
    location = /relative {
        logout            auth0;
        absolute_redirect off;
    }
    location = /post {
        logout auth0;
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config);
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    $block->set_value(error_code => 302) if !defined $block->error_code;
});

run_tests();

__DATA__

=== TEST 1: by default
--- request
GET /logout
--- response_headers
Location: /bye



=== TEST 2: absolute_redirect on, off
--- request eval: ['GET /absolute', 'GET /relative']
--- error_code eval: [302, 302]
--- response_headers eval: [('Location: /bye') x 2]



=== TEST 3: any Host
--- more_headers eval
["Host: evil.example\n", "Host: evil.example:8080\n", "Host: [::1]\n", "Host: EVIL.example.\n"]
--- request eval: [('GET /absolute') x 4]
--- error_code eval: [(302) x 4]
--- raw_response_headers_like eval: [(qr{\r\nLocation: /bye\r\n}) x 4]
--- raw_response_headers_unlike eval: [(qr{evil}i) x 4]



=== TEST 4: HTTP/1.0 without a Host
--- raw_request eval: "GET /absolute HTTP/1.0\r\n\r\n"
--- response_headers
Location: /bye



=== TEST 5: a Host in the request line
--- raw_request eval
"GET http://evil.example/absolute HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n"
--- response_headers
Location: /bye



=== TEST 6: headers that name another host
--- more_headers
X-Forwarded-Host: evil.example
X-Forwarded-Proto: https
Forwarded: host=evil.example
X-Original-URL: //evil.example
--- request
GET /absolute
--- response_headers
Location: /bye



=== TEST 7: asked for
--- request eval
['GET /absolute?returnTo=%2Faccount%2Fclosed', 'GET /absolute?returnTo=/account/closed%3Fa=b%23c']
--- error_code eval: [302, 302]
--- response_headers eval
['Location: /account/closed', 'Location: /account/closed?a=b#c']



=== TEST 8: what browsers would take for another site
--- request eval
[map { "GET /absolute?returnTo=$_" } '//evil.example', '/%5Cevil.example', '%5C%5Cevil.example',
    '/account/..//evil.example', '/account//evil.example/..%2F', '/%09/evil.example',
    '/account/%0d%0aLocation:https://evil.example', 'https:evil.example', '///evil.example']
--- error_code eval: [(400) x 9]
--- raw_response_headers_unlike eval: [(qr{evil|\nLocation}) x 9]
--- response_body_unlike eval: [('evil') x 9]



=== TEST 9: there is one Location, exactly as listed
--- request
GET /logout?returnTo=https://www.example.com
--- raw_response_headers_like eval
qr{^(?!.*Location:.*Location:).*\r\nLocation: https://www\.example\.com/\r\n}s



=== TEST 10: POST
--- request
POST /post
--- error_code: 303
--- response_headers
Location: /bye
