# Where servers send nginx: what a cluster or a sentinel announces, which of it
# is trusted, and what the configuration makes of it.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Certificates;
use Logout::Cluster;
use Logout::Example;
use Logout::FakeDns;
use Logout::FakeRedis;
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Wait;
use Test::More;

sub nginx_for {
    my ($parameters) = @_;

    return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        $parameters
        password      word;
        connect_timeout 2s;
        timeout       2s;
    }
_
}

# Answers MOVED to each delete, and tells no map. With a name for a seed,
# 127.0.0.1 is a host that the configuration does not know.
sub cluster_that_sends_to {
    my ($where) = @_;

    my $seed = Logout::FakeRedis->start(sub {
        my ($command) = @_;
        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "+OK\r\n" if $command =~ /^AUTH/;
        return "-MOVED 1 $where\r\n" if $command =~ /^(?:UNLINK|DEL)/;
        return "-ERR no map\r\n";
    });

    return ($seed, 'cluster on; server localhost:' . $seed->port . ';');
}

sub sentinel_that_names {
    my ($host, $port) = @_;

    my $sentinel = Logout::FakeRedis->start(sub {
        my ($command) = @_;
        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "*3\r\n\$9\r\nsubscribe\r\n\$14\r\n+switch-master\r\n:1\r\n"
            if $command =~ /^SUBSCRIBE/;
        return join '', "*2\r\n",
            map { '$' . length . "\r\n$_\r\n" } $host, $port;
    });

    return ($sentinel, 'sentinel localhost:' . $sentinel->port
        . '; master_name m;');
}

# A server that others send to.
sub target { Logout::RedisServer->start('--requirepass', 'word') }

sub connections_to {
    my ($redis) = @_;

    $redis->command('AUTH', 'word');
    my ($count) = $redis->command('INFO', 'stats')
        =~ /^total_connections_received:(\d+)/m;
    return $count;
}

