# One server that is not the master any more: nginx finds the one that is,
# behind the same name or proxy.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Example;
use Logout::FakeDns;
use Logout::Nginx;
use Logout::Process;
use Logout::RedisServer;
use Logout::Wait;
use Test::More;

sub nginx_for {
    my ($server, $parameters, %options) = @_;

    return Logout::Nginx->start(%options, http => <<"_" . ($options{http} // ''));
    logout_redis sessions {
        server $server;
        timeout 3s;
        connect_timeout 1s;
        $parameters
    }
_
}

# A master and its replica, with the same port at 127.0.0.1 and 127.0.0.3.
sub pair {
    my $master = Logout::RedisServer->start('--repl-diskless-sync-delay', 0);
    my $replica = Logout::RedisServer->start('--repl-diskless-sync-delay', 0,
        '--bind', '127.0.0.3', '--port', $master->port,
        '--replica-announce-ip', '127.0.0.3',
        '--replicaof', '127.0.0.1 ' . $master->port);

    follows($master);
    return ($master, $replica);
}

sub follows {
    my ($master) = @_;

    Logout::Wait::or_die('The replica does not follow',
        sub { $master->command('INFO', 'replication') =~ /state=online/ });
}

sub swap {
    my ($master, $replica) = @_;

    $replica->command('REPLICAOF', 'NO', 'ONE');
    $master->command('REPLICAOF', '127.0.0.3', $master->port);
}

# The connection in use is lost: the next command needs a new one.
sub hang_up {
    for my $redis (@_) {
        $redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
}

sub ends_a_session {
    my ($nginx, $master) = @_;

    $master->command('SET', 'sess:a', 1);
    return $nginx->logout('a') eq 'logged_out'
        && !$master->command('EXISTS', 'sess:a');
}

# An nginx for the name redis.test, which has these addresses.
sub nginx_and_dns {
    my ($master, $parameters, @addresses) = @_;

    my $dns = Logout::FakeDns->start;
    $dns->answer('redis.test', 1, @addresses);
    my $nginx = nginx_for('redis.test:' . $master->port,
        'resolver 127.0.0.1:' . $dns->port . " valid=1s ipv6=off; $parameters");
    return ($nginx, $dns);
}

subtest 'several addresses, one of which is the master\'s' => sub {
    my ($master, $replica) = pair();
    my ($nginx, $dns) = nginx_and_dns($master, '', '127.0.0.3', '127.0.0.1');

    for (1 .. 8) {
        ok ends_a_session($nginx, $master), 'the master is found at once';
        hang_up($master, $replica);
    }
    swap($master, $replica);
    ok ends_a_session($nginx, $replica), 'also when it is the other one';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
};

subtest 'where ROLE is forbidden' => sub {
    for my $rule ('-role', '-@all +unlink +ping') {
        my ($master, $replica) = pair();
        $_->command('ACL', 'SETUSER', 'nginx', 'on', '>word', '~*', '+@all',
            split ' ', $rule) for $master, $replica;
        my ($nginx, $dns) = nginx_and_dns($master, 'username nginx; password word;',
            '127.0.0.3', '127.0.0.1');

        for (1 .. 4) {
            ok ends_a_session($nginx, $master), "$rule: the master is found";
            hang_up($master, $replica);
        }
        swap($master, $replica);
        ok ends_a_session($nginx, $replica), 'also when it is the other one';
        is_deeply [$nginx->complaints], [], 'nothing to complain about';

        my $log = $replica->command('ACL', 'LOG');
        cmp_ok scalar @$log, '<=', 1, 'it is not asked again and again';
    }
};

subtest 'none of the addresses is the master\'s' => sub {
    for my $rule ('+@all', '-role') {
        my ($master, $replica) = pair();
        $_->command('ACL', 'SETUSER', 'default', $rule) for $master, $replica;
        my $nginx = nginx_for('127.0.0.3:' . $master->port, '');

        is $nginx->logout('a'), 'redis_unavailable', "$rule: the logout";
        for (1 .. 5) {
            is $nginx->logout('a'), 'redis_unavailable', 'and again';
            select undef, undef, undef, 0.1;
        }
        my @lines = grep { /logout_redis "sessions"/ } $nginx->complaints;
        is scalar @lines, 1, 'one line in the log';
        like $lines[0],
            qr/127\.0\.0\.3:\d+ is down: it is (?:not a master|read-only)/,
            'says why';

        $replica->command('REPLICAOF', 'NO', 'ONE');
        ok $nginx->eventually(sub { ends_a_session($nginx, $replica) }),
            'until it becomes one';
        is_deeply [grep { /logout_redis "sessions"/ } $nginx->complaints], [],
            'nothing more to complain about';
        like $nginx->error_log, qr/is back/, 'which the log says, too';
    }
};

subtest 'a name that moves with the master' => sub {
    my ($master, $replica) = pair();
    my ($nginx, $dns) = nginx_and_dns($master, '', '127.0.0.1');

    ok ends_a_session($nginx, $master), 'at first';
    swap($master, $replica);
    is $nginx->logout('a'), 'redis_unavailable', 'the name lags behind';
    $dns->answer('redis.test', 1, '127.0.0.3');
    ok $nginx->eventually(sub { ends_a_session($nginx, $replica) }),
        'and is asked for again';
};

subtest 'FAILOVER' => sub {
    my ($master, $replica) = pair();
    my ($nginx, $dns) = nginx_and_dns($master, '', '127.0.0.1', '127.0.0.3');

    ok ends_a_session($nginx, $master), 'before';
    $master->command('FAILOVER');
    ok $nginx->eventually(sub {
        $replica->command('ROLE')->[0] eq 'master'
            && ends_a_session($nginx, $replica)
    }), 'afterwards, at the other one';
};

subtest 'a deletion that waits' => sub {
    my ($master, $replica) = pair();
    my $nginx = nginx_for('127.0.0.3:' . $master->port, '', http => <<'_');
    logout_zone deferred 1m;
    logout_redis_failure defer;
_
    $master->command('SET', 'sess:a', 1);
    Logout::Wait::or_die('The replica does not follow',
        sub { $replica->command('EXISTS', 'sess:a') });

    is $nginx->logout('a'), 'deferred', 'while there is no master';
    swap($master, $replica);
    ok $nginx->eventually(sub { !$replica->command('EXISTS', 'sess:a') }),
        'is done by the next';
};

# As HAProxy is run before Redis: the server whose role is "master" is used,
# and connections stay where they are.
SKIP: {
    my $haproxy = '/usr/sbin/haproxy';
    skip 'haproxy is not installed', 1 if !-x $haproxy;

    subtest 'behind HAProxy' => sub {
        my ($master, $replica) = pair();
        my $port = Logout::Example::free_port();
        my $folder = File::Temp->newdir('logout-haproxy.XXXXXX', TMPDIR => 1);

        open my $out, '>', "$folder/haproxy.cfg" or die "$!\n";
        print $out <<"_";
defaults
    mode tcp
    timeout connect 1s
    timeout client 1m
    timeout server 1m
listen redis
    bind 127.0.0.1:$port
    option tcp-check
    tcp-check send INFO\\ replication\\r\\n
    tcp-check expect string role:master
    default-server check inter 100ms fall 1 rise 1
    server one 127.0.0.1:@{[$master->port]}
    server two 127.0.0.3:@{[$master->port]}
_
        close $out;
        my $pid = Logout::Process::start('KILL', "$folder/log", $haproxy,
            '-db', '-f', "$folder/haproxy.cfg");
        my $nginx = nginx_for("127.0.0.1:$port", '');
        my ($from, $to) = ($master, $replica);

        ok $nginx->eventually(sub { ends_a_session($nginx, $from) }),
            'at first';
        for (1 .. 3) {
            $to->command('REPLICAOF', 'NO', 'ONE');
            $from->command('REPLICAOF', $to == $master ? '127.0.0.1'
                : '127.0.0.3', $to->port);
            ($from, $to) = ($to, $from);
            ok $nginx->eventually(sub { ends_a_session($nginx, $from) }),
                'after the roles were swapped';
        }
        Logout::Process::end($pid, 'TERM');
    };
}

done_testing;
