# Reload and quit, with Redis idle, busy and stopped; several workers; and a
# module that nobody uses.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;
use Time::HiRes qw(time);

sub nginx_for {
    my ($redis, %options) = @_;

    my $server = '127.0.0.1:' . $redis->port;
    return Logout::Nginx->start(http =>
        "logout_redis sessions { server $server; timeout 10m; }",
        server => Logout::Nginx::LOCATIONS
            . 'location = /status { logout_status; }', %options);
}

sub in_flight {
    my ($nginx) = @_;

    my ($number) = $nginx->get('/status')->{content}
        =~ /^nginx_logout_\w*in_flight\{[^}]*\} (\d+)/m;
    return $number;
}

sub is_gone {
    my ($pid) = @_;
    return !kill 0, $pid;
}

# Begins `number` logouts, of sessions that exist, which wait for Redis.
sub begin_logouts {
    my ($nginx, $redis, $number) = @_;

    $redis->command('SET', "sess:$_", 1) for 1 .. $number;
    $redis->pause;
    my @waiting = map { $nginx->begin_logout($_) } 1 .. $number;
    ok $nginx->eventually(sub { in_flight($nginx) == $number }),
        "$number logouts wait for Redis";
    return @waiting;
}

sub no_alerts {
    my ($nginx) = @_;

    is_deeply [grep { /\[(?:crit|alert|emerg)\]/ } split /\n/,
        $nginx->error_log], [], 'no alert';
}

subtest 'reload while logouts wait' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis);
    my $old = $nginx->worker;
    my @waiting = begin_logouts($nginx, $redis, 5);

    kill 'HUP', $nginx->{pid};
    ok $nginx->eventually(sub { grep { $_ != $old } $nginx->workers }),
        'there is a new worker';
    is $nginx->get('/static')->{status}, 204, 'which serves';
    ok !is_gone($old), 'the old one waits for Redis';

    $redis->resume;
    is $nginx->end_logout($_), 'logged_out', 'the logout is answered'
        for @waiting;
    my $begin = time;
    ok $nginx->eventually(sub { is_gone($old) }), 'the old one leaves';
    cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE, 'at once';

    is $redis->command('DBSIZE'), 0, 'every key is deleted';
    no_alerts($nginx);
};

subtest 'quit while logouts wait' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis);
    my @waiting = begin_logouts($nginx, $redis, 5);

    kill 'QUIT', $nginx->{pid};
    ok $nginx->eventually(sub {
        $nginx->error_log =~ /gracefully shutting down/;
    }), 'nginx is to quit';
    $redis->resume;
    is $nginx->end_logout($_), 'logged_out', 'the logout is answered'
        for @waiting;
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    is $redis->command('DBSIZE'), 0, 'every key is deleted';
    no_alerts($nginx);
};

subtest 'quit when those who wait have left' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis);
    my @waiting = begin_logouts($nginx, $redis, 5);

    close $_ for @waiting;
    kill 'QUIT', $nginx->{pid};
    ok $nginx->eventually(sub {
        $nginx->error_log =~ /gracefully shutting down/;
    }), 'nginx is to quit';
    $redis->resume;
    ok $nginx->eventually(sub { $redis->command('DBSIZE') == 0 }),
        'every key is deleted';
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    no_alerts($nginx);
};

subtest 'idle: reload and quit of several workers' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, workers => 3);

    $nginx->logout('nobody') for 1 .. 30;
    for (1 .. 3) {
        my @old = $nginx->workers;
        my $begin = time;

        kill 'HUP', $nginx->{pid};
        ok $nginx->eventually(sub { !grep { !is_gone($_) } @old }),
            'all old workers leave';
        cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE, 'at once';
        is $nginx->logout('nobody'), 'no_session', 'the new ones work';
    }
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    no_alerts($nginx);
};

subtest 'several workers, each with a connection of its own' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, workers => 3);

    $redis->command('SET', "sess:$_", 1) for 1 .. 60;
    my @results = map { $nginx->logout($_) } 1 .. 60;
    is_deeply \@results, [('logged_out') x 60], 'every logout is done';
    is $redis->command('DBSIZE'), 0, 'every key is deleted';

    # the last is this test's own
    my @clients = split /\n/, $redis->command('CLIENT', 'LIST');
    cmp_ok scalar @clients, '<=', 3 + 1, 'one connection for a worker, at most';
};

subtest 'Redis is stopped: other requests are answered as ever' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis);
    my @waiting = begin_logouts($nginx, $redis, 50);

    is_deeply [map { $nginx->get('/static')->{status} } 1 .. 100],
        [(204) x 100], 'a hundred of them';
    is in_flight($nginx), 50, 'the logouts still wait';

    $redis->resume;
    is $nginx->end_logout($_), 'logged_out', 'the logout is answered'
        for @waiting;
};

subtest 'loaded, but not used' => sub {
    my $nginx = Logout::Nginx->start(http => '', workers => 2,
        server => 'location / { return 404; } location = /static { return 204; }');

    is $nginx->get('/static')->{status}, 204, 'nginx serves';
    is $nginx->get('/logout')->{status}, 404, 'nothing is a logout';
    $nginx->reload;
    is $nginx->get('/static')->{status}, 204, 'after a reload, too';
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    is_deeply [$nginx->complaints], [], 'nothing is logged';
};

subtest 'stores, but no location that uses them' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis,
        server => 'location = /static { return 204; }');

    $nginx->reload;
    is $nginx->get('/static')->{status}, 204, 'nginx serves';
    my @clients = split /\n/, $redis->command('CLIENT', 'LIST');
    is scalar @clients, 1, 'Redis is not connected to';
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    is_deeply [$nginx->complaints], [], 'nothing is logged';
};

done_testing;
