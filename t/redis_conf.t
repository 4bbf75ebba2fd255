# logout_redis NAME { ... }: what `nginx -t` says of a mistake.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';

no_long_string();
no_shuffle();

our $config = <<'_';
    location = /logout {
        logout auth0;
        logout_session format=raw cookie=sid redis=sessions;
        logout_return_url /bye;
    }
_

# A block has only what is inside of logout_redis.
add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(config => $::config) if !defined $block->config;
    $block->set_value(must_die => '') if defined $block->error_log
        && !defined $block->request;
    $block->set_value(suppress_stderr => '');
    $block->set_value(http_config =>
        "logout_redis sessions {\n" . $block->x_block . "\n}\n")
        if !defined $block->http_config;
});

run_tests();

__DATA__

=== TEST 1: an unknown directive, and the one that was meant
--- x_block
    server 127.0.0.1;
    databse 1;
--- error_log
unknown directive "databse" in "logout_redis", did you mean "database"?


=== TEST 2: an unknown directive like no other
--- x_block
    server 127.0.0.1;
    keepalive 16;
--- error_log
unknown directive "keepalive" in "logout_redis" in


=== TEST 3: the line of the mistake is named
--- http_config
    logout_redis sessions {
        server 127.0.0.1;
        database x;
    }
--- error_log eval
qr/invalid value "x" in "database" directive in \S+nginx\.conf:\d+/


=== TEST 4: no server
--- x_block
    database 1;
--- error_log
no "server" in logout_redis "sessions"


=== TEST 5: a port that is none
--- x_block
    server 127.0.0.1:65536;
--- error_log
invalid port in "127.0.0.1:65536"


=== TEST 6: a port that is no number
--- x_block
    server localhost:redis;
--- error_log
invalid port in "localhost:redis"


=== TEST 7: no host
--- x_block
    server :6379;
--- error_log
no host in ":6379"


=== TEST 8: a path behind the port
--- x_block
    server 127.0.0.1:6379/1;
--- error_log
in "127.0.0.1:6379/1"


=== TEST 9: a Unix socket without a path
--- x_block
    server unix:;
--- error_log
no path in the unix domain socket in "unix:"


=== TEST 10: a host that does not exist, named where it is written
--- x_block
    server nowhere.invalid:6379;
    timeout 1s;
--- error_log
host not found in "nowhere.invalid:6379"


=== TEST 11: the file and the line, too
--- http_config
    logout_redis sessions {
        server 127.0.0.1:6379;
        cluster on;
        server nowhere.invalid:6379;
    }
--- error_log eval
qr/host not found in "nowhere.invalid:6379" in \S+nginx\.conf:\d+/


=== TEST 12: a host that a resolver will know
--- http_config
    logout_redis sessions {
        server nowhere.invalid:6379;
    }
    resolver 127.0.0.1:5353;
--- config
    location = /logout {
        logout auth0;
        logout_session format=raw cookie=sid;
        logout_return_url /bye;
    }
--- request
    GET /logout
--- error_code: 302
--- no_error_log
host not found


=== TEST 13: locations with resolvers of their own
--- http_config
    logout_redis sessions {
        server nowhere.invalid:6379;
    }
--- config
    logout_session format=raw cookie=sid;
    logout_return_url /bye;

    location = /logout {
        resolver 127.0.0.1:5353;
        logout auth0;
    }
    location = /same {
        logout auth0;
    }
    location = /other {
        resolver 127.0.0.1:5354;
        logout auth0;
    }
--- request
    GET /logout
--- error_code: 302
--- error_log eval
qr/\[warn\] .*logout_redis "sessions" has no "resolver" and uses that of the first location, not that of the location in \S+nginx\.conf:\d+/


=== TEST 14: no location has a resolver, the block has none
--- http_config
    logout_redis sessions {
        server 127.0.0.1:6379;
    }
    logout_redis unused {
        server nowhere.invalid:6379;
    }
--- config
    location = /logout {
        resolver 127.0.0.1:5353;
        logout auth0;
        logout_session format=raw cookie=sid redis=sessions;
        logout_return_url /bye;
    }
--- error_log
host not found in "nowhere.invalid:6379"


=== TEST 15: twice the same
--- x_block
    server 127.0.0.1;
    timeout 1s;
    timeout 2s;
--- error_log
"timeout" directive is duplicate


=== TEST 16: too many values
--- x_block
    server 127.0.0.1 6379;
--- error_log
invalid number of arguments in "server" directive


=== TEST 17: no value
--- x_block
    server 127.0.0.1;
    password;
--- error_log
invalid number of arguments in "password" directive


=== TEST 18: a time that is none
--- x_block
    server 127.0.0.1;
    timeout 1x;
--- error_log
invalid value "1x" in "timeout" directive


=== TEST 19: no time at all
--- x_block
    server 127.0.0.1;
    connect_timeout 0;
--- error_log
invalid value "0" in "connect_timeout" directive


=== TEST 20: a database below zero
--- x_block
    server 127.0.0.1;
    database -1;
--- error_log
invalid value "-1" in "database" directive


