# What the other test files rely on, shown on nginx alone: this file gives the
# same verdicts under CPAN's Test::Nginx::Socket and under the runner in
# t/lib/own. It needs no module.

use strict;
use warnings;

use Test::Nginx::Socket 'no_plan';

repeat_each(2);
no_shuffle();

our $started = 0;
our $HttpConfig = 'map $uri $mapped { default "from a variable"; }';
$ENV{TEST_NGINX_HARNESS} = 'expanded';

add_block_preprocessor(sub {
    my $block = shift;

    if (!defined $block->no_error_log && !defined $block->must_die) {
        $block->set_value('no_error_log', "[error]\n[crit]");
    }
});

run_tests();

__DATA__

=== TEST 1: a request line without anything else
--- config
    location = / {
        return 200 "$request_method $server_protocol $http_host $http_connection";
    }
--- request
GET
--- response_body chomp
GET HTTP/1.1 localhost close



=== TEST 2: method, URL, version
--- config
    location = /t {
        return 200 "$request_method $server_protocol $args";
    }
--- request
OPTIONS /t?a=b HTTP/1.0
--- response_body chomp
OPTIONS HTTP/1.0 a=b



=== TEST 3: lines before the request line that are comments or empty
--- config
    location = /t {
        return 200;
    }
--- request eval
"# a comment\n\n# another one\nGET /t\n"
--- error_code: 200



=== TEST 4: no config: that of the block before holds
--- request
GET /t
--- error_code: 200



=== TEST 5: a request's body is trimmed, then measured
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/target;
        add_header X-Length $content_length;
        add_header X-Body "[$request_body]";
        add_header X-Type "[$content_type]";
    }
    location = /target {
        return 200;
    }
--- request eval
"POST /t\n  a b \n\n"
--- response_headers
X-Length: 3
X-Body: [a b]
X-Type: []



=== TEST 6: a Content-Length of one's own leaves the body alone
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/target;
        add_header X-Body "[$request_body]";
    }
    location = /target {
        return 200;
    }
--- more_headers
Content-Length: 5
--- request eval
"POST /t\n a b "
--- response_headers
X-Body: [ a b ]



=== TEST 7: a chunked body is sent as written
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/target;
        add_header X-Body "[$request_body]";
    }
    location = /target {
        return 200;
    }
--- more_headers
Transfer-Encoding: chunked
--- request eval
"POST /t\n5\r\nhello\r\n0\r\n\r\n"
--- response_headers
X-Body: [hello]



=== TEST 8: more_headers: Host and Connection replace the usual ones
--- config
    location = /t {
        return 200 "$http_host|$http_x_one|$http_x_two|$http_cookie";
    }
--- more_headers
Host: example.com
# not a header
X-One: 1
Cookie: a=b; c=d
X-Two:
Connection: close
--- request
GET /t
--- response_body chomp
example.com|1||a=b; c=d



=== TEST 9: many requests, each with its headers and expectations
--- config
    location = /a {
        return 200 "a$http_x";
    }
    location = /b {
        return 201 "b$http_x";
    }
--- request eval
["GET /a", "GET /b"]
--- more_headers eval
["X: 1", "X: 2"]
--- error_code eval
[200, 201]
--- response_body eval
["a1", qr/^b\d$/]
--- response_headers eval
["Content-Length: 2\n! X-None", "Content-Type: text/plain"]



=== TEST 10: a request in packets
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/target;
        add_header X-Body "[$request_body]";
    }
    location = /target {
        return 200;
    }
--- request eval
[["PO", "ST /t", "\nhe", {value => "llo", delay_before => 0.05}]]
--- response_headers
X-Body: [hello]



=== TEST 11: pipelined requests on one connection
--- config
    location = /a {
        return 200 "a $connection_requests $http_connection";
    }
    location = /b {
        return 202 "b $connection_requests $http_connection";
    }
--- pipelined_requests eval
["GET /a", "GET /b"]
--- error_code eval
[200, 202]
--- response_body eval
["a 1 keep-alive", "b 2 close"]



=== TEST 12: raw_request: the bytes as they are
--- config
    location = /t {
        return 200 "$http_x_odd";
    }
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: a\r\nX-Odd:   v\r\nConnection: close\r\n\r\n"
--- response_body chomp
v



