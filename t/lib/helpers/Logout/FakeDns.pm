package Logout::FakeDns;

# A DNS server on a free port of loopback, until this object ends.
#
#     my $dns = Logout::FakeDns->start;
#     $dns->answer('redis.test', 60, '127.0.0.1', '::1');    # TTL, addresses
#     $dns->silent;                                          # until answer()
#     $dns->port, $dns->queries                # how many it was asked so far
#
# A name that was not told of does not exist.

use strict;
use warnings;

use parent 'Logout::ForkedServer';

use File::Temp ();
use IO::Socket::INET;
use Socket qw(AF_INET AF_INET6 inet_pton);

use constant {TYPE_A => 1, TYPE_AAAA => 28};

sub start {
    my ($class) = @_;

    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        Proto => 'udp') or die "DNS: $!\n";
    my $files = File::Temp->newdir('logout-dns.XXXXXX', TMPDIR => 1);

    return $class->run({port => $socket->sockport, files => $files},
        sub { $_[0]->serve($socket) });
}

sub queries { -s "$_[0]{files}/queries" // 0 }

sub answer {
    my ($self, @words) = @_;

    $self->say(join ' ', @words);
}

sub silent { $_[0]->say('') }

sub say {
    my ($self, $text) = @_;

    open my $out, '>', "$self->{files}/new" or die "$!\n";
    print $out $text;
    close $out;
    rename "$self->{files}/new", "$self->{files}/zone" or die "$!\n";
}

sub serve {
    my ($self, $socket) = @_;

    open my $queries, '>>', "$self->{files}/queries" or return;
    $queries->autoflush(1);

    my $waiting = '';
    vec($waiting, fileno $socket, 1) = 1;
    while ($self->is_wanted) {
        next if !select my $ready = $waiting, undef, undef, 1;
        $socket->recv(my $query, 512) // next;
        print $queries '.';
        my $reply = $self->reply_to($query) // next;
        $socket->send($reply);
    }
}

# RFC 1035, section 4.1
sub reply_to {
    my ($self, $query) = @_;

    open my $in, '<', "$self->{files}/zone" or return undef;
    my ($known, $ttl, @addresses) = split ' ', <$in> // '';
    return undef if !defined $known;

    my ($id) = unpack 'n', $query;
    my ($labels, $type) = unpack 'x12 Z* n', $query;
    my $question = substr $query, 12, length($labels) + 1 + 4;
    my $name = join '.', unpack '(C/a*)*', $labels;

    my @records;
    if ($name eq $known) {
        for my $address (@addresses) {
            my $is_v6 = $address =~ /:/;
            next if $type != ($is_v6 ? TYPE_AAAA : TYPE_A);
            push @records, pack 'n n n N n/a*', 0xc00c, $type, 1, $ttl,
                inet_pton($is_v6 ? AF_INET6 : AF_INET, $address);
        }
    }
    my $code = $name eq $known ? 0 : 3;

    return pack('n6', $id, 0x8180 | $code, 1, scalar @records, 0, 0)
        . $question . join '', @records;
}

1;
