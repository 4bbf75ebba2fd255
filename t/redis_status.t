# logout_status where a logout_redis has several servers: each by itself.

use strict;
use warnings;

use lib 't/lib/helpers';
use JSON::PP qw(decode_json);
use Logout::Cluster;
use Logout::FakeRedis;
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Sentinels;
use Test::More;

sub nginx_for {
    my ($parameters) = @_;

    return Logout::Nginx->start(
        http => "logout_redis sessions { $parameters"
            . ' timeout 9s; connect_timeout 5s; }',
        server => Logout::Nginx::LOCATIONS
            . 'location = /status { logout_status; }');
}

sub store {
    my ($nginx) = @_;

    return decode_json($nginx->get('/status?format=json')->{content})
        ->{redis}[0];
}

# What is counted of a server, a Logout::RedisServer.
sub numbers_of {
    my ($nginx, $server) = @_;

    my $name = '127.0.0.1:' . $server->port;
    my ($numbers) = grep { $_->{server} eq $name } @{store($nginx)->{servers}};
    return $numbers;
}

sub replies {
    my ($numbers) = @_;

    my $count = $numbers->{reply_milliseconds}{over};
    $count += $_->{count} for @{$numbers->{reply_milliseconds}{buckets}};
    return $count;
}

subtest 'connections that were lost' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for('server 127.0.0.1:' . $redis->port . ';');

    $nginx->logout('a');
    is numbers_of($nginx, $redis)->{reconnects}, 0, 'the first is no reconnect';
    for my $lost (1, 2) {
        $redis->command(qw(CLIENT KILL TYPE normal));
        ok $nginx->eventually(sub {
            $nginx->logout('a');
            numbers_of($nginx, $redis)->{reconnects} == $lost;
        }), "lost $lost times";
    }
    my $numbers = numbers_of($nginx, $redis);
    is $numbers->{connections}, 3, 'each is a connection, too';
    is $numbers->{failures}{lost}, 0, 'nothing failed that was idle';
    like $nginx->get('/status')->{content},
        qr/^nginx_logout_redis_reconnects_total\{[^}]*role="server"\} 2$/m,
        'in Prometheus\' format';
    like $nginx->get('/status?format=html')->{content},
        qr{<dt>reconnects</dt><dd>2</dd>}, 'on the page';
};

subtest 'the nodes of a cluster' => sub {
    my $cluster = Logout::Cluster->start(masters => 3);
    my $nginx = nginx_for('cluster on; server 127.0.0.1:'
        . ($cluster->nodes)[0]->port . ';');
    my %ids;
    for (my $i = 0; keys %ids < 3; $i++) {
        $ids{$cluster->node_of("sess:$i")} //= $i;
    }

    # one is enough to know them all
    $nginx->logout($ids{($cluster->nodes)[0]});
    ok $nginx->eventually(sub { @{store($nginx)->{servers}} == 3 }),
        'each is there';
    $nginx->logout($ids{$_}) for $cluster->nodes;

    for my $node ($cluster->nodes) {
        my $numbers = numbers_of($nginx, $node);
        cmp_ok $numbers->{commands}, '>=', 1, 'its commands';
        is replies($numbers), $numbers->{commands}, 'how long they took';
        cmp_ok $numbers->{connections}, '>=', 1, 'its connections';
        is $numbers->{workers_up}, 1, 'it is up';
        is $numbers->{in_flight}, 0, 'nothing is in flight';
    }

    my $sum = 0;
    $sum += $_->{commands} for @{store($nginx)->{servers}};
    is store($nginx)->{commands}, $sum, 'their sum is the store\'s';
    is $sum, 4, 'of all logouts';

    my ($lost, @kept) = reverse $cluster->nodes;
    $lost->kill;
    is $nginx->logout($ids{$lost}), 'redis_unavailable', 'one is killed';
    my $numbers = numbers_of($nginx, $lost);
    is $numbers->{workers_down}, 1, 'it is down';
    is $numbers->{workers_up}, 0, 'to this worker';
    cmp_ok $numbers->{failures}{connect} + $numbers->{failures}{lost}, '>=', 1,
        'and why';
    for my $node (@kept) {
        is numbers_of($nginx, $node)->{workers_up}, 1, 'the others are up';
        is numbers_of($nginx, $node)->{failures}{connect}, 0, 'and well';
    }

    my $page = $nginx->get('/status?format=html')->{content};
    my $text = $nginx->get('/status')->{content};
    for my $node ($cluster->nodes) {
        my $name = '127.0.0.1:' . $node->port;
        my $state = $node == $lost ? 'down' : 'up';
        like $page, qr{<h3>Server <code>\Q$name\E</code></h3>}, 'on the page';
        like $text, qr/^nginx_logout_redis_workers\{redis="sessions",server="\Q$name\E",role="server",state="$state"\} 1$/m,
            'and in Prometheus\' format';
    }
};

