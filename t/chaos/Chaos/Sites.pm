# The kinds of Redis that faults befall.

use strict;
use warnings;

package Chaos::Site::Single;

# One server that keeps what it was told when it is killed, in another network.

use parent -norequire, 'Chaos::Site';

use Chaos::Network;
use Chaos::Site;
use Logout::RedisServer;

use constant {
    # written to the file before it is answered, which outlives kill -9
    DURABLE   => ['--appendonly', 'yes', '--appendfsync', 'no'],
    DEBUGGING => ['--enable-debug-command', 'yes'],
};

sub start_redis {
    my ($self) = @_;

    $self->{network} = Chaos::Network->new;
    $self->{password} = 'first';
    $self->{redis} = Logout::RedisServer->start_as(
        [$self->{network}->run_there, 'redis-server'],
        '--bind', Chaos::Network::FAR, '--protected-mode', 'no',
        '--user', 'nginx', 'on', '>first', '~*', '+@all',
        @{+DURABLE}, @{+DEBUGGING});
}

sub redis_parameters {
    my ($self) = @_;

    my $server = Chaos::Network::FAR . ':' . $self->{redis}->port;
    return "server $server; username nginx; password $self->{password};";
}

sub masters { $_[0]{redis} }
sub redis { $_[0]{redis} }
sub network { $_[0]{network} }

# In Redis, also for when it is started again, and in what nginx_options gives.
sub rotate_password {
    my ($self, $new) = @_;

    my $old = $self->{password};
    $self->{redis}->command('ACL', 'SETUSER', 'nginx', ">$new", "<$old");
    $self->{redis}->change_option(">$old", ">$new");
    $self->{password} = $new;
}


package Chaos::Site::Tls;

use parent -norequire, 'Chaos::Site';

use Logout::Certificates;

sub start_redis {
    my ($self) = @_;

    my $files = $self->{files} = Logout::Certificates->new;
    $files->authority('ca');
    $files->issue('good', 'ca', names => 'DNS:redis.test');
    $files->issue('expired', 'ca', names => 'DNS:redis.test', days => 0);
    $self->{port} = Logout::Example::free_port();
    $self->{redis} = Logout::RedisServer->start('--tls-port', $self->{port},
        '--tls-cert-file', $files->file('good.crt'),
        '--tls-key-file', $files->file('good.key'),
        '--tls-ca-cert-file', $files->file('ca.crt'),
        '--tls-auth-clients', 'no');
}

sub redis_parameters {
    my ($self) = @_;

    my $ca = $self->{files}->file('ca.crt');
    return "server 127.0.0.1:$self->{port}; ssl on; ssl_name redis.test;"
        . " ssl_trusted_certificate $ca;";
}

sub masters { $_[0]{redis} }
sub redis { $_[0]{redis} }

# The certificate for new connections; those there are end.
sub use_certificate {
    my ($self, $name) = @_;

    $self->{redis}->command('CONFIG', 'SET',
        'tls-cert-file', $self->{files}->file("$name.crt"),
        'tls-key-file', $self->{files}->file("$name.key"));
    $self->{redis}->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME',
        'yes');
}


package Chaos::Site::Sentinel;

use parent -norequire, 'Chaos::Site';

use Logout::Sentinels;

sub start_redis {
    my ($self) = @_;

    $self->{sentinels} = Logout::Sentinels->start(sentinels => 3);
}

sub redis_parameters {
    my ($self) = @_;

    my $addresses = join ' ', map { '127.0.0.1:' . $_->port }
        $self->{sentinels}->sentinels;
    return "sentinel $addresses; master_name mymaster;"
        . ' wait_replicas 1 100ms;';
}

sub sentinels { $_[0]{sentinels} }
sub masters { $_[0]{sentinels}->current_master }

sub settle {
    my ($self) = @_;

    Logout::Sentinels::wait_until(sub {
        ($self->masters)[0]->command('INFO', 'replication')
            =~ /^slave\d.*state=online/m;
    });
}


package Chaos::Site::Cluster;

use parent -norequire, 'Chaos::Site';

use Logout::Cluster;

# Few slots, so that they can be moved while keys are deleted.
use constant TAGS => 30;

sub start_redis {
    my ($self) = @_;

    $self->{cluster} = Logout::Cluster->start(masters => 3, replicas => 1,
        options => [@{+Chaos::Site::Single::DURABLE},
            '--cluster-node-timeout', 4000]);
}

sub redis_parameters {
    my ($self) = @_;

    my $servers = join ' ', map { 'server 127.0.0.1:' . $_->port . ';' }
        ($self->{cluster}->nodes)[0, 1];
    return "cluster on; $servers wait_replicas 1 100ms;";
}

sub cluster { $_[0]{cluster} }

sub settle {
    my ($self) = @_;

    Logout::Cluster::wait_until(sub { $self->{cluster}->is_settled });
}

sub tags { TAGS }
sub tag { '{t' . $_[1] . '}' }
sub key { 'sess:' . $_[0]->tag($_[1] % TAGS) . $_[1] }
sub masters { $_[0]{cluster}->current_masters }

sub set_keys {
    my ($self, @numbers) = @_;

    my %by_tag;
    push @{$by_tag{$_ % TAGS}}, $_ for @numbers;

    for my $tag (sort keys %by_tag) {
        my $owner = $self->{cluster}->node_of($self->tag($tag));
        $owner->command('MSET', map { ($self->key($_), 1) } @{$by_tag{$tag}});
    }
}


package Chaos::Site::Proxied;

use parent -norequire, 'Chaos::Site';

use Chaos::Proxy;

sub start_redis {
    my ($self) = @_;

    $self->{redis} = Logout::RedisServer->start;
    $self->{proxy} = Chaos::Proxy->start($self->{redis}->port);
}

sub redis_parameters { 'server 127.0.0.1:' . $_[0]{proxy}->port . ';' }
sub masters { $_[0]{redis} }
sub redis { $_[0]{redis} }
sub proxy { $_[0]{proxy} }

1;