=== TEST 21: nothing may be pending
--- x_block
    server 127.0.0.1;
    max_pending 0;
--- error_log
invalid value "0" in "max_pending" directive


=== TEST 22: an empty password
--- x_block
    server 127.0.0.1;
    password "";
--- error_log
invalid value "" in "password" directive


=== TEST 23: a user without a password
--- x_block
    server 127.0.0.1;
    username nginx;
--- error_log
"username" without a password in logout_redis "sessions"


=== TEST 24: a password file that is missing
--- x_block
    server 127.0.0.1;
    password_file /nowhere/redis.password;
--- error_log eval
qr/open\(\) "\/nowhere\/redis\.password" failed \(2: No such file/


=== TEST 25: a password file that is empty
--- x_block
    server 127.0.0.1;
    password_file /dev/null;
--- error_log
the password file "/dev/null" is no regular file


=== TEST 26: two passwords
--- x_block
    server 127.0.0.1;
    password secret;
    password_file /dev/null;
--- error_log
a password and a password file exclude each other
--- no_error_log
secret


=== TEST 27: two stores of one name
--- http_config
    logout_redis sessions { server 127.0.0.1; }
    logout_redis sessions { server 127.0.0.1; }
--- error_log
duplicate logout_redis "sessions"


=== TEST 28: a block inside
--- x_block
    server 127.0.0.1 { weight 1; }
--- error_log
unexpected "{"


=== TEST 29: several servers
--- x_block
    server 127.0.0.1:6379;
    server 127.0.0.1:6380;
--- error_log
several "server" without "cluster on" in logout_redis "sessions"


=== TEST 30: a cluster has one database
--- x_block
    server 127.0.0.1:6379;
    cluster on;
    database 1;
--- error_log
"database" with "cluster on" in logout_redis "sessions"


=== TEST 31: neither on nor off
--- x_block
    server 127.0.0.1:6379;
    cluster yes;
--- error_log
invalid value "yes" in "cluster" directive, it must be "on" or "off"


=== TEST 32: sentinels without the name of the master
--- x_block
    sentinel 127.0.0.1:26379;
--- error_log
"sentinel" without "master_name" in logout_redis "sessions"


=== TEST 33: the name of a master without sentinels
--- x_block
    server 127.0.0.1;
    master_name mymaster;
--- error_log
"master_name" without "sentinel" in logout_redis "sessions"


=== TEST 34: sentinels and a server
--- x_block
    server 127.0.0.1;
    sentinel 127.0.0.1;
    master_name mymaster;
--- error_log
"server" and "sentinel" exclude each other in logout_redis "sessions"


=== TEST 35: sentinels and a cluster
--- x_block
    sentinel 127.0.0.1;
    master_name mymaster;
    cluster on;
--- error_log
"cluster on" and "sentinel" exclude each other in logout_redis "sessions"


=== TEST 36: what belongs to TLS, without it
--- x_block
    server 127.0.0.1;
    ssl_name redis.test;
--- error_log
"ssl_name" without "ssl on" in logout_redis "sessions"


=== TEST 37: TLS over a Unix socket
--- x_block
    server unix:/tmp/redis.sock;
    ssl on;
--- error_log
"ssl on" with a "unix:" server in logout_redis "sessions"


=== TEST 38: certificates that are trusted, and not looked at
--- x_block
    server 127.0.0.1;
    ssl on;
    ssl_verify off;
    ssl_trusted_certificate ca.crt;
--- error_log
"ssl_trusted_certificate" with "ssl_verify off" in logout_redis "sessions"


=== TEST 39: a certificate without its key
--- x_block
    server 127.0.0.1;
    ssl on;
    ssl_certificate client.crt;
--- error_log
"ssl_certificate" and "ssl_certificate_key" go together: one is missing in logout_redis "sessions"


=== TEST 40: trusted certificates that are missing
--- x_block
    server 127.0.0.1;
    ssl on;
    ssl_trusted_certificate /nowhere/ca.crt;
--- error_log
/nowhere/ca.crt


=== TEST 41: replicas may not be waited for as long as commands
--- x_block
    server 127.0.0.1;
    timeout 250ms;
    wait_replicas 1 200ms;
--- error_log
the time of "wait_replicas" is more than half of "timeout" in logout_redis "sessions"


=== TEST 42: a time is missing
--- x_block
    server 127.0.0.1;
    wait_replicas 1;
--- error_log
invalid number of arguments in "wait_replicas" directive


=== TEST 43: a resolver that is none
--- x_block
    server redis.test;
    resolver 127.0.0.1 valid=x;
--- error_log
invalid parameter: valid=x


=== TEST 44: a password file that others may read is worth a warning
--- http_config
    logout_redis sessions {
        server 127.0.0.1;
        password_file $TEST_NGINX_SERVER_ROOT/html/password;
    }
--- user_files
>>> password
secret
--- config
    location = /t { return 204; }
--- request
    GET /t
--- error_code: 204
--- error_log eval
qr/\[warn\].*the password file "\S+password" is readable by others/
--- no_error_log
secret
[error]


=== TEST 45: timer_resolution makes timeouts longer, wherever it stands
--- x_block
    server 127.0.0.1;
    timeout 250ms;
    connect_timeout 3s;
--- post_main_config
    timer_resolution 1s;
--- request
GET /logout
--- error_code_like: .
--- error_log eval
qr/\[warn\] .*"timer_resolution" of 1000 ms may make "timeout" of 250 ms take 1250 ms in \S+nginx\.conf:\d+/
--- no_error_log
make "connect_timeout"


=== TEST 46: the defaults, at the line of the block
--- x_block
    server 127.0.0.1;
--- main_config
    timer_resolution 150ms;
--- request
GET /logout
--- error_code_like: .
--- error_log eval
[qr/make "connect_timeout" of 200 ms take 350 ms in \S+nginx\.conf:\d+/,
 qr/make "timeout" of 250 ms take 400 ms in \S+nginx\.conf:\d+/]


=== TEST 47: logout_timeout
--- x_block
    server 127.0.0.1;
--- config
    location = /logout {
        logout auth0;
        logout_session format=raw cookie=sid redis=sessions;
        logout_return_url /bye;
        logout_timeout 80ms;
    }
--- main_config
    timer_resolution 50ms;
--- request
GET /logout
--- error_code_like: .
--- error_log
make "logout_timeout" of 80 ms take 130 ms in
--- no_error_log
make "timeout"


=== TEST 48: a timer_resolution that does not matter
--- x_block
    server 127.0.0.1;
--- main_config
    timer_resolution 50ms;
--- request
GET /logout
--- error_code_like: .
--- no_error_log
timer_resolution


=== TEST 49: nobody redirects from a single server
--- x_block
    server 127.0.0.1;
    redirect_to 10.0.0.0/8;
--- error_log
"redirect_to" without "sentinel" or "cluster on" in logout_redis "sessions"


=== TEST 50: nor announces other addresses
--- x_block
    server 127.0.0.1;
    map_address 10.0.0.1 127.0.0.1;
--- error_log
"map_address" without "sentinel" or "cluster on" in logout_redis "sessions"


=== TEST 51: neither a network nor a name
--- x_block
    server 127.0.0.1;
    cluster on;
    redirect_to 10.0.0.0/8 redis/test;
--- error_log
invalid value "redis/test" in "redirect_to" directive


=== TEST 52: a star elsewhere than at the beginning
--- x_block
    server 127.0.0.1;
    cluster on;
    redirect_to redis.*.test;
--- error_log
invalid value "redis.*.test" in "redirect_to" directive


=== TEST 53: an address that is mapped to none
--- x_block
    server 127.0.0.1;
    cluster on;
    map_address 10.0.0.1:7001;
--- error_log
invalid number of arguments in "map_address" directive


=== TEST 54: all ports of a host cannot be one
--- x_block
    server 127.0.0.1;
    cluster on;
    map_address 10.0.0.1 127.0.0.1:7001;
--- error_log
"map_address" names a port to connect to, and none that it is for


=== TEST 55: no sockets are announced
--- x_block
    server 127.0.0.1;
    cluster on;
    map_address 10.0.0.1 unix:/run/redis.sock;
--- error_log
invalid value "unix:/run/redis.sock" in "map_address" directive


=== TEST 56: a place that is not known
--- x_block
    server 127.0.0.1;
    cluster on;
    map_address 10.0.0.1 nowhere.invalid;
--- error_log
host not found in "nowhere.invalid" in


=== TEST 57: a network with an address in it
--- x_block
    server 127.0.0.1;
    cluster on;
    redirect_to 10.0.0.1/8;
--- config
    location = /t { return 204; }
--- request
    GET /t
--- error_code: 204
--- error_log eval
qr/\[warn\].*low address bits of 10\.0\.0\.1\/8 are meaningless/


=== TEST 58: a name for sentinels that do not speak TLS
--- x_block
    sentinel 127.0.0.1;
    master_name mymaster;
    ssl on;
    sentinel_ssl off;
    sentinel_ssl_name sentinel.test;
--- error_log
"sentinel_ssl_name" without TLS for the sentinels in logout_redis "sessions"


=== TEST 59: a password for no key
--- x_block
    server 127.0.0.1;
    ssl on;
    ssl_password_file $TEST_NGINX_SERVER_ROOT/html/passwords;
--- user_files
>>> passwords
secret
--- error_log
"ssl_password_file" without "ssl_certificate_key" in logout_redis "sessions"


=== TEST 60: what of a certificate is verified
--- x_block
    server 127.0.0.1;
    ssl on;
    ssl_verify name;
--- error_log
invalid value "name" in "ssl_verify" directive, it must be "on" or "off"


=== TEST 61: a time that is none, for idle connections
--- x_block
    server 127.0.0.1;
    tcp_keepalive 0;
--- error_log
invalid value "0" in "tcp_keepalive" directive


=== TEST 62: a longer one than Linux takes
--- x_block
    server 127.0.0.1;
    tcp_keepalive 10h;
--- error_log
invalid value "10h" in "tcp_keepalive" directive
