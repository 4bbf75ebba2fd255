package Test::Nginx::Own::TcpMock;

# The server of the tcp_* sections: a child process that accepts one connection,
# reads, replies and closes.

use strict;
use warnings;

use File::Temp ();
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Test::More ();
use Test::Nginx::Own::ResponseChecks qw(is_str);
use Test::Nginx::Own::Server qw(read_file);
use Test::Nginx::Own::Settings qw(parse_time);
use Time::HiRes qw(sleep);

# Returns nothing if the block asks for no server.
sub start {
    my ($class, $case) = @_;

    my $target = $case->expanded('tcp_listen') // return;
    if (!$case->has('tcp_reply') && !$case->has('tcp_shutdown')) {
        die "tcp_listen needs tcp_reply or tcp_shutdown.\n";
    }

    my $self = bless {
        case   => $case,
        target => $target,
        query  => File::Temp->new,
        socket => listener($target),
    }, $class;

    $self->{pid} = fork // die "fork: $!\n";
    if ($self->{pid} == 0) {
        Test::More->builder->no_ending(1);
        $self->{query}->unlink_on_destroy(0);
        eval { $self->serve; 1 } or warn $@;
        POSIX::_exit(0);
    }

    return $self;
}

sub listener {
    my ($target) = @_;

    if ($target =~ /^\d+$/) {
        return IO::Socket::INET->new(
            LocalAddr => '127.0.0.1',
            LocalPort => $target,
            Proto     => 'tcp',
            ReuseAddr => 1,
            Listen    => 5,
        ) // die "cannot listen on 127.0.0.1:$target: $!\n";
    }

    die "tcp_listen: \"$target\" is no port and no path that ends in .sock.\n"
        if $target !~ /\.sock$/;
    unlink $target;

    return IO::Socket::UNIX->new(Local => $target, Listen => 5)
        // die "cannot listen on $target: $!\n";
}

sub serve {
    my ($self) = @_;

    my $case = $self->{case};
    my $client = $self->{socket}->accept or die "accept: $!\n";
    my $shutdown = $case->get('tcp_shutdown');

    if (defined $shutdown) {
        sleep($case->get('tcp_shutdown_delay') // 0);
        shutdown $client, $shutdown;
    }

    my $query = '';
    if (!defined $shutdown || $shutdown == 1) {
        $query = $self->receive($client);
    }
    sleep(parse_time($case->get('tcp_reply_delay')) // 0);
    if (!defined $shutdown || $shutdown == 0) {
        reply($client, $case->get('tcp_reply'), $query);
    }

    if ($case->has('tcp_no_close')) {
        sleep 3600;
    }
    close $client;
}

# Reads as many bytes as the block expects, or once. What has arrived is in the
# file at any time, since this process may be ended at any time.
sub receive {
    my ($self, $client) = @_;

    my $query = $self->{case}->get('tcp_query');
    my $length = $self->{case}->get('tcp_query_len')
        // (defined $query ? length $query : 0);
    my $received = '';
    my $file = $self->{query};
    $file->autoflush(1);

    do {
        my $count = sysread $client, my $bytes, 4096;
        return $received if !$count;
        $received .= $bytes;
        print $file $bytes;
    } while (length $received < $length);

    return $received;
}

sub reply {
    my ($client, $reply, $query) = @_;

    if (ref $reply eq 'CODE') {
        $reply = $reply->($query);
    }

    local $SIG{PIPE} = 'IGNORE';
    for my $bytes (ref $reply ? @$reply : $reply // '') {
        syswrite $client, $bytes;
    }
}

# Ends the server and checks what it was sent.
sub finish {
    my ($self) = @_;

    my $case = $self->{case};
    my $received = read_file($self->{query}->filename);

    if ($case->has('tcp_query')) {
        is_str($received, $case->get('tcp_query'),
            $case->name . ' - tcp_query ok');
    }
    if ($case->has('tcp_query_len')) {
        Test::More::is(length $received, $case->get('tcp_query_len'),
            $case->name . ' - TCP query length ok');
    }

    $self->stop;
}

sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} // return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
    close $self->{socket};
}

sub DESTROY {
    my ($self) = @_;

    local $?;
    $self->stop;
}

1;
