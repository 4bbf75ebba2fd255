package Chaos::Proxy;

# Between nginx and Redis: passes bytes on, or does them harm, until this object
# ends.
#
#     my $proxy = Chaos::Proxy->start($redis->port);
#     $proxy->port
#     $proxy->does('split');        # or a name of HARM, or 'nothing'
#
# What is corrupted or duplicated is always one byte of a reply, such that what
# arrives is not a reply any more. A reply ":0" that became ":1", or a whole
# reply that came twice, nobody could tell from the truth: replies of Redis have
# neither numbers nor checksums. Against that there is TCP's checksum and TLS.

use strict;
use warnings;

use parent 'Logout::ForkedServer';

use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(sleep);

# How the bytes of one read are passed on: a list of pieces. undef among them
# ends the connection, a number waits for as many seconds.
my %harm = (
    nothing   => sub { $_[0] },
    delay     => sub { (rand() < 0.05 ? \0.4 : \(rand() * 0.02), $_[0]) },
    split     => sub { unpack '(a3)*', $_[0] },
    truncate  => sub { seldom() ? (cut($_[0]), undef) : $_[0] },
    swallow   => sub { seldom() ? (cut($_[0]), \0.4, undef) : $_[0] },
    duplicate => sub {
        my ($bytes, $is_reply) = @_;
        return $bytes if !$is_reply || !seldom();
        my $place = int rand length $bytes;
        return substr($bytes, 0, $place + 1) . substr $bytes, $place;
    },
    corrupt   => sub {
        my ($bytes, $is_reply) = @_;
        return $bytes if !$is_reply || !seldom();
        substr $bytes, int rand length $bytes, 1, 'x';
        return $bytes;
    },
);

use constant HARM => qw(delay split truncate swallow duplicate corrupt);

sub seldom { rand() < 0.02 }
sub cut { substr $_[0], 0, int rand length $_[0] }

sub start {
    my ($class, $redis_port) = @_;

    my ($listener, $port) = Logout::ForkedServer::listen_somewhere();

    return $class->run(
        {port => $port, redis => $redis_port, order => File::Temp->new},
        sub { srand 1; $_[0]->serve($listener) });
}

sub does {
    my ($self, $what) = @_;

    die "no such harm: $what\n" if !$harm{$what};
    open my $out, '>', "$self->{order}.new" or die "$!\n";
    print $out $what;
    close $out;
    rename "$self->{order}.new", "$self->{order}" or die "$!\n";
}

sub ordered {
    my ($self) = @_;

    open my $in, '<', "$self->{order}" or POSIX::_exit(1);
    return scalar(<$in>) // 'nothing';
}

sub serve {
    my ($self, $listener) = @_;

    my $select = IO::Select->new($listener);
    my (%peer, %is_redis);

    while ($self->is_wanted) {
        for my $socket ($select->can_read(1)) {
            if ($socket == $listener) {
                my ($near, $far) = $self->accept($listener) or next;
                @peer{$near, $far} = ($far, $near);
                $is_redis{$far} = 1;
                $select->add($near, $far);
                next;
            }

            my $peer = $peer{$socket} // next;
            my $bytes = '';
            next if sysread($socket, $bytes, 65536)
                && pass_on($peer, $harm{$self->ordered}->($bytes,
                    $is_redis{$socket}));
            $select->remove($socket, $peer);
            delete @peer{$socket, $peer};
            delete @is_redis{$socket, $peer};
            close $_ for $socket, $peer;
        }
    }
}

sub accept {
    my ($self, $listener) = @_;

    my $near = $listener->accept or return;
    my $far = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{redis}, Proto => 'tcp') or return;
    $_->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1) for $near, $far;

    return ($near, $far);
}

# Returns whether the connection is to go on.
sub pass_on {
    my ($peer, @pieces) = @_;

    for my $piece (@pieces) {
        return 0 if !defined $piece;
        if (ref $piece) {
            sleep $$piece;
        } else {
            return 0 if length $piece && !syswrite $peer, $piece;
        }
    }
    return 1;
}

1;
