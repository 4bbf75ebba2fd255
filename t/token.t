# logout_token: access tokens of mobile applications, which end with GET, POST
# and DELETE, as often as one asks.

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
    logout_client app {
        return_url com.example.app://signed-out;
    }
    add_header X-Result $logout_result always;
_

our $config = <<'_';
    location = /logout {
        logout         schibsted;
        logout_methods GET POST DELETE;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_token   key=oauth:$logout_token;
    }
    location = /auth0 {
        logout         auth0;
        logout_methods DELETE;
        logout_token   key=oauth:$logout_token;
    }
_

our $answer = qq({"result":"logged_out","return_url":"com.example.app://signed-out"}\n);
our $again = $answer =~ s/logged_out/no_session/r;

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config) if !defined $block->config;
    return if defined $block->must_die;

    $block->set_value(no_access_log => 't-0123456789');
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]\n"
        . 't-0123456789');
    $block->set_value(init => "::redis('FLUSHDB');"
        . "::redis('SET', 'oauth:t-0123456789', 1);"
        . "::redis('SET', 'oauth:other', 1);");
    $block->set_value(x_redis_kept => 'oauth:other'
        . (defined $block->x_kept ? "\noauth:t-0123456789" : ''));
    $block->set_value(x_redis_gone => 'oauth:t-0123456789')
        if !defined $block->x_kept;
});

run_tests();

__DATA__

=== TEST 1: GET, POST and DELETE with the parameter; a second time is no error
--- request eval
['GET /logout?client_id=app&oauth_token=t-0123456789',
 'POST /logout?client_id=app&oauth_token=t-0123456789',
 'DELETE /logout?client_id=app&oauth_token=t-0123456789']
--- error_code eval: [200, 200, 200]
--- response_headers eval
["X-Result: logged_out\nContent-Type: application/json\nCache-Control: no-store\n! WWW-Authenticate",
 "X-Result: no_session\nContent-Type: application/json", "X-Result: no_session\nContent-Type: application/json"]
--- response_body eval: [$::answer, $::again, $::again]



=== TEST 2: in a form
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /logout
client_id=app&oauth_token=t-0123456789
--- response_body eval: $::answer



=== TEST 3: DELETE with a bearer token, again and again
--- more_headers
Authorization: Bearer t-0123456789
--- request eval: [('DELETE /logout?client_id=app') x 3]
--- error_code eval: [200, 200, 200]
--- response_body eval: [$::answer, $::again, $::again]



=== TEST 4: POST and GET with a bearer token
--- more_headers
Authorization: bearer t-0123456789
--- request eval: ['POST /logout?client_id=app', 'GET /logout?client_id=app']
--- error_code eval: [200, 200]
--- response_body eval: [$::answer, $::again]



=== TEST 5: a token that nobody has is not 401
--- x_kept: 1
--- more_headers
Authorization: Bearer t-unknown
--- request
DELETE /logout?client_id=app
--- error_code: 200
--- response_headers
X-Result: no_session
! WWW-Authenticate
--- response_body eval: $::again



=== TEST 6: no token at all is not 401, either
--- x_kept: 1
--- more_headers
Accept: application/json
--- request
DELETE /logout?client_id=app
--- error_code: 200
--- response_headers
X-Result: no_session
! WWW-Authenticate



=== TEST 7: other schemes and what is no token name no key
--- x_kept: 1
--- more_headers eval
["Authorization: Basic dDp0", "Authorization: Bearer", "Authorization: Bearer oauth:*\r\nAccept: text/html"]
--- request eval: [('DELETE /logout?client_id=app') x 3]
--- response_headers eval: ["X-Result: no_session\n! WWW-Authenticate", "X-Result: no_session\n! WWW-Authenticate", "X-Result: no_session\n! WWW-Authenticate"]
--- error_code eval: [303, 303, 303]



=== TEST 8: a browser's form is answered with a redirect
--- more_headers
Content-Type: application/x-www-form-urlencoded
Accept: text/html
--- request
POST /logout
client_id=app&oauth_token=t-0123456789
--- error_code: 303
--- response_headers
Location: com.example.app://signed-out



=== TEST 9: with another protocol, by its header
--- more_headers
Authorization: Bearer t-0123456789
--- request
DELETE /auth0?client_id=app
--- response_body eval: $::answer



=== TEST 10: a method that is not listed
--- x_kept: 1
--- more_headers
Authorization: Bearer t-0123456789
--- request
GET /auth0?client_id=app
--- error_code: 405
--- response_headers
Allow: DELETE
