package Logout::Nginx;

# An nginx of a test's own, with the module, on a free port of loopback, until
# this object ends.
#
#     my $nginx = Logout::Nginx->start(http => <<"_", server => <<'_');
#     logout_redis sessions { server 127.0.0.1:$port; }
#     _
#     location = /logout { ... }
#     _
#     my $response = $nginx->logout('4fzd8k2m');   # the cookie's value
#
# Without `server`, it has Logout::Nginx::LOCATIONS. Also: workers => N,
# log => LEVEL, connections => N.
#
#     Logout::Nginx->start(example => 'tls.conf',
#         replace => {'127.0.0.1:6380' => "127.0.0.1:$port"});
#
# is conf-examples/tls.conf, with other words for some of its words. The rest is
# as in Logout::Example.

use strict;
use warnings;

use parent 'Logout::Example';

use File::Temp ();
use IO::Socket::INET;
use Logout::Wait;

# The key of the session ID is sess:ID; the answer says result and error.
use constant LOCATIONS => <<'_';
        location = /logout {
            logout            auth0;
            logout_session    format=raw cookie=sid prefix=sess:;
            logout_return_url /bye;
            add_header        X-Result $logout_result always;
            add_header        X-Error  $logout_error always;
        }
        location = /static {
            return 204;
        }
_

# How long may take what waits for nothing, in seconds: more than it needs, since
# the machine may have other things to do. What it could wait for, such as a
# timeout, has to be longer.
use constant AT_ONCE => Logout::Wait::PATIENCE;

sub start {
    my ($class, %options) = @_;

    my $self = bless {
        folder => File::Temp->newdir('logout-nginx.XXXXXX', TMPDIR => 1),
        port   => Logout::Example::free_port(),
        owner  => $$,
    }, $class;

    chmod 0755, "$self->{folder}";
    mkdir "$self->{folder}/logs" or die "$self->{folder}/logs: $!\n";
    if ($options{example}) {
        $self->adapt($options{example}, $options{replace});
    } else {
        $self->configure(%options);
    }
    $self->launch;

    return $self;
}

# Writes nginx.conf; reload() makes it the one in use.
sub configure {
    my ($self, %options) = @_;

    my $workers = $options{workers} // 1;
    my $log = $options{log} // 'info';
    my $connections = $options{connections} // 512;
    my $server = $options{server} // LOCATIONS;
    my $http = with_patience($options{http});
    my @modules = map { "load_module $_;" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';

    $self->write_configuration(<<"_");
@modules
worker_processes $workers;
pid logs/nginx.pid;
error_log logs/error.log $log;
events { worker_connections $connections; }
http {
    access_log off;
    client_body_temp_path temp_body;
    proxy_temp_path temp_proxy;
    fastcgi_temp_path temp_fastcgi;
    uwsgi_temp_path temp_uwsgi;
    scgi_temp_path temp_scgi;
    $http
    server {
        listen 127.0.0.1:$self->{port};
        $server
    }
}
_
}

# Stores that say nothing of timeouts do not mind them: a Redis that is slow, on
# a machine that is busy, is not one that is away.
sub with_patience {
    my ($http) = @_;

    $http =~ s/(\blogout_redis\s+\w+\s*\{)(?![^}]*timeout)
        /$1 connect_timeout 60s; timeout 60s;/gx;
    return $http;
}

sub adapt {
    my ($self, $example, $replace) = @_;

    system('t/lib/tools/adapt-example', "conf-examples/$example", $self->{folder},
        $ENV{TEST_NGINX_LOAD_MODULES} // '', $self->{port}, 0) == 0
        or die "conf-examples/$example cannot be adapted.\n";

    $self->change_configuration(sub {
        for my $word (keys %$replace) {
            s/\Q$word\E/$replace->{$word}/g
                or die "conf-examples/$example does not have \"$word\".\n";
        }
    });
}

sub folder { "$_[0]{folder}" }

# Ends the session `id`. Returns the result; with `path`, of that location.
sub logout {
    my ($self, $id, $path) = @_;

    my $response = $self->get($path // '/logout', {Cookie => "sid=$id"});
    return $response->{headers}{'x-result'} // "status $response->{status}";
}

# The same in two parts: the first returns when the request is sent.
sub begin_logout {
    my ($self, $id, $path) = @_;

    $path //= '/logout';
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Proto => 'tcp') // die "connect: $!\n";
    print $socket "GET $path HTTP/1.0\r\nCookie: sid=$id\r\n\r\n";
    $socket->flush;
    return $socket;
}

sub end_logout {
    my ($self, $socket) = @_;

    my ($result) = join('', <$socket>) =~ /^X-Result: (\w+)/m;
    return $result // 'no answer';
}

# Whether `condition` holds, now or later.
sub eventually {
    my ($self, $condition) = @_;

    return Logout::Wait::eventually($condition);
}

# The same within so many seconds: for what should not be.
sub within {
    my ($self, $seconds, $condition) = @_;

    return Logout::Wait::within($seconds, $condition);
}

# What the log says since the last call, without what is below a warning.
sub complaints {
    my ($self) = @_;

    my @lines = split /\n/, $self->error_log;
    my @new = @lines[($self->{read} // 0) .. $#lines];
    $self->{read} = @lines;

    return grep { /\[(?:warn|error|crit|alert|emerg)\]/ } @new;
}

# Ends nginx as `nginx -s quit` does. Returns how many seconds that took.
sub quit {
    my ($self) = @_;

    return Logout::Process::end(delete $self->{pid}, 'QUIT')
        // die "nginx did not quit.\n";
}

1;
