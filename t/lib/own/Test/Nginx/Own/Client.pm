package Test::Nginx::Own::Client;

# Sends one request's packets and reads until nginx closes the connection.

use strict;
use warnings;

use Errno qw(EAGAIN EINTR);
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Test::More ();
use Test::Nginx::Own::Settings qw(%Settings parse_time);
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(exchange);

# Returns what nginx sent.
sub exchange {
    my ($case, $packets) = @_;

    my $socket = connected($case);
    my $selected = IO::Select->new($socket);
    my $timeout = parse_time($case->get('timeout')) // $Settings{timeout};
    my @packets = @$packets;
    my ($unsent, $received) = ((shift @packets)->{value}, '');
    my $sending = 1;

    while (1) {
        my ($readable, $writable) = IO::Select->select($selected,
            $sending ? $selected : undef, undef, $timeout);

        if (!$readable) {
            time_out($case);
            last;
        }
        if (@$writable) {
            $sending = send_some($socket, \$unsent, \@packets);
            if (!$sending) {
                half_close($case, $socket);
            }
        }
        if (@$readable && !receive_some($socket, \$received)) {
            last;
        }
    }

    close $socket;
    return $received;
}

sub connected {
    my ($case) = @_;

    my $address = $case->get('server_addr_for_client')
        // $Settings{server_addr};
    my $socket = IO::Socket::INET->new(
        PeerAddr => $address,
        PeerPort => $Settings{client_port},
        Proto    => 'tcp',
        Timeout  => $Settings{timeout},
    ) or die "cannot connect to $address:$Settings{client_port}: $!\n";
    $socket->blocking(0);

    return $socket;
}

# Returns false when all is sent, or when nobody reads it any more.
sub send_some {
    my ($socket, $unsent, $packets) = @_;

    while (1) {
        my $sent = do {
            local $SIG{PIPE} = 'IGNORE';
            syswrite $socket, $$unsent;
        };
        if (!defined $sent) {
            return $! == EAGAIN || $! == EINTR;
        }

        substr $$unsent, 0, $sent, '';
        next if $$unsent ne '';

        my $packet = shift @$packets // return 0;
        sleep $packet->{delay_before} if $packet->{delay_before};
        $$unsent = $packet->{value};
    }
}

# Returns false at the end of what nginx sends.
sub receive_some {
    my ($socket, $received) = @_;

    while (1) {
        my $count = sysread $socket, $$received, 65536, length $$received;
        if (!defined $count) {
            return $! == EAGAIN || $! == EINTR;
        }
        return 0 if $count == 0;
    }
}

sub half_close {
    my ($case, $socket) = @_;

    my $how = $case->get('shutdown') // return;
    shutdown $socket, $how eq '' ? 1 : $how;
}

sub time_out {
    my ($case) = @_;

    if (!$case->has('abort')) {
        Test::More::fail($case->name . ' - the client waited in vain');
    }
}

1;
