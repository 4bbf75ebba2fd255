# Deletions that are done later: logout_redis_failure defer, logout_again.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Example;
use Test::More;
use Time::HiRes qw(sleep time);

# Whether the key is gone within so many seconds.
sub gone_within {
    my ($redis, $key, $seconds) = @_;

    my $deadline = time + $seconds;
    while (time < $deadline) {
        return 1 if !$redis->command('EXISTS', $key);
        sleep 0.05;
    }
    return 0;
}

my $example = Logout::Example->start('defer.conf');
my $redis = $example->redis;

sub logout_of {
    my ($id) = @_;

    return $example->get('/logout', {Cookie => "sid=$id"});
}

subtest 'Redis hangs: the deletion is done when it goes on' => sub {
    $redis->command('SET', 'sess:hung', 1);
    logout_of('warm-up');
    $redis->pause;
    my $response = logout_of('hung');
    is $response->{status}, 302, 'the logout is answered';
    like $response->{headers}{'set-cookie'}, qr/Max-Age=0/,
        'the cookie is expired';
    $redis->resume;
    ok gone_within($redis, 'sess:hung', 5), 'the key is gone';
};

subtest 'Redis dies: the deletion is done when it is back' => sub {
    $redis->kill;
    is logout_of('dead')->{status}, 302, 'the logout is answered';
    my $begin = time;
    is logout_of('dead2')->{status}, 302, 'another one, too';
    cmp_ok time - $begin, '<', 0.15, 'at once, since Redis is known to be down';
    $redis->start_again;
    $redis->command('SET', 'sess:dead', 1);
    $redis->command('SET', 'sess:dead2', 1);
    $redis->command('SET', 'sess:other', 1);
    ok gone_within($redis, 'sess:dead', 5), 'the first key is gone';
    ok gone_within($redis, 'sess:dead2', 5), 'the second key is gone';
    is $redis->command('EXISTS', 'sess:other'), 1, 'another session is kept';
};

subtest 'the queue outlives a worker' => sub {
    $redis->kill;
    is logout_of('crash')->{status}, 302, 'the logout is answered';
    $example->kill_worker;
    $redis->start_again;
    $redis->command('SET', 'sess:crash', 1);
    ok gone_within($redis, 'sess:crash', 5), 'the key is gone';
};

subtest 'the queue outlives a reload' => sub {
    $redis->kill;
    is logout_of('reload')->{status}, 302, 'the logout is answered';
    $example->reload;
    $redis->start_again;
    $redis->command('SET', 'sess:reload', 1);
    ok gone_within($redis, 'sess:reload', 5), 'the key is gone';
};

subtest 'logout_again deletes what was written back, and nothing else' => sub {
    $redis->command('SET', 'sess:again', 1);
    logout_of('again');
    is $redis->command('EXISTS', 'sess:again'), 0, 'the key is gone';
    $redis->command('SET', 'sess:again', 'written back');
    $redis->command('SET', 'sess:new', 'the next session');
    ok gone_within($redis, 'sess:again', 5), 'it is gone again';
    is $redis->command('EXISTS', 'sess:new'), 1, 'the new session is kept';
};

unlike $example->error_log, qr/\[(crit|alert|emerg)\](?!.*exited on signal 9)/,
    'no alert';

undef $redis;
undef $example;

done_testing;