=== TEST 13: raw_request in writes, with a pause between them
--- config
    location = /t {
        return 200 "ok";
    }
--- raw_request eval
["GET /t HT", "TP/1.0\r\n", "\r\n"]
--- raw_request_middle_delay: 0.02
--- response_body chomp
ok



=== TEST 14: error_code_like
--- config
    location = /t {
        return 404;
    }
--- request
GET /t
--- error_code_like: ^40[34]$



=== TEST 15: response_headers: any case, joined, absent, empty
--- config
    location = /t {
        add_header X-Twice one;
        add_header X-Twice two;
        add_header Set-Cookie a=b;
        return 200;
    }
--- request
GET /t
--- response_headers
x-twice: one, two
! X-None
! set-cookie
X-Nothing:
Content-Type: text/plain



=== TEST 16: response_headers: the port
--- config
    location = /t {
        add_header X-Port $server_port;
        return 200;
    }
--- request
GET /t
--- response_headers
X-Port: $ServerPort



=== TEST 17: response_headers_like
--- config
    location = /t {
        add_header X-Number 1234;
        return 200;
    }
--- request
GET /t
--- response_headers_like
X-Number: \d{4}
Server: nginx/.*



=== TEST 18: raw response headers
--- config
    location = /t {
        add_header Set-Cookie a=1;
        add_header Set-Cookie b=2;
        return 200;
    }
--- request
GET /t
--- raw_response_headers_like: ^HTTP/1\.1 200 OK\r\n.*Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n
--- raw_response_headers_unlike: set-cookie



=== TEST 19: response_body keeps its newline
--- config
    location = /t {
        return 200 "a\nb\n";
    }
--- request
GET /t
--- response_body
a
b



=== TEST 20: response_body: a pattern, the environment, the port
--- config
    location = /t {
        return 200 "$TEST_NGINX_HARNESS $server_port";
    }
--- request
GET /t
--- response_body eval
"$ENV{TEST_NGINX_HARNESS} \$ServerPort"



=== TEST 21: response_body_like finds anywhere
--- config
    location = /t {
        return 200 "one\ntwo\nthree";
    }
--- request
GET /t
--- response_body_like: o.t.*e$



=== TEST 22: response_body_unlike
--- config
    location = /t {
        return 200 "one";
    }
--- request
GET /t
--- response_body_unlike: two



=== TEST 23: a chunked response is decoded
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_http_version 1.1;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval
["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
 "7\r\n, world\r\n0\r\n\r\n"]
--- request
GET /t
--- response_body chomp
hello, world



=== TEST 24: the response to HEAD
--- config
    location = /t {
        return 200 "abc";
    }
--- request
HEAD /t
--- response_headers
Content-Length: 3
--- response_body:



=== TEST 25: http_config, main_config, post_main_config, server_name
--- main_config
    env HARNESS_OTHER=x;
--- http_config eval: $::HttpConfig
--- config
    location = /t {
        return 200 "$mapped, $server_name";
    }
--- server_name: other.example
--- post_main_config
    # $TEST_NGINX_HARNESS
--- request
GET /t
--- response_body chomp
from a variable, other.example



=== TEST 26: files of a block
--- config
    location = /sub/a.txt {
        root html;
    }
    location = /b.txt {
        root html;
    }
--- user_files
>>> sub/a.txt
one $TEST_NGINX_HARNESS
two
>>> b.txt 200801010000.00
--- request eval
["GET /sub/a.txt", "GET /b.txt"]
--- response_body eval
["one expanded\ntwo\n", ""]
--- error_code eval
[200, 200]
--- response_headers eval
["Content-Length: 17", "Last-Modified: Tue, 01 Jan 2008 00:00:00 GMT"]



=== TEST 27: the root location shows that nginx works
--- config
--- request
GET /
--- response_body_like: It works!



=== TEST 28: error_log: substrings, patterns
--- config
    location = /t {
        rewrite_log on;
        rewrite ^/t$ /u;
    }
    location = /u {
        return 200;
    }
