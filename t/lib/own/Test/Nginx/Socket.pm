package Test::Nginx::Socket;

# Runs test files that are written for the Test::Nginx::Socket of CPAN, where
# that is not installed. A file that passes here passes there; here it is
# faster, nginx listens on 127.0.0.1 only, and what is easily overlooked fails:
# an unknown section, an alert in the log, an nginx that does not end well.

use strict;
use warnings;

use Test::Base -base;

use File::Basename qw(basename dirname);
use File::Path qw(make_path remove_tree);
use List::Util qw(shuffle);
use Test::More ();
use Test::Nginx::Own::Case;
use Test::Nginx::Own::Config qw(prepare_root write_user_files write_config
    nginx_version error_log_path);
use Test::Nginx::Own::Client qw(exchange);
use Test::Nginx::Own::LogChecks qw(forget_log_position check_error_log
    check_access_log check_shutdown_log check_for_alarms);
use Test::Nginx::Own::Request qw(requests_of);
use Test::Nginx::Own::Response;
use Test::Nginx::Own::ResponseChecks qw(check_response is_str);
use Test::Nginx::Own::Server qw(start_nginx stop_nginx reload_nginx nginx_runs
    emergencies);
use Test::Nginx::Own::Settings;
use Test::Nginx::Own::Settings qw(%Settings);
use Test::Nginx::Own::TcpMock;
use Time::HiRes qw(sleep);

our @EXPORT = (@Test::Nginx::Own::Settings::EXPORT,
    qw(run_tests run_test bail_out is_str));

my $owner = $$;

# the case for which nginx was started or reloaded
my $running;

sub bail_out {
    clean_up();
    Test::More::BAIL_OUT(@_);
}

sub run_tests() {
    local $SIG{INT} = sub { exit 130 };
    local $SIG{TERM} = sub { exit 143 };

    remove_tree(glob kept_logs('*'));
    my @cases = map { Test::Nginx::Own::Case->new($_) }
        $Settings{shuffle} ? shuffle(Test::Base::blocks())
        : Test::Base::blocks();
    my $configured;

    for my $case (@cases) {
        $configured = $case if $case->has('config');
        run_case($case, $configured);
    }
    if (nginx_runs()) {
        stop_and_check();
    }
    clean_up();
}

sub run_test($) {
    my ($block) = @_;

    my $case = Test::Nginx::Own::Case->new($block);
    run_case($case, $case);
}

# `configured` is the case whose configuration holds: this one, or the last one
# before it that has one. A case that cannot run fails; those after it run.
sub run_case {
    my ($case, $configured) = @_;

    my $failed = failed_so_far();

    eval {
        if (!$configured || !$configured->has('config')) {
            die "no config, and no block before has one.\n";
        }
        if (!skipped($case)) {
            run_with_nginx($case, $configured);
        }
        1;
    } or do {
        (my $problem = $@) =~ s/\n+\z//;
        Test::More::fail($case->name . " - $problem");
    };

    if (nginx_runs() && !$Settings{use_hup}) {
        stop_and_check();
    }
    if (failed_so_far() > $failed) {
        keep_logs($case);
    }
}

# skip_nginx, skip_eval and todo begin with the number of the block's checks.
sub skipped {
    my ($case) = @_;

    my ($count, $reason, $todo);

    if (defined(my $spec = $case->get('skip_nginx'))) {
        my ($checks, $operator, @version) = $spec
            =~ /^\s*(\d+)\s*:\s*([<>]=?)\s*(\d+)\.(\d+)\.(\d+)\s*(?::\s*(.*))?$/
            or die "skip_nginx: \"$spec\" is not N: OPERATOR VERSION[: WHY].\n";
        my $why = $version[3] || "nginx version $operator $version[0]."
            . "$version[1].$version[2]";
        my $version = sprintf '%d.%03d%03d', @version[0 .. 2];
        if (eval "@{[nginx_version()]} $operator $version") {
            ($count, $reason) = ($checks, $why);
        }
    }
    if (defined(my $spec = $case->get('skip_eval'))) {
        my ($checks, $code) = $spec =~ /^\s*(\d+)\s*:\s*(.*)/s
            or die "skip_eval: \"$spec\" is not N: EXPRESSION.\n";
        my $skip = eval $code;
        die "skip_eval: $@" if $@;
        ($count, $reason) = ($checks, 'skip_eval') if $skip;
    }
    if (defined(my $spec = $case->get('todo'))) {
        ($count, $reason) = $spec =~ /^\s*(\d+)\s*:\s*(.*)/s
            or die "todo: \"$spec\" is not N: WHY.\n";
        $todo = 1;
    }

    return 0 if !defined $count;

    my $how = $todo ? \&Test::More::todo_skip : \&Test::More::skip;
    for (1 .. $Settings{repeat_each}) {
        SKIP: {
            TODO: {
                $how->($case->name . " - $reason", $count);
            }
        }
    }

    return 1;
}

