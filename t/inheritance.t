# Directives hold on the levels below, unless there is one of the same name.

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
    logout_client http-client {
        return_url https://http.example.com/client;
    }
    logout_return_url   https://http.example.com/;
    logout_session      format=raw cookie=sid prefix=http:;
    logout_clear_cookie http-cookie;
    logout_federated    https://http-idp.example.com/;
    logout_bad_request  default;
    logout_methods      GET;
    logout_match_query  on;
    add_header          X-Result $logout_result always;
_

our $config = <<'_';
    location /all {
        logout auth0;
        location /all/nested {
        }
    }
    location = /client {
        logout auth0;
        logout_client location-client {
            return_url https://location.example.com/client;
        }
    }
    location = /return-url {
        logout            auth0;
        logout_return_url https://location.example.com/;
    }
    location = /session {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=location:;
    }
    location = /clear-cookie {
        logout              auth0;
        logout_clear_cookie location-cookie;
    }
    location = /federated {
        logout           auth0;
        logout_federated https://location-idp.example.com/;
    }
    location = /bad-request {
        logout             auth0;
        logout_bad_request error;
    }
    location = /methods {
        logout         auth0;
        logout_methods POST;
    }
    location = /match-query {
        logout             auth0;
        logout_match_query off;
    }
_

our $keys = join '', map { "$_:abc = 1\n" } qw(http server location);

# The prefix of the keys that are to go is in x_gone; the others are kept.
add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => ($block->x_server // '') . $::config);
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]")
        if !defined $block->no_error_log;
    $block->set_value(x_redis_set => $::keys);
    $block->set_value(more_headers => 'Cookie: sid=abc');

    my $gone = $block->x_gone // 'http';
    chomp $gone;
    $block->set_value(x_redis_gone => "$gone:abc");
    $block->set_value(x_redis_kept => CORE::join '',
        map { "$_:abc\n" } grep { $_ ne $gone } qw(http server location));
});

run_tests();

__DATA__

=== TEST 1: everything from http
--- request
GET /all
--- error_code: 302
--- response_headers
Location: https://http.example.com/
--- raw_response_headers_like eval
qr/Set-Cookie: sid=;.*Set-Cookie: http-cookie=;/s



=== TEST 2: everything from http: client, federated, query, bad request
--- request eval
['GET /all?client_id=http-client', 'GET /all?federated', 'GET /all?returnTo=https://http.example.com/%3Fa']
--- error_code eval: [302, 302, 302]
--- response_headers eval
['Location: https://http.example.com/client', 'Location: https://http-idp.example.com/',
    'Location: https://http.example.com/']



=== TEST 3: "logout" itself does not hold in a location inside
--- request
GET /all/nested
--- x_gone: none
--- error_code: 404
--- no_error_log
[alert]



=== TEST 4: logout_client
--- request eval
['GET /client?client_id=location-client', 'GET /client?client_id=http-client', 'GET /client']
--- error_code eval: [302, 302, 302]
--- response_headers eval
['Location: https://location.example.com/client', 'Location: https://http.example.com/',
    'Location: https://http.example.com/']



=== TEST 5: logout_return_url
--- request eval
['GET /return-url', 'GET /return-url?returnTo=https://http.example.com/']
--- error_code eval: [302, 302]
--- response_headers eval
[('Location: https://location.example.com/') x 2]



=== TEST 6: logout_session
--- request
GET /session
--- x_gone: location
--- error_code: 302



=== TEST 7: logout_clear_cookie
--- request
GET /clear-cookie
--- error_code: 302
--- raw_response_headers_like: Set-Cookie: location-cookie=;
--- raw_response_headers_unlike: http-cookie



=== TEST 8: logout_federated
--- request
GET /federated?federated
--- error_code: 302
--- response_headers
Location: https://location-idp.example.com/



=== TEST 9: logout_bad_request
--- request
GET /bad-request?returnTo=https://evil.example/
--- error_code: 400
--- response_headers
! Location



=== TEST 10: logout_methods
--- request
POST /methods
--- error_code: 303



=== TEST 11: logout_methods: those of http do not count any more
--- request
GET /methods
--- x_gone: none
--- error_code: 405
--- response_headers
Allow: POST



=== TEST 12: logout_methods of http
--- request
POST /all
--- x_gone: none
--- error_code: 405
--- response_headers
Allow: GET



=== TEST 13: logout_match_query
--- request
GET /match-query?returnTo=https://http.example.com/%3Fa
--- error_code: 302
--- response_headers
Location: https://http.example.com/?a



=== TEST 14: a server between them
--- x_server
logout_return_url https://server.example.com/;
logout_session    format=raw cookie=sid prefix=server:;
logout_client     server-client {
    return_url https://server.example.com/client;
}
--- request eval
['GET /all', 'GET /all?client_id=server-client', 'GET /all?client_id=http-client']
--- x_gone: server
--- error_code eval: [302, 302, 302]
--- response_headers eval
['Location: https://server.example.com/', 'Location: https://server.example.com/client',
    'Location: https://server.example.com/']



=== TEST 15: a server between them: the location's own counts
--- x_server
logout_return_url https://server.example.com/;
logout_session    format=raw cookie=sid prefix=server:;
--- request
GET /session
--- x_gone: location
--- error_code: 302
--- response_headers
Location: https://server.example.com/



=== TEST 16: several of one name on one level add up
--- x_server
logout_session    format=raw cookie=sid prefix=server:;
logout_session    format=raw cookie=other prefix=server:;
logout_return_url https://server.example.com/;
logout_return_url https://server.example.com/bye;
--- request
GET /all?returnTo=https://server.example.com/bye
--- x_gone: server
--- error_code: 302
--- response_headers
Location: https://server.example.com/bye
--- raw_response_headers_like: Set-Cookie: sid=;(?s:.*)Set-Cookie: other=;
