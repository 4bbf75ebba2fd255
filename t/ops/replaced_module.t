# The module's file is replaced, as a package's upgrade does, while deletions
# wait for Redis: they are done by the new one.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Copy qw(copy);
use Logout::Example;
use Test::More;

my $example = Logout::Example->start('defer.conf');
my $redis = $example->redis;

# dlopen() tells files apart, not names.
sub load_another_file {
    my $module = "$example->{folder}/module.so";

    copy($ENV{TEST_NGINX_LOAD_MODULES}, $module) or die "$module: $!\n";
    $example->change_configuration(sub {
        s/load_module .*;/load_module $module;/ or die "no module\n";
    });
    $example->reload;
}

$redis->kill;
is $example->get('/logout', {Cookie => 'sid=waits'})->{status}, 302,
    'a logout is answered while Redis is away';
load_another_file();
$redis->start_again;
$redis->command('SET', 'sess:waits', 1);
ok eval {
    $example->wait_until(sub { !$redis->command('EXISTS', 'sess:waits') });
    1;
}, 'its key is gone after the change';
unlike $example->error_log, qr/\[(?:crit|alert|emerg)\]/, 'no alert';

done_testing;
