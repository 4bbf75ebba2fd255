# A master that Sentinel knows, with Debian's redis-sentinel.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Sentinels;
use Test::More;

sub nginx_for {
    my ($site, $parameters) = @_;

    my $addresses = join ' ', map { '127.0.0.1:' . $_->port } $site->sentinels;
    return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        sentinel $addresses;
        connect_timeout 2s;
        timeout 2s;
        $parameters
    }
_
}

sub ends_sessions_within {
    my ($nginx, $redis, $seconds) = @_;

    return $nginx->within($seconds, sub {
        $redis->command('SET', 'sess:here', 1);
        $nginx->logout('here') eq 'logged_out';
    });
}

subtest 'a failover, wanted and not' => sub {
    my $site = Logout::Sentinels->start(sentinels => 3);
    my $nginx = nginx_for($site, 'master_name mymaster;');

    $site->master->command('SET', 'sess:a', 1);
    is $nginx->logout('a'), 'logged_out', 'the master is found';

    $site->failover;
    ok ends_sessions_within($nginx, $site->replica, 3),
        'and the next one, after SENTINEL FAILOVER';

    # it takes the sentinels a second to notice, and some to agree
    Logout::Sentinels::wait_until(sub {
        $site->replica->command('INFO', 'replication') =~ /state=online/;
    });
    $site->replica->kill;
    isnt $nginx->logout('a'), 'logged_out', 'without a master nothing is done';
    Logout::Sentinels::wait_until(sub {
        $site->master_port == $site->master->port;
    });
    ok ends_sessions_within($nginx, $site->master, 10),
        'the first one is found when it is master again';

    ok !(grep { /\[(?:crit|alert|emerg)\]/ } $nginx->complaints), 'no alert';
    cmp_ok $nginx->quit, '<', 1, 'nginx quits at once';
};

subtest 'sentinels that are down, or do not know' => sub {
    my $site = Logout::Sentinels->start(sentinels => 2);
    my ($first, $second) = $site->sentinels;

    my $nginx = nginx_for($site, 'master_name mymaster;');
    $first->kill;
    is $nginx->logout('a'), 'no_session', 'one of two is enough';

    # a connection that works needs no sentinel
    $second->kill;
    is $nginx->logout('a'), 'no_session', 'once it is known, none is needed';

    my $none = nginx_for($site, 'master_name mymaster;');
    is $none->logout('a'), 'redis_unavailable', 'none at all';
    like $none->error_log, qr/mymaster is down: no sentinel answers/,
        'the log says so';

    $first->start_again;
    ok $none->within(5, sub { $none->logout('a') eq 'no_session' }),
        'until one is back';

    my $other = nginx_for($site, 'master_name other;');
    is $other->logout('a'), 'redis_unavailable', 'another name';
    like $other->error_log, qr/other is down: no sentinel (?:knows|answers)/,
        'the log says so';
};

subtest 'a sentinel that is wrong' => sub {
    my $site = Logout::Sentinels->start(sentinels => 1);
    my ($sentinel) = $site->sentinels;
    my $port = $site->replica->port;

    # it calls the replica a master, for a moment
    $sentinel->command('SENTINEL', 'MONITOR', 'wrong', '127.0.0.1', $port, 1);
    my $nginx = nginx_for($site, 'master_name wrong;');

    is $nginx->logout('a'), 'redis_unavailable', 'a replica is no master';
    like $nginx->error_log, qr/is down: it is not a master/,
        'the log says so';
};

subtest 'sentinels with a password' => sub {
    my $site = Logout::Sentinels->start(sentinels => 1, password => 'word');

    is nginx_for($site, 'master_name mymaster; sentinel_password word;')
        ->logout('a'), 'no_session', 'given';

    my $nginx = nginx_for($site, 'master_name mymaster;');
    is $nginx->logout('a'), 'redis_unavailable', 'not given';
    like $nginx->error_log, qr/refuses to tell where it is/, 'the log says so';
};

subtest 'conf-examples/sentinel.conf' => sub {
    my $site = Logout::Sentinels->start(sentinels => 3);
    my @ports = map { $_->port } $site->sentinels;
    my $nginx = Logout::Nginx->start(
        example => 'sentinel.conf',
        replace => {
            map { '127.0.0.1:' . (26379 + $_) => "127.0.0.1:$ports[$_]" } 0 .. 2
        });

    $site->master->command('SET', 'sess:4fzd8k2m', 1);
    is $nginx->get('/logout', {Cookie => 'sid=4fzd8k2m'})->{status}, 302,
        'the logout is done';
    is $site->replica->command('EXISTS', 'sess:4fzd8k2m'), 0,
        'on the replica, too';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
};

done_testing;
