# A Redis Cluster: keys go to their nodes, whatever happens to the nodes.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Cluster;
use Logout::Readme;
use Logout::Nginx;
use Test::More;

sub nginx_for {
    my ($parameters, @nodes) = @_;

    my $servers = join ' ', map { 'server 127.0.0.1:' . $_->port . ';' } @nodes;
    return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        cluster on;
        $servers
        connect_timeout 2s;
        timeout 2s;
        $parameters
    }
_
}

# Ids whose keys belong to each master in turn.
sub ids_for {
    my ($cluster, $count) = @_;

    my @ids;
    for my $master ($cluster->masters) {
        my $found = 0;
        for (my $i = 0; $found < $count; $i++) {
            next if $cluster->node_of("sess:id$i") != $master;
            push @ids, "id$i";
            $found++;
        }
    }
    return @ids;
}

subtest 'keys on every node' => sub {
    my $cluster = Logout::Cluster->start(masters => 3);
    my $nginx = nginx_for('', ($cluster->nodes)[0]);
    my @ids = (ids_for($cluster, 3), '{tag}a', '{tag}b', '{}', 'a{b}{c}');

    for my $id (@ids, @ids) {
        $cluster->set("sess:$id");
        is $nginx->logout($id), 'logged_out', "$id is ended";
        is $cluster->exists("sess:$id"), 0, 'its key is gone';
    }
    is_deeply [$nginx->complaints], [], 'nothing to complain about';

    my $connections = 0;
    for my $node ($cluster->nodes) {
        my $list = $node->command('CLIENT', 'LIST', 'TYPE', 'normal');
        $connections += grep { /cmd=(?:unlink|cluster)/ } split /\n/, $list;
    }
    cmp_ok $connections, '<=', 4, 'one connection to each node, and the first';

    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    unlike $nginx->error_log, qr/\[(?:crit|alert|emerg)\]/, 'no alert';
};

# Of all nodes: how often they were asked for the map in this way.
sub asked {
    my ($cluster, $how) = @_;

    my $count = 0;
    for my $node ($cluster->nodes) {
        my $statistics = $node->command('INFO', 'commandstats');
        $count += $1 if $statistics =~ /^cmdstat_cluster\|$how:calls=(\d+)/m;
    }
    return $count;
}

subtest 'who tells the map' => sub {
    my $cluster = Logout::Cluster->start(masters => 2);
    my @ids = ids_for($cluster, 2);

    $_->command('CONFIG', 'RESETSTAT') for $cluster->nodes;
    my $nginx = nginx_for('', $cluster->nodes);
    is $nginx->logout($_), 'no_session', 'CLUSTER SHARDS' for @ids;
    ok $nginx->eventually(sub { asked($cluster, 'shards') }), 'was asked';
    is asked($cluster, 'slots'), 0, 'and not CLUSTER SLOTS';
    undef $nginx;

    # as with Redis 6, which does not know it
    $_->command('ACL', 'SETUSER', 'default', '-cluster|shards')
        for $cluster->nodes;
    $_->command('CONFIG', 'RESETSTAT') for $cluster->nodes;
    $nginx = nginx_for('', $cluster->nodes);
    is $nginx->logout($_), 'no_session', 'CLUSTER SLOTS' for @ids;
    ok $nginx->eventually(sub { asked($cluster, 'slots') }), 'was asked';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';

    # nobody is sent to another node any more
    $_->command('CONFIG', 'RESETSTAT') for $cluster->nodes;
    is $nginx->logout($_), 'no_session', 'the map is used' for @ids;
    for my $node ($cluster->nodes) {
        unlike $node->command('INFO', 'errorstats'), qr/MOVED/,
            'it is right';
    }
};

subtest 'a user that may do what the README says' => sub {
    my $cluster = Logout::Cluster->start(masters => 2);
    my ($rules) = Logout::Readme::text()
        =~ /ACL SETUSER nginx on >PASSWORD (.*\+cluster.*)/;
    my $slot = $cluster->slot_of('sess:{t}a');
    my $from = $cluster->node_of('sess:{t}a');
    my $to = $cluster->other_master($from);

    $_->command('ACL', 'SETUSER', 'nginx', 'on', '>word', split ' ', $rules)
        for $cluster->nodes;
    my $nginx = nginx_for('username nginx; password word;', $cluster->nodes);

    for my $id (ids_for($cluster, 2)) {
        $cluster->set("sess:$id");
        is $nginx->logout($id), 'logged_out', 'a logout';
    }

    $cluster->set('sess:{t}a');
    $cluster->open_slot($slot, $from, $to);
    $cluster->move_key('sess:{t}a', $from, $to);
    is $nginx->logout('{t}a'), 'logged_out', 'ASK is followed';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
};