subtest 'a slot that was moved' => sub {
    my $cluster = Logout::Cluster->start(masters => 2);
    my $nginx = nginx_for('cluster on; server 127.0.0.1:'
        . ($cluster->nodes)[0]->port . ';');
    my $slot = $cluster->slot_of('sess:{t}a');
    my $from = $cluster->node_of('sess:{t}a');
    my $to = $cluster->other_master($from);

    $nginx->logout('{t}a');
    $nginx->eventually(sub { @{store($nginx)->{servers}} == 2 });
    $cluster->open_slot($slot, $from, $to);
    is $nginx->logout('{t}a'), 'no_session', 'sent on to another node';
    is numbers_of($nginx, $_)->{in_flight}, 0, 'in flight nowhere'
        for $from, $to;
    cmp_ok replies(numbers_of($nginx, $to)), '>=', 1,
        'the reply is of who gave it';
};

subtest 'more nodes than are shown' => sub {
    my $port;
    my $server = Logout::FakeRedis->start(sub {
        my ($command, $connection) = @_;

        $port //= $connection->sockport if $command ne 'CLOSED';
        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "-ERR unknown subcommand\r\n" if $command =~ /SHARDS/;
        return "*100\r\n" . join '', map {
            my $host = "127.0.1.$_";
            "*3\r\n:$_\r\n:$_\r\n*2\r\n\$" . length($host)
                . "\r\n$host\r\n:$port\r\n"
        } 1 .. 100 if $command =~ /SLOTS/;
        return ":0\r\n";
    });
    my $nginx = nginx_for('cluster on; server 127.0.0.1:' . $server->port
        . ';');

    $nginx->logout('a');
    ok $nginx->eventually(sub { @{store($nginx)->{servers}} > 60 }),
        'many are';
    my @names = map { $_->{server} } @{store($nginx)->{servers}};
    is scalar @names, 65, 'but not more than 64 by themselves';
    is $names[-1], 'other', 'the rest together';
    is scalar(grep { /\[(?:error|alert)\]/ && /memory/ } $nginx->complaints),
        0, 'there is room for them';
};

subtest 'the master that Sentinel knows' => sub {
    my $site = Logout::Sentinels->start(sentinels => 1);
    my ($sentinel) = $site->sentinels;
    my $nginx = nginx_for('master_name mymaster; sentinel 127.0.0.1:'
        . $sentinel->port . ';');

    $nginx->logout('a');
    is numbers_of($nginx, $site->master)->{workers_up}, 1, 'the first';
    $site->failover;
    ok $nginx->eventually(sub {
        $nginx->logout('a');
        my $numbers = numbers_of($nginx, $site->replica);
        $numbers && $numbers->{workers_up} == 1 && replies($numbers) > 0;
    }), 'and the next';
    is numbers_of($nginx, $site->master)->{workers_up}, 0,
        'the first one is not used any more';
    is store($nginx)->{in_flight}, 0, 'nothing is in flight';

    my $nowhere = nginx_for('master_name other; sentinel 127.0.0.1:'
        . $sentinel->port . ';');
    $nowhere->logout('a');
    my ($unknown) = @{store($nowhere)->{servers}};
    is $unknown->{server}, 'other', 'one that is not found has its name';
    is $unknown->{workers_down}, 1, 'and is down';
};

subtest 'the sentinels' => sub {
    my $site = Logout::Sentinels->start(sentinels => 2);
    my $nginx = nginx_for('master_name mymaster; ' . join ' ',
        map { 'sentinel 127.0.0.1:' . $_->port . ';' } $site->sentinels);
    my $of = sub {
        my $name = '127.0.0.1:' . $_[0]->port;
        my ($numbers) = grep { $_->{server} eq $name }
            @{store($nginx)->{sentinels}};
        return $numbers;
    };

    $nginx->logout('a');
    my ($asked) = sort { $b->{connects} <=> $a->{connects} }
        map { $of->($_) } $site->sentinels;
    cmp_ok $asked->{connections}, '>=', 1, 'one was asked';
    is $asked->{workers_up}, 1, 'and is up';
    is $asked->{failures}{connect}, 0, 'and well';
    is store($nginx)->{connects}, 1, 'the store counts those to its servers';

    $_->kill for $site->sentinels;
    ok $nginx->eventually(sub {
        2 == grep { $of->($_)->{workers_down} == 1 } $site->sentinels;
    }), 'both are down after they were killed';
    my $numbers = $of->(($site->sentinels)[0]);
    cmp_ok $numbers->{failures}{connect} + $numbers->{failures}{lost}, '>=', 1,
        'and why';
    is $nginx->logout('a'), 'no_session', 'which keeps nobody from logging out';

    my $page = $nginx->get('/status?format=html')->{content};
    my $text = $nginx->get('/status')->{content};
    for my $sentinel ($site->sentinels) {
        my $name = '127.0.0.1:' . $sentinel->port;
        like $page, qr{<h3>Sentinel <code>\Q$name\E</code></h3>},
            'on the page';
        like $text, qr/^nginx_logout_redis_workers\{redis="sessions",server="\Q$name\E",role="sentinel",state="down"\} 1$/m,
            'and in Prometheus\' format';
    }
};

done_testing;
