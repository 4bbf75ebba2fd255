package Logout::Sentinels;

# A Redis master with a replica, and sentinels that watch them, until this
# object ends.
#
#     my $site = Logout::Sentinels->start(sentinels => 3, password => 'pw');
#     $site->master, $site->replica    # Logout::RedisServer, as they began
#     $site->sentinels                 # ditto, a list
#     $site->failover                  # waits until the other one is master

use strict;
use warnings;

use File::Temp ();
use Logout::RedisServer;
use Logout::Wait;

sub start {
    my ($class, %options) = @_;

    my @quickly = ('--repl-diskless-sync-delay', 0);
    my $master = Logout::RedisServer->start(@quickly);
    my $replica = Logout::RedisServer->start(@quickly, '--replicaof',
        '127.0.0.1 ' . $master->port);
    my $self = bless {
        folder  => File::Temp->newdir('logout-sentinels.XXXXXX', TMPDIR => 1),
        options => \%options,
        master  => $master,
        replica => $replica,
    }, $class;

    wait_until(sub {
        $master->command('INFO', 'replication') =~ /state=online/;
    });
    $self->{sentinels} =
        [map { $self->start_sentinel($_) } 1 .. $options{sentinels}];
    wait_until(sub { $self->know_each_other });

    return $self;
}

sub start_sentinel {
    my ($self, $number) = @_;

    my $file = "$self->{folder}/sentinel$number.conf";
    my $quorum = int($self->{options}{sentinels} / 2) + 1;
    my $port = $self->{master}->port;

    open my $out, '>', $file or die "$file: $!\n";
    print $out <<"_";
sentinel monitor mymaster 127.0.0.1 $port $quorum
sentinel down-after-milliseconds mymaster 1000
sentinel failover-timeout mymaster 5000
_
    print $out "requirepass $self->{options}{password}\n"
        . "sentinel sentinel-pass $self->{options}{password}\n"
        if $self->{options}{password};
    close $out;

    my $sentinel = Logout::RedisServer->start($file, '--sentinel');
    $sentinel->command('AUTH', $self->{options}{password})
        if $self->{options}{password};
    return $sentinel;
}

sub know_each_other {
    my ($self) = @_;

    for my $sentinel ($self->sentinels) {
        my %master = @{$sentinel->command('SENTINEL', 'MASTER', 'mymaster')};
        return 0 if $master{'num-other-sentinels'} != $self->sentinels - 1
            || $master{'num-slaves'} != 1;
    }
    return 1;
}

sub master { $_[0]{master} }
sub replica { $_[0]{replica} }
sub sentinels { @{$_[0]{sentinels}} }

# The port of the master as the first sentinel that lives sees it.
sub master_port {
    my ($self) = @_;

    my ($sentinel) = grep { $_->pid } $self->sentinels;
    return $sentinel->command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME',
        'mymaster')->[1];
}

sub current_master {
    my ($self) = @_;

    my $port = $self->master_port;
    my ($server) = grep { $_->port == $port } $self->master, $self->replica;
    return $server;
}

sub failover {
    my ($self) = @_;

    my $before = $self->master_port;
    # refused while the replica does not seem good enough
    wait_until(sub {
        ($self->sentinels)[0]->command('SENTINEL', 'FAILOVER', 'mymaster');
    });
    wait_until(sub { $self->master_port != $before });
}

sub wait_until {
    my ($condition) = @_;

    Logout::Wait::or_die('The sentinels do not get ready', $condition);
}

1;
