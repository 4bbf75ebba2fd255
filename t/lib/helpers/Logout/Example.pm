package Logout::Example;

# A configuration of conf-examples/, running on free ports of loopback, with a
# Redis of its own, until this object ends.
#
#     my $example = Logout::Example->start('auth0.conf');
#     my $response = $example->get('/v2/logout', {Cookie => 'sid=1'});
#     $response->{status}, $response->{headers}{location}
#     $example->redis->command('EXISTS', 'sess:1');

use strict;
use warnings;

use File::Temp ();
use HTTP::Tiny;
use IO::Socket::INET;
use Logout::Leaks;
use Logout::Process;
use Logout::RedisServer;
use POSIX qw(:sys_wait_h);
use Logout::Wait;
use Time::HiRes qw(sleep time);

sub start {
    my ($class, $name) = @_;

    my $self = bless {
        folder => File::Temp->newdir('logout-example.XXXXXX', TMPDIR => 1),
        redis  => Logout::RedisServer->start,
        port   => free_port(),
        owner  => $$,
    }, $class;

    chmod 0755, "$self->{folder}";
    system('t/lib/tools/adapt-example', "conf-examples/$name", $self->{folder},
        $ENV{TEST_NGINX_LOAD_MODULES} // '', $self->{port},
        $self->{redis}->port)
        == 0 or die "conf-examples/$name cannot be adapted.\n";

    $self->launch;
    return $self;
}

# Whether an nginx with this module, another than the tests', ends a session.
sub logs_out {
    my ($module) = @_;

    local $ENV{TEST_NGINX_LOAD_MODULES} = $module;
    my $example = Logout::Example->start('minimal.conf');
    $example->redis->command('SET', 'sess:1', 1);
    my $response = $example->get('/logout', {Cookie => 'sid=1'});

    return $response->{status} == 302
        && !$example->redis->command('EXISTS', 'sess:1');
}

sub free_port {
    for (1 .. 50) {
        my $port = 10000 + int rand 22000;
        return $port if Logout::RedisServer::free($port);
    }
    die "There is no free port.\n";
}

sub redis { $_[0]{redis} }
sub port { $_[0]{port} }

sub nginx_command {
    my ($self) = @_;

    return ($ENV{TEST_NGINX_BINARY} // 'nginx', '-p', "$self->{folder}/",
        '-c', 'nginx.conf', '-e', 'logs/error.log');
}

sub configuration_file { "$_[0]{folder}/nginx.conf" }

sub configuration {
    my ($self) = @_;

    my $path = $self->configuration_file;
    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

# Has `change` change $_, the text of nginx.conf; reload() makes it the one in
# use.
sub change_configuration {
    my ($self, $change) = @_;

    local $_ = $self->configuration;
    $change->();
    $self->write_configuration($_);
}

sub write_configuration {
    my ($self, $text) = @_;

    my $path = $self->configuration_file;
    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
    close $out or die "$path: $!\n";
}

# What "nginx -t" prints; `as`, if any, is what its command begins with.
sub test_configuration {
    my ($self, $as) = @_;

    my $command = join ' ', $as // (), map { "'$_'" } $self->nginx_command, '-t';
    return scalar `$command 2>&1`;
}

sub launch {
    my ($self) = @_;

    # at TERM, the master takes its workers along
    $self->{pid} = Logout::Process::start('TERM',
        "$self->{folder}/logs/output", $self->nginx_command,
        '-g', 'daemon off;');

    my $deadline = time + Logout::Wait::PATIENCE;
    while (time < $deadline) {
        die "nginx does not start: " . $self->error_log
            if waitpid($self->{pid}, WNOHANG) != 0;
        return if $self->serves && $self->has_its_workers;
        sleep 0.01;
    }
    die "nginx does not serve.\n";
}

sub serves {
    my ($self) = @_;

    return defined IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Proto => 'tcp');
}

sub error_log { $_[0]->read_log('error.log') }

sub read_log {
    my ($self, $name) = @_;

    open my $in, '<', "$self->{folder}/logs/$name" or return '';
    local $/;
    return scalar(<$in>) // '';
}

# Returns what HTTP::Tiny does.
sub get {
    my ($self, $path, $headers) = @_;

    return HTTP::Tiny->new(max_redirect => 0)->get(
        "http://127.0.0.1:$self->{port}$path", {headers => $headers // {}});
}

# Kills all workers as crashes would, and waits for the next ones.
sub kill_workers {
    my ($self) = @_;

    my @old = $self->workers;
    kill 'KILL', @old;
    $self->wait_for_others_than(@old);
}

# Reloads the configuration and waits until every old worker is gone: any of
# them may still take a connection before it knows.
sub reload {
    my ($self) = @_;

    my @old;
    $self->wait_until(sub { @old = $self->workers });
    kill 'HUP', $self->{pid};
    $self->wait_for_others_than(@old);
}

sub wait_for_others_than {
    my ($self, @old) = @_;

    $self->wait_until(sub { !grep { kill 0, $_ } @old });
    $self->wait_until(sub { $self->has_its_workers });
}

sub wait_until {
    my ($self, $condition) = @_;

    Logout::Wait::eventually($condition)
        or die "nginx does not do what it should.\n";
}

# The process number of a worker; undef if there is none.
sub worker {
    my ($self) = @_;

    my ($pid) = $self->workers;
    return $pid;
}

sub workers {
    my ($self) = @_;

    return split ' ', `pgrep -P $self->{pid} -f 'worker process\$'`;
}

# Whether all that its configuration asks for have begun.
sub has_its_workers {
    my ($self) = @_;

    my ($wanted) = $self->configuration =~ /^worker_processes +(\d+);/m;
    my @workers = $self->workers;
    return @workers >= ($wanted // 1);
}

# As get(), for a form, a hash of its fields.
sub post {
    my ($self, $path, $form, $headers) = @_;

    return HTTP::Tiny->new(max_redirect => 0)->post_form(
        "http://127.0.0.1:$self->{port}$path", $form,
        {headers => $headers // {}});
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$ || !$self->{pid};
    local $?;
    warn "nginx did not quit.\n"
        if !defined Logout::Process::end($self->{pid}, 'QUIT');
}

1;