subtest 'a slot that is on its way, and one that was moved' => sub {
    my $cluster = Logout::Cluster->start(masters => 2);
    my $nginx = nginx_for('', $cluster->nodes);
    my $slot = $cluster->slot_of('sess:{t}a');
    my $from = $cluster->node_of('sess:{t}a');
    my $to = $cluster->other_master($from);

    $cluster->set("sess:{t}$_") for qw(a b c d);
    is $nginx->logout('{t}a'), 'logged_out', 'before';

    $cluster->open_slot($slot, $from, $to);
    $cluster->move_key('sess:{t}b', $from, $to);
    is $nginx->logout('{t}b'), 'logged_out', 'moved already: ASK is followed';
    is $nginx->logout('{t}c'), 'logged_out', 'not moved yet';
    is $nginx->logout('{t}b'), 'no_session', 'nowhere any more';

    $cluster->move_key('sess:{t}d', $from, $to);
    $cluster->give_slot($slot, $from, $to);
    is $nginx->logout('{t}d'), 'logged_out', 'MOVED is followed';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';

    $from->command('CONFIG', 'RESETSTAT');
    $nginx->logout('{t}d') for 1 .. 3;
    unlike $from->command('INFO', 'commandstats'), qr/cmdstat_unlink/,
        'and remembered';
};

subtest 'an old server: DEL where a slot is on its way' => sub {
    my $cluster = Logout::Cluster->start(masters => 2,
        options => ['--rename-command', 'UNLINK', '']);
    my $nginx = nginx_for('', $cluster->nodes);
    my $slot = $cluster->slot_of('sess:{t}a');
    my $from = $cluster->node_of('sess:{t}a');
    my $to = $cluster->other_master($from);

    $cluster->set("sess:{t}$_") for qw(a b);
    $cluster->open_slot($slot, $from, $to);
    $cluster->move_key('sess:{t}a', $from, $to);
    is $nginx->logout('{t}a'), 'logged_out', 'moved already';
    is $nginx->logout('{t}b'), 'logged_out', 'not moved yet';
};

subtest 'a node that is down' => sub {
    my $cluster = Logout::Cluster->start(masters => 3, replicas => 1);
    my $nginx = nginx_for('', $cluster->nodes);
    my ($lost, $kept) = ids_for($cluster, 1);
    my $node = $cluster->node_of("sess:$lost");

    is $nginx->logout($_), 'no_session', 'before' for $lost, $kept;
    $node->kill;
    is $nginx->logout($lost), 'redis_unavailable', 'its slots fail';
    is $nginx->logout($kept), 'no_session', 'the others do not';

    ok $nginx->eventually(sub { $nginx->logout($lost) eq 'no_session' }),
        'until a replica is promoted';
    $cluster->set("sess:$lost");
    is $nginx->logout($lost), 'logged_out', 'which does the work';
    ok !(grep { /\[(?:crit|alert|emerg)\]/ } $nginx->complaints), 'no alert';
};

subtest 'all nodes are down' => sub {
    my $cluster = Logout::Cluster->start(masters => 1);
    my ($node) = $cluster->nodes;
    my $nginx = nginx_for('', $node);

    is $nginx->logout('a'), 'no_session', 'before';
    $node->kill;
    is $nginx->logout('a'), 'redis_unavailable', 'while they are away';
    $node->start_again;
    ok $nginx->eventually(sub { $nginx->logout('a') eq 'no_session' }),
        'when they are back';
};

subtest 'not a cluster' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for('', $redis);

    is $nginx->logout('a'), 'no_session', 'it works all the same';
    is $nginx->logout('a'), 'no_session', 'and goes on';
    ok $nginx->eventually(sub {
        $nginx->error_log =~ /does not tell the cluster's slots: ERR/;
    }), 'but the log says so';
};

subtest 'conf-examples/cluster.conf' => sub {
    my $cluster = Logout::Cluster->start(masters => 3);
    my @ports = map { $_->port } $cluster->nodes;
    my $nginx = Logout::Nginx->start(
        example => 'cluster.conf',
        replace => {
            '127.0.0.1:7000' => "127.0.0.1:$ports[0]",
            '127.0.0.1:7001' => "127.0.0.1:$ports[1]",
        });

    for my $id (ids_for($cluster, 1)) {
        $cluster->set("sess:$id");
        is $nginx->get('/logout', {Cookie => "sid=$id"})->{status}, 302,
            'the logout is done';
        is $cluster->exists("sess:$id"), 0, 'the session is gone';
    }
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
};

done_testing;
