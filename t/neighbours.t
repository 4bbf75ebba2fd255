# A logout beside other directives of nginx, and reached through them.

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
    }
    logout_redis others {
        server   127.0.0.1:$TEST_NGINX_REDIS_PORT;
        database 1;
    }
    logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
    logout_return_url https://www.example.com/;
    add_header        X-Result $logout_result always;
    limit_req_zone    $server_name zone=one:1m rate=1r/m;
_

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http
        . ($block->http_config // ''));
    $block->set_value(no_error_log => "[crit]\n[alert]\n[emerg]")
        if !defined $block->no_error_log;
    $block->set_value(more_headers => 'Cookie: sid=abc')
        if !defined $block->more_headers;
    $block->set_value(x_redis_set => 'sess:abc = 1')
        if !defined $block->x_redis_set;
    $block->set_value(defined $block->x_kept ? 'x_redis_kept' : 'x_redis_gone',
        'sess:abc') if !defined $block->x_any;
});

run_tests();

__DATA__

=== TEST 1: inside "if"
--- config
    location = /logout {
        logout auth0;
        if ($arg_a) {
            set $b 1;
        }
    }
--- request eval
['GET /logout?a=1', 'GET /logout']
--- error_code eval
[302, 302]
--- response_headers eval
[("Location: https://www.example.com/\nX-Result: logged_out") x 2]



=== TEST 2: inside "if", with headers of its own
--- config
    location = /logout {
        logout auth0;
        if ($arg_a) {
            add_header X-A $logout_result always;
        }
    }
--- request
GET /logout?a=1
--- error_code: 302
--- response_headers
Location: https://www.example.com/
X-A: logged_out



=== TEST 3: "if" that answers itself
--- config
    location = /logout {
        logout auth0;
        if ($arg_a) {
            return 403;
        }
    }
--- request
GET /logout?a=1
--- x_kept: 1
--- error_code: 403



=== TEST 4: limit_except: what is not limited is served
--- config
    location = /logout {
        logout auth0;
        limit_except GET {
            deny all;
        }
    }
--- request eval
['GET /logout', 'POST /logout']
--- x_any: 1
--- error_code eval
[302, 403]



=== TEST 5: limit_except: what is limited is served, if it is let through
--- config
    location = /logout {
        logout auth0;
        limit_except GET {
            allow all;
        }
    }
--- request
POST /logout
--- error_code: 303
--- response_headers
Location: https://www.example.com/
X-Result: logged_out
