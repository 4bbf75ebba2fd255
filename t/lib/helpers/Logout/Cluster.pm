package Logout::Cluster;

# A Redis Cluster on loopback, until this object ends.
#
#     my $cluster = Logout::Cluster->start(masters => 3, replicas => 1);
#     $cluster->nodes                    # Logout::RedisServer, masters first
#     $cluster->node_of('sess:abc')      # the one that serves this key
#     $cluster->set('sess:abc')
#     $cluster->exists('sess:abc')
#     $cluster->other_master($node)
#     $cluster->open_slot($slot, $from, $to);    # and move_key(), give_slot()

use strict;
use warnings;

use Logout::RedisServer;
use Logout::Wait;

sub start {
    my ($class, %options) = @_;

    my $count = $options{masters} * (1 + ($options{replicas} // 0));
    my @nodes = map {
        Logout::RedisServer->start('--cluster-enabled', 'yes',
            '--cluster-node-timeout', 4000,
            '--cluster-require-full-coverage', 'no',
            '--repl-diskless-sync-delay', 0, @{$options{options} // []})
    } 1 .. $count;
    my $self = bless {nodes => \@nodes, masters => $options{masters}}, $class;

    $self->meet;
    $self->share_slots;
    $self->add_replicas;
    # a node that becomes a replica hangs up
    wait_until(sub { eval { $self->is_ready } });

    return $self;
}

sub nodes { @{$_[0]{nodes}} }
sub masters { @{$_[0]{nodes}}[0 .. $_[0]{masters} - 1] }
sub id { $_[1]->command('CLUSTER', 'MYID') }

sub meet {
    my ($self) = @_;

    my ($first, @others) = $self->nodes;
    my $epoch = 1;

    $_->command('CLUSTER', 'SET-CONFIG-EPOCH', $epoch++) for $self->nodes;
    $first->command('CLUSTER', 'MEET', '127.0.0.1', $_->port) for @others;
    wait_until(sub {
        !grep { known_nodes($_) != $self->nodes } $self->nodes;
    });
}

sub known_nodes {
    my ($node) = @_;

    my ($count) = $node->command('CLUSTER', 'INFO')
        =~ /cluster_known_nodes:(\d+)/;
    return $count;
}

sub share_slots {
    my ($self) = @_;

    my @masters = $self->masters;
    my $share = 16384 / @masters;

    for my $i (0 .. $#masters) {
        $masters[$i]->command('CLUSTER', 'ADDSLOTSRANGE', int($i * $share),
            int(($i + 1) * $share) - 1);
    }
}

sub add_replicas {
    my ($self) = @_;

    my @masters = $self->masters;
    my @replicas = @{$self->{nodes}}[@masters .. $#{$self->{nodes}}];

    for my $i (0 .. $#replicas) {
        my $id = $self->id($masters[$i % @masters]);
        wait_until(sub { $replicas[$i]->command('CLUSTER', 'REPLICATE', $id) });
    }
}

sub is_ready {
    my ($self) = @_;

    my $replicas = $self->nodes - $self->masters;
    my @online = map {
        $_->command('INFO', 'replication') =~ /state=online/g
    } $self->masters;

    return @online >= $replicas && !grep {
        $_->command('CLUSTER', 'INFO')
            !~ /cluster_state:ok.*cluster_slots_assigned:16384/s
    } $self->nodes;
}

# The nodes that serve slots, as the first one that lives sees it.
sub current_masters {
    my ($self) = @_;

    my ($asked) = grep { $_->pid } $self->nodes;
    my %ports = map { $_->[2][1] => 1 } @{$asked->command('CLUSTER', 'SLOTS')};

    return grep { $ports{$_->port} } $self->nodes;
}

# Whether all nodes live, agree on that all is well, and each replica follows.
sub is_settled {
    my ($self) = @_;

    return 0 if grep { !$_->pid } $self->nodes;

    my @views = map { join ' ', sort map { "@$_[0, 1] $_->[2][1]" }
        @{$_->command('CLUSTER', 'SLOTS')} } $self->nodes;
    return 0 if grep { $_ ne $views[0] } @views;

    my @masters = $self->current_masters;
    my @online = map {
        $_->command('INFO', 'replication') =~ /state=online/g
    } @masters;

    return @online == $self->nodes - @masters && !grep {
        $_->command('CLUSTER', 'INFO')
            !~ /cluster_state:ok.*cluster_slots_assigned:16384/s
    } $self->nodes;
}

sub slot_of {
    my ($self, $key) = @_;

    my ($node) = grep { $_->pid } $self->nodes;
    return $node->command('CLUSTER', 'KEYSLOT', $key);
}

sub node_of {
    my ($self, $key) = @_;

    my $slot = $self->slot_of($key);
    my ($asked) = grep { $_->pid } $self->nodes;

    for my $range (@{$asked->command('CLUSTER', 'SLOTS')}) {
        my ($first, $last, $master) = @$range;
        next if $slot < $first || $slot > $last;
        my ($node) = grep { $_->port == $master->[1] } $self->nodes;
        return $node;
    }
    return undef;
}

sub set { $_[0]->ask_owner('SET', $_[1], 1) }
sub exists { $_[0]->ask_owner('EXISTS', $_[1]) }

# Who owns a slot may change at any moment.
sub ask_owner {
    my ($self, $name, $key, @rest) = @_;

    my $reply;
    wait_until(sub {
        $reply = $self->node_of($key)->command($name, $key, @rest);
        return 1;
    });
    return $reply;
}

sub other_master {
    my ($self, $node) = @_;

    my ($other) = grep { $_ != $node && $_->pid } $self->masters;
    return $other;
}

# As for a migration: what is not there any more is asked for at `to`.
sub open_slot {
    my ($self, $slot, $from, $to) = @_;

    $to->command('CLUSTER', 'SETSLOT', $slot, 'IMPORTING', $self->id($from));
    $from->command('CLUSTER', 'SETSLOT', $slot, 'MIGRATING', $self->id($to));
}

# Moves keys of a slot that is open.
sub move_key {
    my ($self, $key, $from, $to) = @_;

    $self->move_keys([$key], $from, $to);
}

sub move_keys {
    my ($self, $keys, $from, $to) = @_;

    $from->command('MIGRATE', '127.0.0.1', $to->port, '', 0, 5000, 'KEYS',
        @$keys);
}

sub replicas_of {
    my ($self, $master) = @_;

    my @ports = $master->command('INFO', 'replication')
        =~ /^slave\d.*?port=(\d+)/mg;
    return grep { my $node = $_; grep { $_ == $node->port } @ports }
        $self->nodes;
}

# Ends the migration.
sub give_slot {
    my ($self, $slot, $from, $to) = @_;

    $_->command('CLUSTER', 'SETSLOT', $slot, 'NODE', $self->id($to))
        for $to, $from;
}

sub wait_until {
    my ($condition) = @_;

    Logout::Wait::or_die('The cluster does not get ready', $condition);
}

1;
