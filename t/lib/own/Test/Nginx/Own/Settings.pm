package Test::Nginx::Own::Settings;

# What a test file and the environment have chosen: how nginx is run, where, and
# with which defaults. The functions are what test files call.

use strict;
use warnings;

use Exporter 'import';
use File::Spec;
use IO::Socket::INET;
use Socket qw(INADDR_LOOPBACK SOCK_STREAM SOL_SOCKET SO_REUSEADDR
    pack_sockaddr_in);

our @EXPORT = qw(
    repeat_each no_shuffle no_long_string no_root_location
    workers worker_connections master_on master_off master_process_enabled
    log_level timeout env_to_nginx config_preamble use_hup
    server_name server_addr server_port server_port_for_client
    server_root html_dir
    add_block_preprocessor add_cleanup_handler add_response_body_check
    check_accum_error_log
);

our @EXPORT_OK = qw(%Settings reserve_port parse_time);

# Below the range that Linux gives to outgoing connections.
use constant {FIRST_PORT => 10000, LAST_PORT => 32000};

our %Settings = (
    repeat_each        => 1,
    shuffle            => !$ENV{TEST_NGINX_NO_SHUFFLE},
    long_string        => 1,
    root_location      => 1,
    workers            => 1,
    worker_connections => 64,
    master_process     => $ENV{TEST_NGINX_MASTER_PROCESS} || 'off',
    log_level          => $ENV{TEST_NGINX_LOG_LEVEL} || 'debug',
    timeout            => $ENV{TEST_NGINX_TIMEOUT} || 3,
    sleep              => $ENV{TEST_NGINX_SLEEP} || 0.015,
    event_type         => $ENV{TEST_NGINX_EVENT_TYPE},
    worker_user        => $ENV{TEST_NGINX_WORKER_USER},
    load_modules       => [split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // ''],
    binary             => $ENV{TEST_NGINX_BINARY} || 'nginx',
    use_hup            => $ENV{TEST_NGINX_USE_HUP},
    use_valgrind       => $ENV{TEST_NGINX_USE_VALGRIND},
    ld_preload         => $ENV{TEST_NGINX_LD_PRELOAD},
    accumulate_log     => $ENV{TEST_NGINX_CHECK_ACCUM_ERR_LOG},
    server_name        => 'localhost',
    server_addr        => '127.0.0.1',
    preamble           => '',
    env                => [],
    preprocessors      => [],
    cleanup_handlers   => [],
    body_checks        => [],
);

my %reserved;

# Keeps the port bound, so that no other test takes it before the nginx or the
# mock server for which it is meant listens on it (with SO_REUSEADDR).
sub reserve_port {
    for (1 .. 1000) {
        my $port = FIRST_PORT + int rand LAST_PORT - FIRST_PORT;
        next if $reserved{$port};

        my $address = pack_sockaddr_in($port, INADDR_LOOPBACK);
        my $probe = IO::Socket->new(Domain => Socket::AF_INET(),
            Type => SOCK_STREAM) or next;
        bind $probe, $address or next;
        close $probe;

        my $holder = IO::Socket->new(Domain => Socket::AF_INET(),
            Type => SOCK_STREAM) or next;
        setsockopt $holder, SOL_SOCKET, SO_REUSEADDR, 1;
        bind $holder, $address or next;

        $reserved{$port} = $holder;
        return $port;
    }

    die "There is no free port between @{[FIRST_PORT]} and @{[LAST_PORT]}.\n";
}

sub choose_port_and_root {
    my $given = $ENV{TEST_NGINX_SERVER_PORT} || $ENV{TEST_NGINX_PORT};
    my $random = $ENV{TEST_NGINX_RANDOMIZE};

    $Settings{server_port} = $given && !$random ? $given : reserve_port();
    ($Settings{client_port} = $ENV{TEST_NGINX_CLIENT_PORT}
        || $Settings{server_port}) =~ s/.*://;
    if ($random) {
        $Settings{client_port} = $Settings{server_port};
    }

    $Settings{root} = File::Spec->rel2abs($random
        ? "t/servroot_$Settings{server_port}"
        : $ENV{TEST_NGINX_SERVROOT} || 't/servroot');
    $Settings{root_is_ours} = $random;

    $ENV{TEST_NGINX_SERVER_PORT} = $Settings{server_port};
    $ENV{TEST_NGINX_SERVER_ROOT} = $Settings{root};
}

# With TEST_NGINX_RANDOMIZE, files run at the same time, with one seed each.
srand($$ ^ time);
choose_port_and_root();

# "50ms", "1.5s" or "1.5", in seconds; undef stays undef.
sub parse_time {
    my ($text) = @_;

    return $text if !defined $text;
    return $1 / 1000 if $text =~ /^\s*([\d.]+)ms\s*$/;
    return $1 + 0 if $text =~ /^\s*([\d.]+)s?\s*$/;
    die "\"$text\" is not a time.\n";
}

# A function that sets a value when called with one, and returns it.
sub accessor {
    my ($key) = @_;

    return sub {
        $Settings{$key} = shift if @_;
        return $Settings{$key};
    };
}

{
    no strict 'refs';
    my %accessors = (
        repeat_each            => 'repeat_each',
        workers                => 'workers',
        worker_connections     => 'worker_connections',
        log_level              => 'log_level',
        timeout                => 'timeout',
        server_name            => 'server_name',
        server_addr            => 'server_addr',
        server_port            => 'server_port',
        server_port_for_client => 'client_port',
    );

    for my $name (keys %accessors) {
        *$name = accessor($accessors{$name});
    }
}

sub no_shuffle() { $Settings{shuffle} = 0 }
sub no_long_string() { $Settings{long_string} = 0 }
sub no_root_location() { $Settings{root_location} = 0 }
sub master_on() { $Settings{master_process} = 'on' }
sub master_off() { $Settings{master_process} = 'off' }
sub use_hup() { $Settings{use_hup} = 1 }
sub check_accum_error_log() { $Settings{accumulate_log} = 1 }
sub config_preamble($) { $Settings{preamble} = shift }
sub server_root() { $Settings{root} }
sub html_dir() { "$Settings{root}/html" }

sub master_process_enabled {
    $Settings{master_process} = shift() ? 'on' : 'off' if @_;
    return $Settings{master_process};
}

sub env_to_nginx {
    push @{$Settings{env}}, @_;
}

# The last one added runs first.
sub add_block_preprocessor(&) {
    unshift @{$Settings{preprocessors}}, shift;
}

sub add_cleanup_handler($) {
    unshift @{$Settings{cleanup_handlers}}, shift;
}

sub add_response_body_check($) {
    push @{$Settings{body_checks}}, shift;
}

1;
