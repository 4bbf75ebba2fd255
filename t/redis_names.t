# Names and addresses of Redis: resolved while nginx runs, again when they may
# have changed, all of them tried, of both families.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::FakeDns;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;
use Time::HiRes qw(time);

sub nginx_for {
    my ($server, $parameters, $timeout) = @_;

    $timeout //= '3s';
    return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        server $server;
        timeout $timeout;
        connect_timeout 300ms;
        $parameters
    }
_
}

sub resolver { 'resolver 127.0.0.1:' . $_[0]->port . ';' }

# The connection in use is lost: the next command needs a new one.
sub hang_up {
    my ($redis) = @_;

    $redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
}

subtest 'IPv6' => sub {
    my $redis = Logout::RedisServer->start('--bind', '::1', '127.0.0.1');
    my $nginx = nginx_for('[::1]:' . $redis->port, '');

    $redis->command('SET', 'sess:a', 1);
    is $nginx->logout('a'), 'logged_out', 'an address';
    like $redis->command('CLIENT', 'LIST'), qr/addr=\[::1\]/, 'is connected to';

    my $dns = Logout::FakeDns->start;
    $dns->answer('redis.test', 60, '::1');
    is nginx_for('redis.test:' . $redis->port, resolver($dns))->logout('a'),
        'no_session', 'a name';
};

subtest 'a name is resolved while nginx runs' => sub {
    my $redis = Logout::RedisServer->start;
    my $dns = Logout::FakeDns->start;
    my $nginx = nginx_for('redis.test:' . $redis->port, resolver($dns));

    is $dns->queries, 0, 'not before it is needed';
    $dns->answer('redis.test', 3600, '127.0.0.1');
    is $nginx->logout('a'), 'no_session', 'then it is';

    my $queries = $dns->queries;
    for (1 .. 3) {
        hang_up($redis);
        is $nginx->logout('a'), 'no_session', 'a new connection';
    }
    is $dns->queries, $queries, 'its address is known for an hour';
};

# A silent one answers no question.
sub resolver_at {
    my ($level, $redis, $own) = @_;

    my $port = $redis->port;
    my ($good, $silent) = map { Logout::FakeDns->start } 1 .. 2;
    $good->answer('redis.test', 60, '127.0.0.1');
    my %resolver = map { $_ => '' } qw(http server location block);
    $resolver{$level} = resolver($good);
    $resolver{$_} = resolver($silent) for $own ? qw(http server location) : ();
    my $locations = Logout::Nginx::LOCATIONS;
    $locations =~ s/(location = .logout \{)/$1 $resolver{location}/;

    my $nginx = Logout::Nginx->start(http => <<"_",
    logout_redis sessions {
        server redis.test:$port;
        timeout 3s;
        connect_timeout 2s;
        $resolver{block}
    }
    $resolver{http}
_
        server => "$resolver{server} $locations");
    return ($nginx, $good, $silent);
}

subtest 'the resolver of the location, from whichever level' => sub {
    my $redis = Logout::RedisServer->start;

    for my $level (qw(http server location)) {
        my ($nginx, $dns) = resolver_at($level, $redis);

        is $nginx->logout('a'), 'no_session', "a resolver in $level {}";
        cmp_ok $dns->queries, '>', 0, 'was asked';
    }

    my ($nginx, $own, $other) = resolver_at('block', $redis, 1);
    is $nginx->logout('a'), 'no_session', 'the resolver of the block';
    cmp_ok $own->queries, '>', 0, 'was asked';
    is $other->queries, 0, 'and not that of the location';
};

subtest 'localhost is for no resolver' => sub {
    my $redis = Logout::RedisServer->start;
    my $dns = Logout::FakeDns->start;
    my $nginx = nginx_for('localhost:' . $redis->port, resolver($dns));

    is $nginx->logout('a'), 'no_session', 'the logout';
    is $dns->queries, 0, 'nobody was asked';
};

subtest 'a name that gets another address' => sub {
    my $old = Logout::RedisServer->start;
    my $new = Logout::RedisServer->start('--bind', '127.0.0.3',
        '--port', $old->port);
    my $dns = Logout::FakeDns->start;
    $dns->answer('redis.test', 1, '127.0.0.1');
    my $nginx = nginx_for('redis.test:' . $old->port, resolver($dns));

    is $nginx->logout('a'), 'no_session', 'the first one';
    $dns->answer('redis.test', 1, '127.0.0.3');
    $old->kill;
    $new->command('SET', 'sess:a', 1);
    ok $nginx->eventually(sub { $nginx->logout('a') eq 'logged_out' }),
        'the next one, after its time to live';
};

subtest 'several addresses' => sub {
    my $redis = Logout::RedisServer->start;
    my $dns = Logout::FakeDns->start;
    $dns->answer('redis.test', 60, map { "127.0.0.$_" } 9, 8, 1, 7);
    my $nginx = nginx_for('redis.test:' . $redis->port, resolver($dns));

    for (1 .. 5) {
        is $nginx->logout('a'), 'no_session', 'the one that answers is found';
        hang_up($redis);
    }
    is_deeply [$nginx->complaints], [], 'nothing to complain about';

    $redis->kill;
    is $nginx->logout('a'), 'redis_unavailable', 'none answers';
    $redis->start_again;
    ok $nginx->eventually(sub { $nginx->logout('a') eq 'no_session' }),
        'one answers again';
};

subtest 'a name that cannot be resolved' => sub {
    my $redis = Logout::RedisServer->start;
    my $dns = Logout::FakeDns->start;
    my $nginx = nginx_for('redis.test:' . $redis->port,
        resolver($dns), '500ms');

    my $begin = time;
    is $nginx->logout('a'), 'redis_unavailable', 'the resolver is silent';
    cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE,
        'it is not waited for longer than Redis';
    is $nginx->get('/static')->{status}, 204, 'everything else goes on';

    $dns->answer('other.test', 1, '127.0.0.1');
    is $nginx->logout('a'), 'redis_unavailable', 'there is no such name';
    $dns->answer('redis.test', 1, '127.0.0.1');
    ok $nginx->eventually(sub { $nginx->logout('a') eq 'no_session' }),
        'now there is';
};

done_testing;
