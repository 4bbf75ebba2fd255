# Deletions that are done later: logout_redis_failure defer, logout_again.

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use Logout::Example;
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Timing qw(time_of);
use Test::More;
use Logout::Wait;

sub is_gone {
    my ($redis, $key, $name) = @_;

    ok Logout::Wait::eventually(sub { !$redis->command('EXISTS', $key) }),
        $name;
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
    is_gone($redis, 'sess:hung', 'the key is gone');
};

subtest 'Redis dies: the deletion is done when it is back' => sub {
    $redis->kill;
    is logout_of('dead')->{status}, 302, 'the logout is answered';
    cmp_ok time_of(sub {
        is logout_of('dead2')->{status}, 302, 'another one, too' for 1 .. 10;
    }), '<', Logout::Nginx::AT_ONCE, 'at once, since Redis is known to be down';
    $redis->start_again;
    $redis->command('SET', 'sess:dead', 1);
    $redis->command('SET', 'sess:dead2', 1);
    $redis->command('SET', 'sess:other', 1);
    is_gone($redis, 'sess:dead', 'the first key is gone');
    is_gone($redis, 'sess:dead2', 'the second key is gone');
    is $redis->command('EXISTS', 'sess:other'), 1, 'another session is kept';
};

subtest 'the queue outlives a worker' => sub {
    $redis->kill;
    is logout_of('crash')->{status}, 302, 'the logout is answered';
    $example->kill_workers;
    $redis->start_again;
    $redis->command('SET', 'sess:crash', 1);
    is_gone($redis, 'sess:crash', 'the key is gone');
};

subtest 'the queue outlives a reload' => sub {
    $redis->kill;
    is logout_of('reload')->{status}, 302, 'the logout is answered';
    $example->reload;
    $redis->start_again;
    $redis->command('SET', 'sess:reload', 1);
    is_gone($redis, 'sess:reload', 'the key is gone');
};

subtest 'logout_again deletes what was written back, and nothing else' => sub {
    $redis->command('SET', 'sess:again', 1);
    logout_of('again');
    is $redis->command('EXISTS', 'sess:again'), 0, 'the key is gone';
    $redis->command('SET', 'sess:again', 'written back');
    $redis->command('SET', 'sess:new', 'the next session');
    is_gone($redis, 'sess:again', 'it is gone again');
    is $redis->command('EXISTS', 'sess:new'), 1, 'the new session is kept';
};

unlike $example->error_log, qr/\[(crit|alert|emerg)\](?!.*exited on signal 9)/,
    'no alert';

undef $redis;
undef $example;

# A Redis that remembers every command, and an nginx that defers.
sub site {
    my ($zone, $failure, %options) = @_;

    my $server = Logout::RedisServer->start('--slowlog-log-slower-than', 0,
        '--slowlog-max-len', 100_000);
    my $port = $server->port;
    my $nginx = Logout::Nginx->start(
        http => <<"_",
    logout_redis sessions { server 127.0.0.1:$port; }
    logout_zone deferred $zone;
    logout_redis_failure $failure;
_
        server => Logout::Nginx::LOCATIONS
            . 'location = /status { logout_status; }',
        %options);

    return ($server, $nginx);
}

# The keys that were deleted, in order.
sub deleted {
    my ($server) = @_;

    return map { $_->[3][1] } grep { $_->[3][0] eq 'UNLINK' }
        reverse @{$server->command('SLOWLOG', 'GET', 100_000)};
}

sub status_of {
    my ($nginx, $name) = @_;

    my ($number) = $nginx->get('/status')->{content}
        =~ /^nginx_logout_deferred_$name\{zone="deferred"\} (\S+)$/m;
    return $number;
}

subtest 'a long queue, done in order, by one worker' => sub {
    my ($server, $nginx) = site('1m', 'defer', workers => 2);
    my @ids = map { sprintf '%04d', $_ } 1 .. 1500;

    $server->kill;
    is_deeply [grep { $_ ne 'deferred' } map { $nginx->logout($_) } @ids], [],
        'all are deferred';
    is status_of($nginx, 'deletions'), 1500, 'their number is shown';
    cmp_ok status_of($nginx, 'oldest_age_seconds'), '>', 0,
        'and the age of the first';

    $server->start_again;
    ok $nginx->eventually(sub { status_of($nginx, 'deletions') == 0 }),
        'all are done';
    is status_of($nginx, 'done_total'), 1500, 'they are counted';

    # each worker tried the first one itself before it knew
    my %seen;
    my @deleted = grep { !$seen{$_}++ } deleted($server);
    is_deeply \@deleted, [map { "sess:$_" } @ids], 'in order';
    is scalar(grep { $_ > 1 } values %seen), 0, 'none of them twice';
};

subtest 'a full zone refuses' => sub {
    my ($server, $nginx) = site('32k', 'defer');

    $server->kill;
    my %results;
    $results{$nginx->logout("id$_")}++ for 1 .. 500;
    is_deeply [sort keys %results], ['deferred', 'redis_unavailable'],
        'when it is full, logouts fail';
    is status_of($nginx, 'deletions'), $results{deferred},
        'what was promised is there';
    is status_of($nginx, 'refused_total'), $results{redis_unavailable},
        'what was not is counted';

    $server->start_again;
    ok $nginx->eventually(sub { status_of($nginx, 'deletions') == 0 }),
        'it gets empty';
    is_deeply [deleted($server)],
        [map { "sess:id$_" } 1 .. $results{deferred}], 'by doing the work';
    is $nginx->logout('next'), 'no_session', 'and logouts are done again';
};

subtest 'one client cannot take all the room, as the README advises' => sub {
    my $server = Logout::RedisServer->start;
    my $nginx = Logout::Nginx->start(
        http => <<"_",
    logout_redis sessions { server 127.0.0.1:@{[$server->port]}; }
    logout_zone deferred 32k;
    logout_redis_failure defer;
    limit_req_zone \$binary_remote_addr zone=logouts:1m rate=1r/s;
    limit_req zone=logouts burst=5 nodelay;
_
    );
    my $flood = HTTP::Tiny->new(max_redirect => 0,
        local_address => '127.0.0.2');

    $server->kill;
    $flood->get("http://127.0.0.1:@{[$nginx->port]}/logout",
        {headers => {Cookie => "sid=made-up-$_"}}) for 1 .. 500;
    is $nginx->logout('mine'), 'deferred', 'another client has room';
};

subtest 'deletions that are too old are given up' => sub {
    my ($server, $nginx) = site('1m', 'defer for=1s');

    $server->kill;
    is $nginx->logout($_), 'deferred', $_ for qw(a b);
    ok $nginx->eventually(sub { status_of($nginx, 'dropped_total') == 2 }),
        'even while Redis is away';
    like $nginx->error_log,
        qr/\[error\].*deferred deletions were given up/, 'the log says so';
    is status_of($nginx, 'deletions'), 0, 'there is room again';

    $server->start_again;
    ok $nginx->eventually(sub { $nginx->logout('c') eq 'no_session' }),
        'Redis is back';
    is_deeply [grep { /:[ab]$/ } deleted($server)], [], 'they stay undone';
};

done_testing;
