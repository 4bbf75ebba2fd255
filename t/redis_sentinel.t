# A master that Sentinel knows, with Debian's redis-sentinel.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::FakeRedis;
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Sentinels;
use Test::More;
use Time::HiRes qw(sleep);

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

sub ends_sessions {
    my ($nginx, $redis) = @_;

    return $nginx->eventually(sub {
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
    ok ends_sessions($nginx, $site->replica),
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
    ok ends_sessions($nginx, $site->master),
        'the first one is found when it is master again';

    ok !(grep { /\[(?:crit|alert|emerg)\]/ } $nginx->complaints), 'no alert';
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
};

# Two masters, and a sentinel that names the first, then the second, and tells
# of the change if it is `loud`. In a failover a master that goes closes its
# connections, too: here each way to notice is alone.
sub two_masters {
    my ($loud) = @_;

    my @masters = map { Logout::RedisServer->start } 1 .. 2;
    my @ports = map { $_->port } @masters;
    my $folder = File::Temp->newdir;
    my $news = "*3\r\n\$7\r\nmessage\r\n\$14\r\n+switch-master\r\n"
        . "\$10\r\nmaster x y\r\n";

    my $sentinel = Logout::FakeRedis->start(sub {
        my ($command, $connection) = @_;

        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        if ($command =~ /^SUBSCRIBE/) {
            if ($loud && fork == 0) {
                sleep 0.02 while !-e "$folder/switched";
                syswrite $connection, $news;
                sleep 60;
            }
            return "*3\r\n\$9\r\nsubscribe\r\n\$14\r\n+switch-master\r\n"
                . ":1\r\n";
        }
        my $port = $ports[-e "$folder/switched" ? 1 : 0];
        return "*2\r\n\$9\r\n127.0.0.1\r\n\$" . length($port)
            . "\r\n$port\r\n";
    });
    my $switch = sub { open my $out, '>', "$folder/switched" or die "$!\n" };
    my $port = $sentinel->port;
    my $nginx = Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        sentinel 127.0.0.1:$port;
        master_name master;
        connect_timeout 5s;
        timeout 9s;
    }
_
    is $nginx->logout('a'), 'no_session', 'the first master';
    $masters[1]->command('SET', 'sess:a', 1);

    return ($nginx, $switch, $sentinel, @masters);
}

sub clients_of {
    my ($redis) = @_;

    return scalar grep { /cmd=unlink/ }
        split /\n/, $redis->command('CLIENT', 'LIST');
}

subtest 'told by the sentinel alone' => sub {
    my ($nginx, $switch, $sentinel, $old, $new) = two_masters(1);

    is clients_of($old), 1, 'nginx is connected';
    sleep 0.5;
    $switch->();
    ok $nginx->eventually(sub { !clients_of($old) }),
        'and leaves, without a logout';
    is $nginx->logout('a'), 'logged_out', 'the next one is the other master\'s';
};

subtest 'told by READONLY alone' => sub {
    my ($nginx, $switch, $sentinel, $old, $new) = two_masters(0);

    $switch->();
    $old->command('REPLICAOF', '127.0.0.1', $new->port);
    is clients_of($old), 1, 'the connection is as it was';
    is $nginx->logout('a'), 'logged_out', 'the logout is done all the same';
    like $old->command('INFO', 'errorstats'), qr/READONLY/,
        'after the old master has refused';
};

subtest 'told by a broken connection alone' => sub {
    my ($nginx, $switch, $sentinel, $old, $new) = two_masters(0);

    $switch->();
    $old->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    is $nginx->logout('a'), 'logged_out', 'the new connection is to the other';
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
    ok $none->eventually(sub { $none->logout('a') eq 'no_session' }),
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

# What a user of a sentinel needs at least, and how often the rest is tried.
subtest 'a user of the sentinels with few rights' => sub {
    my $site = Logout::Sentinels->start(sentinels => 1);
    my ($sentinel) = $site->sentinels;
    open my $in, '<', 'README.md' or die "README.md: $!\n";
    my ($rules) = join('', <$in>)
        =~ /ACL SETUSER nginx on >PASSWORD (.*\+subscribe.*)/;
    my $parameters = 'master_name mymaster; sentinel_username nginx;'
        . ' sentinel_password word;';

    $sentinel->command('ACL', 'SETUSER', 'nginx', 'on', '>word',
        split ' ', $rules);
    my $nginx = nginx_for($site, $parameters);
    is $nginx->logout('a'), 'no_session', 'those of the README';
    ok $nginx->eventually(sub { $sentinel->command('CLIENT', 'LIST')
        =~ /cmd=subscribe .*user=nginx/ }), 'it hears the news';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
    is_deeply $sentinel->command('ACL', 'LOG'), [], 'nor for the sentinel';
    undef $nginx;

    $sentinel->command('ACL', 'SETUSER', 'nginx', '-subscribe');
    $nginx = nginx_for($site, $parameters);
    for (1 .. 8) {
        is $nginx->logout('a'), 'no_session', 'without SUBSCRIBE';
        ($site->master)->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME',
            'yes');
        sleep 0.3;
    }
    my @lines = $nginx->complaints;
    is scalar @lines, 1, 'one line in the log';
    like $lines[0], qr/\[warn\].* refuses SUBSCRIBE: NOPERM, its access rules/,
        'says so';
    my %refused = @{$sentinel->command('ACL', 'LOG')->[0]};
    cmp_ok $refused{count}, '<=', 3, 'it is not tried again and again';
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
