package Test::Nginx::Own::LogChecks;

# What the sections about nginx's logs demand of them.

use strict;
use warnings;

use Exporter 'import';
use Test::More ();
use Test::Nginx::Own::Config qw(access_log_path error_log_path stderr_path);
use Test::Nginx::Own::ResponseChecks qw(is_str);
use Test::Nginx::Own::Server qw(read_file);
use Test::Nginx::Own::Settings qw(%Settings);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(forget_log_position check_error_log check_access_log
    check_shutdown_log check_for_alarms);

my $position = 0;

sub forget_log_position { $position = 0 }

# A section as the list of its patterns: regular expressions and substrings.
sub patterns {
    my ($value) = @_;

    return () if !defined $value;
    return @$value if ref $value eq 'ARRAY';
    return $value if ref $value;
    return grep { $_ ne '' } split /\n+/, $value;
}

sub matches {
    my ($line, $pattern) = @_;

    return ref $pattern ? $line =~ $pattern : index($line, $pattern) >= 0;
}

# The lines of a file since `start`, read again until each pattern is found in
# one of them or the timeout is over. nginx logs a request after its last byte.
sub lines_with {
    my ($path, $start, @expected) = @_;

    my $deadline = time + $Settings{timeout};
    sleep $Settings{sleep};

    while (1) {
        my $text = substr read_file($path), $start;
        my @lines = split /^/, $text;
        my @missing = grep {
            my $pattern = $_;
            !grep { matches($_, $pattern) } @lines;
        } @expected;

        if (!@missing || time > $deadline) {
            return ($start + length $text, @lines);
        }
        sleep 0.01;
    }
}

# `repetition` selects among the expectations of grep_error_log.
sub check_error_log {
    my ($case, $repetition) = @_;

    my @expected = patterns($case->get('error_log'));
    my @forbidden = patterns($case->get('no_error_log'));
    my $grep = chosen($case->get('grep_error_log'), $repetition);

    if ($case->has('grep_error_log') != $case->has('grep_error_log_out')) {
        die "grep_error_log and grep_error_log_out need each other.\n";
    }
    return if !@expected && !@forbidden && !defined $grep;

    my ($end, @lines) = lines_with(error_log_path(),
        $Settings{accumulate_log} ? 0 : $position, @expected);
    $position = $end;

    if (defined $grep) {
        check_grep($case, $grep, $repetition, @lines);
    }
    my $where = "error.log (req $repetition)";
    check_expected($case, $where, \@expected, @lines);
    check_forbidden($case, $where, \@forbidden, @lines);
}

sub chosen {
    my ($value, $repetition) = @_;

    return ref $value eq 'ARRAY' ? $value->[$repetition] : $value;
}

# The first match of each line, one per line of output.
sub check_grep {
    my ($case, $pattern, $repetition, @lines) = @_;

    my $regexp = ref $pattern ? $pattern : qr/\Q$pattern\E/;
    my $out = join '', map { /$regexp/ ? "$&\n" : () } @lines;
    my $expected = $case->expand(
        chosen($case->get('grep_error_log_out'), $repetition));

    is_str($out, $expected,
        $case->name . " - grep_error_log_out (req $repetition)");
}

sub check_expected {
    my ($case, $where, $patterns, @lines) = @_;

    for my $pattern (@$patterns) {
        my $found = grep { matches($_, $pattern) } @lines;
        Test::More::ok($found, $case->name
            . " - pattern \"$pattern\" matches a line in $where");
    }
}

sub check_forbidden {
    my ($case, $where, $patterns, @lines) = @_;

    for my $pattern (@$patterns) {
        my @found = grep { matches($_, $pattern) } @lines;
        Test::More::ok(!@found, $case->name
            . " - pattern \"$pattern\" does not match a line in $where");
        if (@found) {
            Test::More::diag("it matches: $found[0]");
        }
    }
}

sub check_access_log {
    my ($case, $repetition) = @_;

    my @expected = patterns($case->get('access_log'));
    my @forbidden = patterns($case->get('no_access_log'));
    return if !@expected && !@forbidden;

    my ($end, @lines) = lines_with(access_log_path(), 0, @expected);
    my $where = "access.log (req $repetition)";
    check_expected($case, $where, \@expected, @lines);
    check_forbidden($case, $where, \@forbidden, @lines);
}

# To be called when nginx has ended.
sub check_shutdown_log {
    my ($case) = @_;

    my @lines = split /^/, substr read_file(error_log_path()), $position;
    check_expected($case, 'error.log after the shutdown',
        [patterns($case->get('shutdown_error_log'))], @lines);
    check_forbidden($case, 'error.log after the shutdown',
        [patterns($case->get('no_shutdown_error_log'))], @lines);
}

# Fails if nginx or a sanitizer raised an alarm that the block does not speak
# of. Not an assertion of the block: plans count the same as without it.
sub check_for_alarms {
    my ($case) = @_;

    my @spoken_of = map { patterns($case->get($_)) }
        qw(error_log no_error_log grep_error_log shutdown_error_log);
    my @alarms = ('Sanitizer:', 'runtime error:');
    for my $level ($case->has('must_die') ? () : ('[alert', '[emerg')) {
        push @alarms, $level if !grep { index($_, $level) >= 0 } @spoken_of;
    }

    my %lines = map { $_ => 1 } map { split /^/, read_file($_) }
        error_log_path(), stderr_path();
    my @raised = grep {
        my $line = $_;
        grep { index($line, $_) >= 0 } @alarms;
    } sort keys %lines;

    if (@raised) {
        Test::More::fail($case->name . ' - no alarm in the logs');
        Test::More::diag($_) for @raised > 10 ? @raised[0 .. 9] : @raised;
    }
}

1;
