package Logout::ForkedServer;

# What servers that a test plays itself have in common: one runs in a process of
# its own, which ends with the object, or with the test.
#
#     use parent 'Logout::ForkedServer';
#
#     my ($listener, $port) = Logout::ForkedServer::listen_somewhere();
#     my $self = $class->run({port => $port}, sub { $_[0]->serve($listener) });
#
# In the process, $self->is_wanted is false when the test is gone.

use strict;
use warnings;

use IO::Socket::INET;
use Logout::Example;
use POSIX ();

sub listen_somewhere {
    my $port = Logout::Example::free_port();
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Proto => 'tcp', Listen => 64, ReuseAddr => 1)
        or die "listen: $!\n";

    return ($listener, $port);
}

sub run {
    my ($class, $members, $serve) = @_;

    my $self = bless {%$members, owner => $$}, $class;
    $self->{pid} = fork // die "fork: $!\n";
    if ($self->{pid} == 0) {
        # what it forks ends with it, and keeps nobody's output open
        setpgrp;
        open STDOUT, '>', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        $SIG{PIPE} = 'IGNORE';
        $serve->($self);
        POSIX::_exit(0);
    }

    return $self;
}

sub port { $_[0]{port} }
sub is_wanted { kill 0, $_[0]{owner} }

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$ || !$self->{pid};
    local $?;
    kill 'KILL', -$self->{pid}, $self->{pid};
    waitpid $self->{pid}, 0;
}

1;
