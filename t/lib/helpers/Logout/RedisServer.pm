package Logout::RedisServer;

# A redis-server of one's own, on a free loopback port and a Unix socket, which
# ends with this object.
#
#     my $redis = Logout::RedisServer->start('--requirepass', 'secret');
#     $redis->port, $redis->socket, $redis->pid
#     $redis->command('SET', 'key', 'value');
#     $redis->pause; $redis->resume;      # it neither answers nor hangs up
#     $redis->kill; $redis->start_again;  # as after a crash, on the same port
#
#     $redis->commands(['SET', 'a', 1], ['SET', 'b', 2]);    # at once
#
#     my $sentinel = Logout::RedisServer->start($file, '--sentinel');
#     Logout::RedisServer->start_as(['nsenter', ..., 'redis-server'], @options);

use strict;
use warnings;

use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Logout::Process;
use Logout::Wait;
use POSIX qw(:sys_wait_h);
use Socket qw(SOL_SOCKET SO_RCVTIMEO);
use Time::HiRes qw(sleep time);

sub start {
    my ($class, @options) = @_;

    return $class->start_as('redis-server', @options);
}

sub start_as {
    my ($class, $program, @options) = @_;

    my $self = bless {
        program => ref $program ? $program : [$program],
        files   => File::Temp->newdir('logout-redis.XXXXXX', TMPDIR => 1),
        options => \@options,
        owner   => $$,
    }, $class;
    $self->{folder} = "$self->{files}";

    for (1 .. 20) {
        $self->{port} = 10000 + int rand 22000;
        return $self if free($self->{port}) && $self->launch;
    }
    die "@{$self->{program}} does not start: " . $self->log;
}

sub free {
    my ($port) = @_;

    my $probe = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Proto => 'tcp', Listen => 1) or return 0;
    close $probe;

    return 1;
}

sub port { $_[0]{port} }
sub pid { $_[0]{pid} }
sub folder { $_[0]{folder} }
sub socket { "$_[0]{folder}/redis.sock" }

sub log {
    my ($self) = @_;

    open my $in, '<', "$self->{folder}/redis.log" or return "$!\n";
    return join '', <$in>;
}

# Returns whether the server answers on its port.
sub launch {
    my ($self) = @_;

    $self->{pid} = Logout::Process::start('KILL',
        "$self->{folder}/redis.log", $self->command_line);
    chmod 0755, $self->folder;

    my $deadline = time + Logout::Wait::PATIENCE;
    while (time < $deadline) {
        if (waitpid($self->{pid}, WNOHANG) != 0) {
            delete $self->{pid};
            return 0;
        }
        return 1 if $self->answers;
        sleep 0.005;
    }

    $self->kill;
    return 0;
}

# A configuration file has to come first.
sub command_line {
    my ($self) = @_;

    my ($first, @rest) = @{$self->{options}};
    my @file = defined $first && $first !~ /^--/ ? $first : ();

    return (@{$self->{program}}, @file, '--port', $self->{port},
        '--bind', '127.0.0.1', '--unixsocket', $self->socket,
        '--unixsocketperm', '777', '--dir', $self->folder, '--save', '',
        '--appendonly', 'no', '--daemonize', 'no',
        @file ? @rest : @{$self->{options}});
}

# To be connected is not enough: a cluster's node listens before it finds that
# the port of its bus is taken, and ends.
sub answers {
    my ($self) = @_;

    local $SIG{PIPE} = 'IGNORE';
    return -S $self->socket && eval {
        my $connection = $self->connect;
        print $connection "PING\r\n";
        $connection->flush;
        defined <$connection>;
    };
}

sub start_again {
    my ($self) = @_;

    $self->launch or die 'redis-server does not start: ' . $self->log;
}

# Takes effect when it is started again.
sub change_option {
    my ($self, $old, $new) = @_;

    $self->{options} = [map { $_ eq $old ? $new : $_ } @{$self->{options}}];
}

sub pause { kill 'STOP', $_[0]{pid} }
sub resume { kill 'CONT', $_[0]{pid} }

sub kill {
    my ($self) = @_;

    my $pid = delete $self->{pid} // return;
    delete $self->{connection};
    CORE::kill('KILL', $pid);
    waitpid $pid, 0;
    unlink $self->socket if $self->{folder};
}

sub DESTROY {
    my ($self) = @_;

    local $?;
    $self->kill if $self->{owner} == $$;
}

# Sends a command. Returns its reply: a string or a number, undef for nil, an
# array reference. Dies if it is an error.
sub command {
    my ($self, @words) = @_;

    return ($self->commands(\@words))[0];
}

# The same for several commands, which leave in one write.
sub commands {
    my ($self, @commands) = @_;

    local $SIG{PIPE} = 'IGNORE';
    delete $self->{connection} if $self->has_hung_up;

    my $connection = $self->{connection} //= $self->connect;

    print $connection map { resp($_) } @commands;
    $connection->flush;

    return map { read_reply($connection) } @commands;
}

sub resp {
    my ($words) = @_;

    return join '', '*' . @$words . "\r\n",
        map { my $word = $_; utf8::encode($word) if utf8::is_utf8($word);
            '$' . length($word) . "\r\n$word\r\n" } @$words;
}

# A server that does not answer is no reason to wait for ever.
sub connect {
    my ($self) = @_;

    my $connection = IO::Socket::UNIX->new(Peer => $self->socket)
        // die "redis-server is not there: $!\n";
    $connection->setsockopt(SOL_SOCKET, SO_RCVTIMEO,
        pack 'l!l!', Logout::Wait::PATIENCE, 0);
    return $connection;
}

# Servers close connections when they become a replica, for one.
sub has_hung_up {
    my ($self) = @_;

    return $self->{connection}
        && IO::Select->new($self->{connection})->can_read(0);
}

sub read_reply {
    my ($connection) = @_;

    my $line = <$connection> // die "redis-server hung up or hangs.\n";
    $line =~ s/\r\n\z//;
    my ($type, $value) = $line =~ /\A([-+:\$*])(.*)\z/
        or die "\"$line\" is not a reply of Redis.\n";

    die "Redis: $value\n" if $type eq '-';
    return $value if $type eq '+' || $type eq ':';
    return undef if $value < 0;
    return [map { read_reply($connection) } 1 .. $value] if $type eq '*';

    read $connection, my $bytes, $value + 2;
    return substr $bytes, 0, $value;
}

1;
