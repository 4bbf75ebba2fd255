# Parameters in a request's body: a form, JSON, in every way a body travels.

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
    logout_client my-spa {
        return_url https://spa.example.com/ https://spa.example.com/bye;
    }
    logout_return_url https://www.example.com/;
    logout_session    format=raw cookie=sid prefix=sess:;
    add_header        X-Result $logout_result always;
    add_header        X-Error  $logout_error always;
_

our $config = <<'_';
    location = /logout {
        logout auth0;
    }
    location = /small {
        logout                  auth0;
        client_body_buffer_size 16;
    }
    location = /limited {
        logout               auth0;
        client_max_body_size 100;
    }
    location = /other {
        return 200 "another location";
    }
_

our $form = 'client_id=my-spa&returnTo=https%3A%2F%2Fspa.example.com%2Fbye';
our $json = '{"client_id":"my-spa","returnTo":"https://spa.example.com/bye"}';
our $expected = "Location: https://spa.example.com/bye\nX-Result: logged_out";

# A body of as many bytes that says what $form does.
sub padded {
    my ($size) = @_;

    return $form . '&padding=' . 'x' x ($size - length($form) - 9);
}

# As chunks of at most so many bytes.
sub chunked {
    my ($body, $size) = @_;

    my $chunks = join '', map { sprintf "%x\r\n%s\r\n", length, $_ }
        unpack "(a$size)*", $body;
    return "${chunks}0\r\n\r\n";
}

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config) if !defined $block->config;
    $block->set_value(no_error_log => "[error]\n[crit]\n[alert]")
        if !defined $block->no_error_log;
    $block->set_value(x_redis_set => 'sess:abc = 1');
    $block->set_value(defined $block->x_kept ? 'x_redis_kept' : 'x_redis_gone',
        'sess:abc') if !defined $block->x_any;
    $block->set_value(more_headers => "Cookie: sid=abc\n"
        . 'Content-Type: ' . ($block->x_type // 'application/json') . "\n"
        . ($block->more_headers // ''));
});

run_tests();

__DATA__

=== TEST 1: a form
--- x_type: application/x-www-form-urlencoded
--- request eval: "POST /logout\n$::form"
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 2: a form, with parameters of its type
--- x_type: Application/X-WWW-Form-URLEncoded; charset=UTF-8
--- request eval: "POST /logout\n$::form"
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 3: JSON
--- request eval: "POST /logout\n$::json"
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 4: JSON in a GET, as Auth0 documents it
--- request eval: "GET /logout\n$::json"
--- error_code: 302
--- response_headers eval: $::expected



=== TEST 5: one half in the query, the other in the body
--- x_type: application/x-www-form-urlencoded
--- request
POST /logout?client_id=my-spa
returnTo=https%3A%2F%2Fspa.example.com%2Fbye
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 6: the same parameter in both is one too many
--- x_type: application/x-www-form-urlencoded
--- request
POST /logout?client_id=my-spa
client_id=my-spa
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: malformed_request



=== TEST 7: chunked
--- x_type: application/x-www-form-urlencoded
--- more_headers
Transfer-Encoding: chunked
--- request eval: "POST /logout\n" . main::chunked($::form, 1000)
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 8: chunked, in many pieces
--- more_headers
Transfer-Encoding: chunked
--- request eval: "POST /logout\n" . main::chunked($::json, 3)
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 9: in several packets
--- x_type: application/x-www-form-urlencoded
--- request eval
[["POST /logout\n" . substr($::form, 0, 10), substr($::form, 10, 20),
    {value => substr($::form, 30), delay_before => 0.05}]]
--- error_code eval: [303]
--- response_headers eval: [$::expected]



=== TEST 10: larger than client_body_buffer_size: in a temporary file
--- x_type: application/x-www-form-urlencoded
--- request eval: "POST /small\n$::form"
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 11: larger than client_body_buffer_size, and chunked
--- more_headers
Transfer-Encoding: chunked
--- request eval: "POST /small\n" . main::chunked($::json, 5)
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 12: the largest body that is read
--- x_type: application/x-www-form-urlencoded
--- request eval: "POST /logout\n" . main::padded(32768)
--- error_code: 303
--- response_headers eval: $::expected



=== TEST 13: one byte more
--- x_type: application/x-www-form-urlencoded
--- request eval: "POST /logout\n" . main::padded(32769)
--- x_kept: 1
--- error_code: 413
--- response_headers
X-Result: body_too_large
! Location
! Set-Cookie
Cache-Control: no-store
--- error_log
logout: body_too_large



=== TEST 14: chunked: the largest, and one byte more
--- x_type: application/x-www-form-urlencoded
--- more_headers
Transfer-Encoding: chunked
--- request eval
["POST /logout\n" . main::chunked(main::padded(32768), 8192)]
--- error_code eval: [303]
--- response_headers eval: [$::expected]



=== TEST 15: chunked: one byte more
--- x_type: application/x-www-form-urlencoded
--- more_headers
Transfer-Encoding: chunked
--- request eval
["POST /logout\n" . main::chunked(main::padded(32769), 8192)]
--- x_kept: 1
--- error_code eval: [413]
--- response_headers eval: ['X-Result: body_too_large']



=== TEST 16: client_max_body_size holds as everywhere
--- x_type: application/x-www-form-urlencoded
--- request eval: "POST /limited\n" . main::padded(101)
--- x_kept: 1
--- no_error_log
[alert]
--- error_code: 413
--- response_headers
! Location
! Set-Cookie



=== TEST 17: a body too large does not spoil the connection
--- pipelined_requests eval
["POST /logout\n" . main::padded(40000), "GET /other\n"]
--- x_kept: 1
--- error_code eval: [413, 200]
--- response_body eval: [qr/body_too_large/, qr/another location/]



=== TEST 18: a form of files is not read
--- x_type: multipart/form-data; boundary=x
--- request eval
"POST /logout\n--x\r\nContent-Disposition: form-data; name=\"returnTo\"\r\n\r\n/\r\n--x--"
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: malformed_request
--- error_log
logout: malformed_request: a body of type multipart/form-data is not read



=== TEST 19: bodies of other types, and of none, hold no parameters
--- x_type: text/plain
--- request eval: "POST /logout\n$::form"
--- error_code: 303
--- response_headers
Location: https://www.example.com/



=== TEST 20: JSON that is none
--- request eval
[map { "POST /logout\n$_" }
    '[]', '{', '{"returnTo":1}', '{"returnTo":"/","returnTo":"/"}', 'null',
    $::form]
--- error_code eval: [(400) x 6]
--- response_headers eval: [("X-Result: logged_out\nX-Error: malformed_request") x 6]



=== TEST 21: an empty body
--- more_headers
Content-Length: 0
--- request
POST /logout
--- error_code: 303
--- response_headers
Location: https://www.example.com/



=== TEST 22: an empty chunked body
--- more_headers
Transfer-Encoding: chunked
--- request eval
"POST /logout\n0\r\n\r\n"
--- error_code: 303
--- response_headers
Location: https://www.example.com/



=== TEST 23: the client wants to be asked for its body
--- x_type: application/x-www-form-urlencoded
--- more_headers
Expect: 100-continue
--- request eval: "POST /logout\n$::form"
--- ignore_response
--- access_log
" 303 



=== TEST 24: requests after a body, on the same connection
--- x_any: 1
--- pipelined_requests eval
["POST /logout\n$::json", "GET /logout", "POST /logout\n$::json", "GET /other"]
--- more_headers eval
[("Cookie: sid=abc\nContent-Type: application/json\n") x 4]
--- error_code eval: [303, 302, 303, 200]
--- response_headers eval
[map { "Location: $_" } 'https://spa.example.com/bye',
    'https://www.example.com/', 'https://spa.example.com/bye', '']