--- log_level: notice
--- request
GET /t
--- error_log eval
["rewritten data: \"/u\"", qr/"\^\/t\$" matches/]



=== TEST 29: grep_error_log
--- config
    location = /t {
        rewrite_log on;
        rewrite ^/t$ /u;
    }
    location = /u {
        return 200;
    }
--- request
GET /t
--- grep_error_log eval
qr/rewritten data: "[^"]*"/
--- grep_error_log_out
rewritten data: "/u"



=== TEST 30: grep_error_log: each repetition sees its own lines
--- config
    location = /t {
        return 200;
    }
--- request
GET /t
--- grep_error_log eval
qr/http request line: "[^"]*"/
--- grep_error_log_out eval
["http request line: \"GET /t HTTP/1.1\"\n",
 "http request line: \"GET /t HTTP/1.1\"\n"]



=== TEST 31: access_log
--- config
    location = /t {
        return 202;
    }
--- request
GET /t
--- error_code: 202
--- access_log
"GET /t HTTP/1.1" 202
--- no_access_log
POST



=== TEST 32: an error that is expected
--- config
    location = /t {
        proxy_pass http://127.0.0.1:1;
    }
--- request
GET /t
--- error_code: 502
--- error_log
[error]
connect() failed (111: Connection refused)
--- no_error_log
[crit]



=== TEST 33: a configuration that nginx refuses
--- config
    no_such_directive;
--- must_die
--- error_log
[emerg]
unknown directive "no_such_directive"
--- suppress_stderr



=== TEST 34: and its exit code
--- config
    no_such_directive;
--- must_die: 1
--- error_log eval
qr/unknown directive/
--- suppress_stderr



=== TEST 35: init runs once, before the first request
--- config
    location = /t {
        return 200;
    }
--- init
$::started++;
--- request
GET /t
--- error_code: 200



=== TEST 36: as often as that
--- config
    location = /t {
        return 200;
    }
--- init
$::started == 1 or die "init ran $::started times";
--- request
GET /t
--- error_code: 200



=== TEST 37: a client that does not wait
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply_delay: 300ms
--- tcp_reply eval
"HTTP/1.0 200 OK\r\n\r\n"
--- request
GET /t
--- timeout: 50ms
--- abort
--- ignore_response
--- wait: 0.1
--- error_log
client prematurely closed connection
--- no_error_log
[crit]



=== TEST 38: a client that half-closes
--- config
    location = /t {
        return 200 "x";
    }
--- request
GET /t
--- shutdown
--- response_body chomp
x



=== TEST 39: a server that is not there but for us: its query and its reply
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_http_version 1.0;
        proxy_set_header Host mock;
        proxy_set_header Connection close;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_query eval
"GET /t HTTP/1.0\r\nHost: mock\r\nConnection: close\r\n\r\n"
--- tcp_query_len: 50
--- tcp_reply eval
"HTTP/1.0 200 OK\r\n\r\nfrom the mock"
--- request
GET /t
--- response_body chomp
from the mock



=== TEST 40: its reply computed from the query, on a socket
--- config
    location = /t {
        proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/mock.sock:;
    }
--- tcp_listen: $TEST_NGINX_SERVER_ROOT/html/mock.sock
--- tcp_reply eval
sub { "HTTP/1.0 200 OK\r\n\r\n" . ($_[0] =~ m{^GET (\S+)})[0] }
--- request
GET /t
--- response_body chomp
/t



=== TEST 41: skip_nginx and skip_eval that do not apply
--- config
    location = /t {
        return 200;
    }
--- skip_nginx
2: < 1.0.0: too old
--- skip_eval: 2: 0
--- request
GET /t
--- error_code: 200



=== TEST 42: ignore_response
--- config
    location = /t {
        return 444;
    }
--- request
GET /t
--- ignore_response



=== TEST 43: what is logged after the response
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/target;
        post_action /after;
    }
    location = /target {
        return 200;
    }
    location = /after {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/target;
    }
--- request
GET /t
--- wait: 0.1
--- error_log
post action: "/after



=== TEST 44: the log of the end
--- config
    location = /t {
        return 200;
    }
--- request
GET /t
--- shutdown_error_log
exit
