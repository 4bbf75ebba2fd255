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

use parent 'Logout::ForkedServer';

use File::Temp ();
use IO::Select;
use POSIX ();

sub start {
    my ($class, $answer) = @_;

    my ($listener, $port) = Logout::ForkedServer::listen_somewhere();

    return $class->run({port => $port, counts => File::Temp->new},
        sub { $_[0]->serve($listener, $answer) });
}

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

    open my $counts, '>>', "$self->{counts}" or POSIX::_exit(1);

    while ($self->is_wanted) {
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

1;
