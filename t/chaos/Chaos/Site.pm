package Chaos::Site;

# An nginx and the Redis behind it, as the faults see them. Each kind of Redis
# is a class of its own in Chaos::Sites, and says:
#
#     masters            the servers that hold the keys now
#     key(NUMBER)        the key of a logout
#     set_keys(NUMBERS)

use strict;
use warnings;

use Logout::Nginx;
use Time::HiRes qw(time);

# What logouts may take, in milliseconds.
use constant TIMEOUT => 250;

sub new {
    my ($class, %options) = @_;

    my $self = bless {%options}, $class;
    $self->start_redis;
    $self->start_nginx;

    return $self;
}

# One worker: static files are measured in the same as logouts.
sub start_nginx {
    my ($self) = @_;

    $self->{nginx} = Logout::Nginx->start($self->nginx_options);
}

sub nginx_options {
    my ($self) = @_;

    my $timeout = TIMEOUT;
    my $redis = $self->redis_parameters;
    return (connections => 4096, http => <<"_");
    logout_redis sessions {
        $redis
        timeout ${timeout}ms;
    }
    logout_zone deferred $self->{zone};
    logout_redis_failure defer;
    keepalive_requests 1000000;
_
}

sub nginx { $_[0]{nginx} }

# Waits until all servers agree on who holds the keys.
sub settle { }

sub tags { 0 }
sub key { "sess:$_[1]" }

sub set_keys {
    my ($self, @numbers) = @_;

    my ($master) = $self->masters;
    while (my @some = splice @numbers, 0, 2000) {
        $master->command('MSET', map { ($self->key($_), 1) } @some);
    }
}

# The keys that there are, as a hash.
sub existing {
    my ($self) = @_;

    return {map { $_ => 1 } map { @{$_->command('KEYS', 'sess:*')} }
        $self->masters};
}

sub clear {
    my ($self) = @_;

    $_->command('FLUSHALL') for $self->masters;
}

# Whether a logout is done now, and not later.
sub works {
    my ($self) = @_;

    return $self->{nginx}->logout('probe') =~ /^(?:logged_out|no_session)$/;
}

# What a fault does to nginx itself.
sub begin_fault {
    my ($self) = @_;

    $self->{worker_times} = [];
    $self->{may_close} = 0;
}

# Reloads, and notes how long the old worker stayed.
sub note_reload {
    my ($self) = @_;

    my $begin = time;
    $self->{nginx}->reload;
    push @{$self->{worker_times}}, time - $begin;
    $self->{may_close} = 1;
}

# Clients find their connections closed, and have to ask again.
sub closes_connections { $_[0]{may_close} = 1 }
sub may_close { $_[0]{may_close} }
sub worker_times { (0, @{$_[0]{worker_times}}) }

# Of the worker: open descriptors, memory of its own in KiB.
sub footprint {
    my ($self) = @_;

    my $worker = $self->{nginx}->worker;
    opendir my $folder, "/proc/$worker/fd" or die "/proc/$worker/fd: $!\n";
    my $descriptors = grep { /^\d/ } readdir $folder;
    open my $in, '<', "/proc/$worker/status" or die "/proc/$worker: $!\n";
    my ($kib) = join('', <$in>) =~ /RssAnon:\s+(\d+)/;

    return {worker => $worker, descriptors => $descriptors, kib => $kib};
}

1;
