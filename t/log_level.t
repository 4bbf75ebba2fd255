# logout_log_level: how loudly the error log tells of what others do wrong.

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
    logout_return_url https://app.test/;
    logout_session    format=raw cookie=sid prefix=sess:;
_

our $location = 'location = /logout { logout auth0; %s }';

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    if (!defined $block->request) {
        $block->set_value(request => 'GET /logout?returnTo=https://x.test/');
        $block->set_value(error_code => 400);
    }
});

run_tests();

__DATA__

=== TEST 1: info, if nothing is said
--- config eval: sprintf $::location, ''
--- error_log eval
qr{\[info\] .* logout: return_url_not_allowed: .*, client: 127\.0\.0\.1, server: localhost, request: "GET /logout", host: "localhost"}
--- no_error_log
[error]
[warn]



=== TEST 2: not told if the log is not for it
--- config eval: 'error_log logs/error.log notice;' . sprintf $::location, ''
--- no_error_log
return_url_not_allowed



=== TEST 3: as a notice
--- config eval: sprintf $::location, 'logout_log_level notice;'
--- error_log
[notice]
return_url_not_allowed
--- no_error_log
[error]



=== TEST 4: as a warning, from the level above
--- config eval: 'logout_log_level warn;' . sprintf $::location, ''
--- error_log eval
qr{\[warn\] .* logout: return_url_not_allowed}
--- no_error_log
[error]



=== TEST 5: as an error
--- config eval: sprintf $::location, 'logout_log_level error;'
--- error_log eval
qr{\[error\] .* logout: return_url_not_allowed}



=== TEST 6: refused by the method
--- config eval: sprintf $::location, 'logout_log_level warn;'
--- request
PUT /logout
x
--- error_code: 405
--- error_log eval
qr{\[warn\] .* logout: method_not_allowed}



=== TEST 7: what went well is not told
--- config eval: sprintf $::location, 'logout_log_level error;'
--- request
GET /logout
--- error_code: 302
--- no_error_log
[error]
logout:



=== TEST 8: another word
--- config eval: sprintf $::location, 'logout_log_level debug;'
--- must_die
--- error_log
invalid value "debug" in "logout_log_level" directive, it must be one of info, notice, warn, error
--- suppress_stderr



=== TEST 9: twice
--- config eval: sprintf $::location, 'logout_log_level warn; logout_log_level info;'
--- must_die
--- error_log
"logout_log_level" directive is duplicate in
--- suppress_stderr
