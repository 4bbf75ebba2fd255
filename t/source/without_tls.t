# An nginx of other makers: built from its source by clang, without TLS. "make
# test-source" runs the other specs in it.

use strict;
use warnings;

use lib 't/lib/helpers';
use Cwd qw(abs_path);
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $folder = abs_path(($ENV{BUILD} // 'build') . '/from-source');
$ENV{TEST_NGINX_BINARY} = "$folder/nginx/nginx";
$ENV{TEST_NGINX_LOAD_MODULES} = "$folder/ngx_http_logout_module.so";

my $redis = Logout::RedisServer->start;
my $server = 'server 127.0.0.1:' . $redis->port . ';';
my $nginx = Logout::Nginx->start(http => "logout_redis sessions { $server }");

like `$ENV{TEST_NGINX_BINARY} -V 2>&1`, qr/^built by clang.*\n(?!.*ssl)/m,
    'this nginx has no TLS';

$redis->command('SET', 'sess:4fzd8k2m', 'x');
is $nginx->logout('4fzd8k2m'), 'logged_out', 'a logout';
is $redis->command('EXISTS', 'sess:4fzd8k2m'), 0, 'its session is gone';
is $nginx->logout('4fzd8k2m'), 'no_session', 'once more';
$nginx->reload;
is $nginx->logout('4fzd8k2m'), 'no_session', 'after a reload';
is $nginx->complaints, 0, 'nothing in the log' or diag $nginx->error_log;

$nginx->configure(http => "logout_redis sessions { $server ssl on; }");
like $nginx->test_configuration,
    qr{"ssl on" in logout_redis "sessions" needs an nginx built with TLS \(--with-http_ssl_module\) in \S+nginx\.conf:\d+$}m,
    'TLS is refused where it cannot be';

done_testing;
