package Logout::FakeRedis;

# A server on a free port of loopback that answers like Redis, or not, until
# this object ends.
#
#     my $server = Logout::FakeRedis->start(sub {
#         my ($command, $connection, $number) = @_;
#         return "+PONG\r\n" if $command eq 'PING';
#         return ":1\r\n";
#     });
#     $server->port
#     $server->connections      # how many were accepted so far
#
# The function is called for each command (its words, joined by blanks) in a
# process of its own, with the connection and the number of that. What it
# returns is sent; undef closes the connection. It is called with 'ACCEPT'
# first, when the connection is made, and with 'CLOSED' last.

use strict;
use warnings;

use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use Logout::Example;
use POSIX ();

sub start {
    my ($class, $answer) = @_;

    my $port = Logout::Example::free_port();
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Proto => 'tcp', Listen => 64, ReuseAddr => 1)
        or die "listen: $!\n";
    my $self = bless {
        port   => $port,
        counts => File::Temp->new,
        owner  => $$,
    }, $class;

    $self->{pid} = fork // die "fork: $!\n";
    if ($self->{pid} == 0) {
        # what it forks ends with it, and keeps nobody's output open
        setpgrp;
        open STDOUT, '>', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        $self->serve($listener, $answer);
        POSIX::_exit(0);
    }

    return $self;
}

sub port { $_[0]{port} }

sub connections {
    my ($self) = @_;

    return -s "$self->{counts}";
}

sub serve {
    my ($self, $listener, $answer) = @_;

    my $select = IO::Select->new($listener);
    my %input;
    my %number;
    my $last = 0;

    $SIG{PIPE} = 'IGNORE';
    open my $counts, '>>', "$self->{counts}" or POSIX::_exit(1);

    while (kill 0, $self->{owner}) {
        for my $socket ($select->can_read(1)) {
            if ($socket == $listener) {
                my $new = $listener->accept or next;
                syswrite $counts, '.';
                $new->autoflush(1);
                ($input{$new}, $number{$new}) = ('', ++$last);
                $select->add($new);
                finish($select, $new)
                    if !reply($answer, 'ACCEPT', $new, $last);
                next;
            }

            if (!sysread $socket, $input{$socket}, 65536,
                length $input{$socket}) {
                $answer->('CLOSED', $socket, $number{$socket});
                finish($select, $socket);
                next;
            }

            while (defined(my $command = next_command(\$input{$socket}))) {
                next if reply($answer, $command, $socket, $number{$socket});
                finish($select, $socket);
                last;
            }
        }
    }
}

sub finish {
    my ($select, $socket) = @_;

    $select->remove($socket);
    close $socket;
}

sub reply {
    my ($answer, $command, $socket, $number) = @_;

    my $bytes = $answer->($command, $socket, $number);
    return 0 if !defined $bytes;
    syswrite $socket, $bytes if length $bytes;
    return 1;
}

# Takes one command off the input; undef if there is none yet.
sub next_command {
    my ($input) = @_;

    my ($head, $count) = $$input =~ /\A(\*(\d+)\r\n)/ or return undef;
    my $position = length $head;
    my @words;

    for (1 .. $count) {
        pos($$input) = $position;
        $$input =~ /\G\$(\d+)\r\n/g or return undef;
        my $begin = pos $$input;
        return undef if length $$input < $begin + $1 + 2;
        push @words, substr $$input, $begin, $1;
        $position = $begin + $1 + 2;
    }

    $$input = substr $$input, $position;
    return join ' ', @words;
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$ || !$self->{pid};
    local $?;
    kill 'KILL', -$self->{pid}, $self->{pid};
    waitpid $self->{pid}, 0;
}

1;