sub run_with_nginx {
    my ($case, $configured) = @_;

    if ($case->has('must_die')) {
        run_must_die($case, $configured);
        return;
    }

    if (nginx_runs()) {
        reload($case, $configured);
    } else {
        start($case, $configured);
    }
    forget_log_position();

    if (defined(my $code = $case->get('init'))) {
        run_init($code);
    }
    for my $repetition (0 .. $Settings{repeat_each} - 1) {
        run_repetition($case, $repetition);
    }
}

sub start {
    my ($case, $configured) = @_;

    prepare_root();
    write_files($case, $configured);
    $running = $case;

    my $status = start_nginx($case);
    if (defined $status) {
        die "nginx does not start (status $status): " . emergencies(0) . "\n";
    }
}

sub write_files {
    my ($case, $configured) = @_;

    if ($configured != $case) {
        write_user_files($configured);
    }
    write_user_files($case);
    write_config($configured);
}

# The logs are emptied, not removed: nginx appends to them.
sub reload {
    my ($case, $configured) = @_;

    check_for_alarms($running);
    for my $log (glob "'$Settings{root}'/logs/*.log") {
        truncate $log, 0;
    }

    write_files($case, $configured);
    $running = $case;

    if (my $refusal = reload_nginx()) {
        die "nginx does not reload: $refusal\n";
    }
}

sub run_must_die {
    my ($case, $configured) = @_;

    if (nginx_runs()) {
        stop_and_check();
    }
    prepare_root();
    write_files($case, $configured);
    forget_log_position();

    my $code = $case->get('must_die');
    for my $repetition (0 .. $Settings{repeat_each} - 1) {
        my $status = start_nginx($case);
        my $exit = defined $status ? $status >> 8 : 0;

        if (!defined $status) {
            stop_nginx();
        }
        if ($code =~ /^\d+$/) {
            Test::More::is($exit, $code,
                $case->name . ' - die with the expected exit code');
        } else {
            Test::More::ok($exit != 0, $case->name . ' - die as expected');
        }
        check_error_log($case, $repetition);
    }
    check_for_alarms($case);
}

sub run_repetition {
    my ($case, $repetition) = @_;

    my $mock = Test::Nginx::Own::TcpMock->start($case);
    if ($repetition > 0) {
        write_user_files($case);
    }

    my @requests = requests_of($case);
    my $pipelined = $case->get('pipelined_requests');
    my $count = $pipelined ? @$pipelined : @requests;
    my $left;

    for my $index (0 .. $count - 1) {
        my $request = $requests[$pipelined ? 0 : $index];
        if (!$pipelined || $index == 0) {
            $left = exchange($case, $request);
        }
        if (!$case->has('ignore_response')) {
            (my $response, $left) = response_from($case, $request, $left);
            check_response($case, $response, $index,
                $pipelined || @requests > 1, $repetition);
        }
        if ($case->get('wait')) {
            sleep $case->get('wait');
        }
        check_error_log($case, $repetition);
        if (!$case->has('ignore_response')) {
            check_access_log($case, $repetition);
        }
    }

    if ($mock) {
        $mock->finish;
    }
}

sub response_from {
    my ($case, $request, $bytes) = @_;

    if ($case->has('http09')) {
        return (Test::Nginx::Own::Response->bare($bytes), '');
    }

    my $is_head = $request->[0]{value} =~ /^\s*HEAD\s/;
    my ($response, $left) = Test::Nginx::Own::Response->parse($bytes, $is_head);
    if ($left ne '' && !$case->has('pipelined_requests')) {
        Test::More::diag($case->name . ' - bytes after the response: '
            . length $left);
    }

    return ($response, $left);
}

sub stop_and_check {
    if (my $problem = stop_nginx()) {
        Test::More::fail($running->name . " - $problem");
    }
    if (!$Settings{use_hup}) {
        check_shutdown_log($running);
    }
    check_for_alarms($running);
}

sub failed_so_far {
    return scalar grep { !$_ } Test::More->builder->summary;
}

# Where the logs of a block that failed stay.
sub kept_logs {
    my ($number) = @_;

    return dirname($Settings{root}) . '/servroot_failed/'
        . basename($0) . "-$number";
}

sub keep_logs {
    my ($case) = @_;

    my $folder = kept_logs($case->number);
    make_path(dirname $folder);
    system('cp', '-r', $Settings{root}, $folder) == 0 or return;
    Test::More::diag("nginx.conf and the logs of this block: $folder");
}

sub clean_up {
    for my $handler (@{$Settings{cleanup_handlers}}) {
        $handler->();
    }
    stop_nginx();
    if ($Settings{root_is_ours}) {
        remove_tree($Settings{root});
    }
}

{
    # Filtered code of Test::Nginx's own package sees no more than this.
    package Test::Nginx::Own::Init;

    use Time::HiRes qw(sleep time);

    sub run {
        eval $_[0];
        return $@;
    }
}

sub run_init {
    my ($code) = @_;

    if (my $problem = Test::Nginx::Own::Init::run($code)) {
        die "init: $problem";
    }
}

END {
    if ($$ == $owner) {
        local $?;
        clean_up();
    }
}

1;