for my $kind ('cluster', 'sentinel') {
    my $redis = target();
    my $port = $redis->port;
    my ($server, $parameters) = $kind eq 'cluster'
        ? cluster_that_sends_to("127.0.0.1:$port")
        : sentinel_that_names('127.0.0.1', $port);

    subtest "$kind: redirect_to" => sub {
        for my $allowed ('', 'redirect_to 127.0.0.0/8;',
            'redirect_to 10.0.0.0/8 127.0.0.1;', 'redirect_to a.test 0.0.0.0/0;'
        ) {
            my $nginx = nginx_for("$parameters $allowed");
            is $nginx->logout('a'), 'no_session', "allowed: $allowed";
            is_deeply [grep { !/tell the cluster's slots/ } $nginx->complaints],
                [], 'nothing to complain about';
        }

        my $before = connections_to($redis);
        for my $allowed ('10.0.0.0/8', '127.0.0.2', 'localhost', '*.0.0.1',
            '::/0') {
            my $nginx = nginx_for("$parameters redirect_to $allowed;");
            is $nginx->logout('a'), 'redis_unavailable', "only $allowed";
            is $nginx->logout('a'), 'redis_unavailable', 'and again';
            my @told = grep { /sends to 127\.0\.0\.1:$port, which "redirect_to" does not allow/ }
                $nginx->complaints;
            is scalar @told, 1, 'the log says so, once';
        }
        is connections_to($redis), $before, 'nobody has been there';
    };

    subtest "$kind: map_address" => sub {
        my $odd = $port == 7001 ? 7002 : 7001;

        for my $map (["192.0.2.1:$odd", "127.0.0.1:$port", $odd],
            ['192.0.2.1', '127.0.0.1', $port],
            ['node-1.test', 'localhost', $port],
            ["[2001:db8::1]:$odd", "127.0.0.1:$port", $odd],
            ["192.0.2.1:$port", '127.0.0.1', $port]) {
            my ($from, $to, $announced) = @$map;
            (my $host = $from) =~ s/(?<=[^:]):\d+\z//;
            my ($server, $parameters) = $kind eq 'cluster'
                ? cluster_that_sends_to(($host =~ s/[\[\]]//gr) . ":$announced")
                : sentinel_that_names($host =~ s/[\[\]]//gr, $announced);

            my $nginx = nginx_for("$parameters redirect_to 192.0.2.99;"
                . " map_address $from $to;");
            is $nginx->logout('a'), 'no_session', "$from is at $to";
        }
    };
}

subtest 'redirect_to a name' => sub {
    my $redis = target();
    my $dns = Logout::FakeDns->start;
    my $resolver = 'resolver 127.0.0.1:' . $dns->port . ' ipv6=off;';
    $dns->answer('node.redis.test', 60, '127.0.0.1');
    my ($seed, $parameters) =
        cluster_that_sends_to('node.redis.test:' . $redis->port);

    for my $allowed ('node.redis.test', '*.redis.test', 'NODE.Redis.Test',
        '10.0.0.1 *.test') {
        is nginx_for("$parameters $resolver redirect_to $allowed;")
            ->logout('a'), 'no_session', "allowed: $allowed";
    }
    for my $allowed ('redis.test', '*.node.redis.test', 'ode.redis.test',
        '*.s.test', '127.0.0.1') {
        is nginx_for("$parameters $resolver redirect_to $allowed;")
            ->logout('a'), 'redis_unavailable', "only $allowed";
    }
};

subtest 'a name that only /etc/hosts could know' => sub {
    my ($seed, $parameters) = cluster_that_sends_to('node.redis.test:1');
    my $nginx = nginx_for($parameters);

    is $nginx->logout('a'), 'redis_unavailable', 'is not looked for there';
    like $nginx->error_log,
        qr{node\.redis\.test:1 is down: its name needs a "resolver"},
        'the log says so';
};

subtest 'nodes that announce no address' => sub {
    my $cluster = Logout::Cluster->start(masters => 3, options =>
        ['--cluster-preferred-endpoint-type', 'unknown-endpoint']);

    # they know each other by one at which nginx could not reach them
    for my $host ('127.0.0.1', 'localhost') {
        for my $seed ($cluster->nodes) {
            my $nginx = Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        cluster on;
        server  $host:@{[$seed->port]};
        connect_timeout 2s;
        timeout 2s;
        redirect_to 192.0.2.1;
    }
_
            for my $id (1 .. 8) {
                $cluster->set("sess:$id");
                is $nginx->logout($id), 'logged_out', "$host: session $id";
            }
            is_deeply [$nginx->complaints], [], 'nothing to complain about';
        }
    }
};

# It is at an address that is not in its certificate, and announces a name
# that is.
subtest 'TLS: the name that is announced beside the address' => sub {
    my $files = Logout::Certificates->new;
    $files->authority('ca');
    $files->issue('node', 'ca', names => 'IP:127.0.0.1,DNS:node.redis.test');
    my $port = Logout::Example::free_port();
    my $redis = Logout::RedisServer->start('--tls-port', $port,
        '--bind', '127.0.0.1', '127.0.0.2', '--tls-auth-clients', 'no',
        '--tls-cert-file', $files->file('node.crt'),
        '--tls-key-file', $files->file('node.key'),
        '--tls-ca-cert-file', $files->file('ca.crt'),
        '--cluster-enabled', 'yes', '--tls-cluster', 'yes',
        '--cluster-announce-ip', '127.0.0.2');
    $redis->command('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
    Logout::Wait::or_die('The cluster does not get ready',
        sub { $redis->command('CLUSTER', 'INFO') =~ /cluster_state:ok/ });
    my $parameters = <<"_";
        cluster on;
        server 127.0.0.1:$port;
        ssl on;
        ssl_trusted_certificate @{[$files->file('ca.crt')]};
        connect_timeout 2s;
        timeout 2s;
_
    my $outcome = sub {
        my $nginx =
            Logout::Nginx->start(http => "logout_redis s { $parameters }");

        # until it has the map, and has tried to follow it
        $nginx->eventually(sub {
            $nginx->logout('a');
            $nginx->error_log =~ /127\.0\.0\.2:\d+ is down/
                || $redis->command('CLIENT', 'LIST')
                    =~ /laddr=127\.0\.0\.2:$port /;
        });
        return $nginx->logout('a');
    };

    is $outcome->(), 'redis_unavailable', 'without a name';
    for my $how (qw(shards slots)) {
        $redis->command('CONFIG', 'SET', 'cluster-announce-hostname',
            'node.redis.test');
        $redis->command('ACL', 'SETUSER', 'default',
            $how eq 'slots' ? '-cluster|shards' : '+@all');
        is $outcome->(), 'no_session', "with one, in CLUSTER \U$how";
    }
    $redis->command('CONFIG', 'SET', 'cluster-announce-hostname',
        'other.redis.test');
    is $outcome->(), 'redis_unavailable', 'with another one';
};

done_testing;
