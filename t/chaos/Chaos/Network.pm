package Chaos::Network;

# Another network on this machine, from which packets can be kept away.
#
#     Chaos::Network::enter(@ARGV);          # first of all: runs this program
#                                            # again, in a network of its own
#     my $far = Chaos::Network->new;
#     $far->run_there                        # words before a command
#     Chaos::Network::FAR                    # its address
#     $far->cut; $far->mend;                 # packets to it are lost, silently

use strict;
use warnings;

use File::Temp ();
use Logout::Process;
use Logout::Wait;

use constant {
    NEAR   => '10.99.0.1',
    FAR    => '10.99.0.2',
    NOBODY => '02:00:00:00:00:99',  # no network card has it
};

sub enter {
    my (@arguments) = @_;

    return if $ENV{CHAOS_IN_NETWORK};
    $ENV{CHAOS_IN_NETWORK} = 1;
    # as the same user: nginx would want to be another one if it were root
    exec 'unshare', $> == 0 ? () : ('--map-current-user', '--keep-caps'), '-n',
        'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', $^X,
        (map { "-I$_" } @INC), $0, @arguments
        or die "unshare: $!\n";
}

sub new {
    my ($class) = @_;

    my $self = bless {log => File::Temp->new, owner => $$}, $class;
    my $pid = $self->{pid} = Logout::Process::start('KILL', "$self->{log}",
        'unshare', '-n', 'sleep', 'infinity');

    Logout::Wait::eventually(sub { network_of($pid) ne network_of($$) });

    ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far',
        'netns', $pid);
    ip('addr', 'add', NEAR . '/24', 'dev', 'near');
    ip('link', 'set', 'near', 'up');
    $self->there('addr', 'add', FAR . '/24', 'dev', 'far');
    $self->there('link', 'set', $_, 'up') for qw(far lo);

    return $self;
}

sub network_of {
    my ($pid) = @_;

    return readlink("/proc/$pid/ns/net") // '';
}

sub run_there { ('nsenter', '-t', $_[0]{pid}, '-n') }

sub ip {
    system('ip', @_) == 0 or die "ip @_ failed.\n";
}

sub there {
    my ($self, @words) = @_;

    system($self->run_there, 'ip', @words) == 0 or die "ip @words failed.\n";
}

# Frames go to a card that does not exist.
sub cut {
    ip('neigh', 'replace', FAR, 'lladdr', NOBODY, 'dev', 'near', 'nud',
        'permanent');
}

sub mend { ip('neigh', 'del', FAR, 'dev', 'near') }

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local $?;
    Logout::Process::end($self->{pid}, 'KILL');
}

1;
