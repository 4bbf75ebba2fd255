# The variables, in a log format and elsewhere.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();
log_level('info');

our $http = <<'_';
    log_format logout '[$uri] result=$logout_result error=$logout_error '
                      'client=$logout_client_id url=$logout_return_url '
                      'escaped=$logout_return_url_escaped '
                      'session=$logout_session_hash id=$logout_session_id '
                      'keys=$logout_keys_deleted time=$logout_redis_time.';
    access_log logs/access.log logout;
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_client my-spa {
        return_url https://spa.example.com/bye;
    }
    logout_return_url https://www.example.com/;
    logout_session    format=raw cookie=sid prefix=sess:;
    logout_session    format=raw cookie=two key=second:$logout_session_id:$server_name;

    map $logout_result $mapped {
        default     other;
        logged_out  out;
    }
_

our $config = <<'_';
    location = /logout {
        logout     auth0;
        add_header X-Hash   $logout_session_hash always;
        add_header X-Mapped $mapped always;
    }
    location = /refuse {
        logout             auth0;
        logout_bad_request refuse;
    }
    location = /hash {
        logout     auth0;
        error_page 400 =200 @hash;
    }
    location @hash {
        return 200 $logout_session_hash;
    }
    location = /other {
        return 200 "$logout_result|$logout_session_hash|$logout_session_id|$logout_return_url_escaped";
    }
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config);
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]");
    $block->set_value(x_redis_set => 'sess:abc = 1')
        if !defined $block->x_redis_set;
    $block->set_value(more_headers => 'Cookie: sid=abc')
        if !defined $block->more_headers;
});

my @hashes;

Test::Nginx::Socket::add_response_body_check(sub {
    my ($block, $body, $index) = @_;

    return if !defined $block->x_hashes;
    $hashes[$index] = $body;
    return if $index < 2;
    Test::More::is($hashes[0], $hashes[1], 'the same session');
    Test::More::isnt($hashes[0], $hashes[2], 'another session');
});

run_tests();

__DATA__

=== TEST 1: a logout
--- request
GET /logout
--- error_code: 302
--- response_headers
X-Mapped: out
--- access_log eval
qr{^\[/logout\] result=logged_out error=- client=- url=https://www\.example\.com/ escaped=https%3A%2F%2Fwww\.example\.com%2F session=[0-9a-f]{16} id=- keys=1 time=\d+\.\d{3}\.$}



=== TEST 2: a client
--- request
GET /logout?client_id=my-spa
--- error_code: 302
--- access_log
client=my-spa url=https://spa.example.com/bye escaped=https%3A%2F%2Fspa.example.com%2Fbye



=== TEST 3: no session
--- more_headers
Accept: */*
--- request
GET /logout
--- error_code: 302
--- access_log
result=no_session error=- client=- url=https://www.example.com/ escaped=https%3A%2F%2Fwww.example.com%2F session=- id=- keys=0 time=-.



=== TEST 4: a session that is gone already
--- more_headers
Cookie: sid=xyz
--- request
GET /logout
--- error_code: 302
--- access_log eval
qr{result=no_session .* session=[0-9a-f]{16} id=- keys=0 time=0\.\d{3}\.}



=== TEST 5: an error
--- request
GET /logout?client_id=my-spa&returnTo=https://evil.example/
--- error_code: 400
--- access_log eval
qr{result=logged_out error=return_url_not_allowed client=my-spa url=- escaped=- session=[0-9a-f]{16} id=- keys=1 time=0}
--- no_access_log eval
qr/^\[.*evil/



=== TEST 6: an unknown client is not repeated
--- request
GET /logout?client_id=nobody
--- error_code: 400
--- access_log
result=logged_out error=unknown_client client=- url=-
--- no_access_log eval
qr/^\[.*nobody/



=== TEST 7: a refusal
--- request
GET /refuse?returnTo=%
--- error_code: 400
--- access_log
result=bad_request error=malformed_request client=- url=- escaped=- session=- id=- keys=0 time=-.



=== TEST 8: the hash is the same for the same session, and only for that
--- more_headers eval
['Cookie: sid=abc', 'Cookie: sid=abc', 'Cookie: sid=abd']
--- request eval
[('GET /hash?client_id=nobody') x 3]
--- error_code eval
[200, 200, 200]
--- x_hashes: 1
--- response_body_like eval
[('^[0-9a-f]{16}$') x 3]



=== TEST 9: a key of one's own, with two sessions and more variables
--- more_headers
Cookie: sid=abc; two=one; two=more
--- x_redis_set
sess:abc = 1
second:one:localhost = 1
second:more:localhost = 1
second:one: = 1
--- x_redis_gone
sess:abc
second:one:localhost
second:more:localhost
--- x_redis_kept
second:one:
--- request
GET /logout
--- error_code: 302
--- access_log
id=- keys=3 time=0



=== TEST 10: elsewhere they are empty
--- request
GET /other
--- response_body chomp
|||
--- access_log
[/other] result=- error=- client=- url=- escaped=- session=- id=- keys=- time=-.
