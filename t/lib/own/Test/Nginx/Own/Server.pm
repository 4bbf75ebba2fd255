package Test::Nginx::Own::Server;

# The nginx under test: a direct child, so that its exit status is ours to see.

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(basename);
use IO::Socket::INET;
use POSIX qw(:sys_wait_h :signal_h);
use Test::Nginx::Own::Config qw(error_log_path pid_path stderr_path
    config_path nginx_version);
use Test::Nginx::Own::Settings qw(%Settings);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(start_nginx stop_nginx reload_nginx nginx_runs
    emergencies read_file patience);

my $pid;

sub nginx_runs { defined $pid }

# valgrind and sanitizers are slow to start and to end.
sub patience {
    return $Settings{use_valgrind} || $ENV{ASAN_OPTIONS} ? 60 : 20;
}

sub read_file {
    my ($path) = @_;

    open my $in, '<', $path or return '';
    local $/;
    return scalar(<$in>) // '';
}

# Starts nginx and waits until it serves. Returns undef, or its wait status if
# it ended instead.
sub start_nginx {
    my ($case) = @_;

    unlink pid_path();
    $pid = fork;
    die "fork: $!\n" if !defined $pid;
    if ($pid == 0) {
        become_nginx($case);
    }

    my $deadline = time + patience();
    my $pause = 0.001;
    while (time < $deadline) {
        if (waitpid($pid, WNOHANG) == $pid) {
            undef $pid;
            return $?;
        }
        return if -s pid_path() && can_connect();
        sleep $pause;
        $pause = 0.01 if ($pause *= 1.5) > 0.01;
    }

    stop_nginx();
    die "nginx did not serve within @{[patience()]} s.\n";
}

sub can_connect {
    my $socket = IO::Socket::INET->new(
        PeerAddr => $Settings{server_addr},
        PeerPort => $Settings{client_port},
        Proto    => 'tcp',
    ) or return 0;
    close $socket;

    return 1;
}

sub become_nginx {
    my ($case) = @_;

    Test::More->builder->no_ending(1);
    $ENV{LD_PRELOAD} = $Settings{ld_preload} if $Settings{ld_preload};
    name_sanitizer_log($case);

    open STDOUT, '>', '/dev/null';
    open STDERR, '>', stderr_path();
    exec command($case) or POSIX::_exit(127);
}

# Reports say of which block they are.
sub name_sanitizer_log {
    my ($case) = @_;

    my $label = basename($0) . '-t' . $case->number;

    for my $options (@ENV{qw(ASAN_OPTIONS UBSAN_OPTIONS)}) {
        next if !defined $options;
        $options =~ s/(log_path=[^:]+)/$1-$label/;
    }
    if ($case->has('must_die')) {
        forgive_pool_of_init_cycle();
    }
}

# An nginx that refuses its configuration ends without freeing its first pool;
# without debugging symbols that is known by the innermost function only.
# Without suppressions to add this to, no leak counts.
sub forgive_pool_of_init_cycle {
    my $file = "$Settings{root}/logs/must_die.suppress";

    $ENV{LSAN_OPTIONS} //= '';
    if ($ENV{LSAN_OPTIONS} =~ s/\bsuppressions=([^:]+)/suppressions=$file/) {
        open my $out, '>', $file or die "cannot write $file: $!\n";
        print $out read_file($1), "leak:ngx_create_pool\nleak:ngx_memalign\n";
        close $out;
    } else {
        $ENV{ASAN_OPTIONS} = join ':', grep { defined }
            $ENV{ASAN_OPTIONS}, 'detect_leaks=0';
    }
}

sub command {
    my ($case) = @_;

    my @nginx = ($Settings{binary}, '-p', "$Settings{root}/",
        '-c', config_path());
    if (nginx_version() >= 1.019005) {
        # what is wrong with a configuration is logged before its error_log
        # holds; Debian's nginx would only print it
        push @nginx, '-e', error_log_path();
    }
    if (!$Settings{use_valgrind} || $case->has('must_die')) {
        return @nginx;
    }

    my $options = $Settings{use_valgrind} =~ /^\d+$/
        ? '--leak-check=full --show-possibly-lost=no'
        : $Settings{use_valgrind};

    return ('valgrind', '-q', '--num-callers=100', split(' ', $options),
        @nginx);
}

# Returns undef if nginx ended well, or a sentence about how it did not.
sub stop_nginx {
    return if !defined $pid;

    kill SIGQUIT, $pid;
    my $killed = !ended_within(patience() / 4 + $Settings{timeout});
    if ($killed) {
        kill_with_children();
    }
    my $status = $?;
    undef $pid;

    return 'nginx did not quit and was killed' if $killed;
    return 'nginx was ended by signal ' . ($status & 127) if $status & 127;
    return 'nginx exited with ' . ($status >> 8) if $status;
    return;
}

sub ended_within {
    my ($seconds) = @_;

    my $deadline = time + $seconds;
    my $pause = 0.001;
    while (waitpid($pid, WNOHANG) != $pid) {
        return 0 if time > $deadline;
        sleep $pause;
        $pause = 0.01 if ($pause *= 1.5) > 0.01;
    }

    return 1;
}

sub kill_with_children {
    kill SIGKILL, children(), $pid;
    waitpid $pid, 0;
}

sub children {
    return split ' ', read_file("/proc/$pid/task/$pid/children");
}

# Returns undef, or the reason why nginx kept its configuration.
sub reload_nginx {
    my $log_start = -s error_log_path() // 0;
    my %old = map { $_ => 1 } children();
    kill SIGHUP, $pid;

    my $deadline = time + patience();
    while (time < $deadline) {
        if (my $refusal = emergencies($log_start)) {
            return $refusal;
        }
        my @workers = grep { accepts($_) } children();
        return if @workers >= $Settings{workers} && !grep { $old{$_} } @workers;
        sleep 0.002;
    }

    return "nginx did not reload within @{[patience()]} s.";
}

# A worker's title says so when it is ready, and when it no longer accepts
# connections.
sub accepts {
    my ($child) = @_;

    return read_file("/proc/$child/cmdline") =~ /^nginx: worker process\0*$/;
}

# The [emerg] lines since a position of the error log, or of standard error
# where the log could not be opened.
sub emergencies {
    my ($log_start) = @_;

    my $log = substr read_file(error_log_path()), $log_start;
    my @lines = grep { /\[emerg\]/ } split /^/,
        $log =~ /\[emerg\]/ ? $log : read_file(stderr_path());

    return join '', @lines;
}

1;
