# t/lib/tools/run-tests: what it says while tests run, and the namespaces in
# which it runs CPAN's Test::Nginx.

use strict;
use warnings;

use lib 't/lib/helpers';

use File::Temp ();
use Logout::Wait;
use Test::More;

my $folder = File::Temp->newdir('logout-run-tests.XXXXXX', TMPDIR => 1);
delete $ENV{LOGOUT_TESTS_IN_NAMESPACE};
$ENV{LOGOUT_TESTS_RUN} = 1;

# A test program of this text.
sub program {
    my ($name, $text) = @_;

    my $path = "$folder/$name";
    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
    close $out;
    chmod 0755, $path;

    return $path;
}

# What run-tests ends with and says. Each line is also told to `listener`.
sub run_tests {
    my ($listener, @programs) = @_;

    open my $in, '-|', "t/lib/tools/run-tests --jobs 2 @programs 2>&1"
        or die "run-tests: $!\n";
    my $said = '';
    while (my $line = <$in>) {
        $said .= $line;
        $listener->($line) if $listener;
    }
    close $in;

    return ($?, $said);
}

# The slow program waits until run-tests has said that it is running.
subtest 'what is running' => sub {
    my $quick = program('quick', "#!/bin/sh\necho 1..1\necho ok 1\n");
    my $slow = program('slow', "#!/bin/sh\necho 1..1\n"
        . "until [ -e $folder/seen ]; do sleep 0.1; done\necho ok 1\n");
    my $line =
        qr/^After \d+:\d\d min: 1 of 2 done, running: \Q$slow\E \(\d+ s\)$/;

    local $ENV{TEST_TIMEOUT} = Logout::Wait::PATIENCE;
    local $ENV{PROGRESS_SECONDS} = 1;
    my ($status, $said) = run_tests(
        sub { program('seen', '') if $_[0] =~ $line }, $quick, $slow);
    is $status, 0, 'all tests pass' or diag $said;
    ok -e "$folder/seen", 'is said' or diag $said;

    local $ENV{PROGRESS_SECONDS} = 60;
    ($status, $said) = run_tests(undef, $quick);
    unlike $said, qr/^After/m, 'but not of what takes no time';
};

# A daemon is left to the first process of the namespace. Who waits for the
# daemon's end sees it until it is reaped.
subtest 'daemons that have ended are reaped' => sub {
    my $orphan = program('orphan', <<'_');
#!/usr/bin/perl
use strict;
use warnings;
use lib 't/lib/helpers';
use Logout::Wait;
use Test::More tests => 2;

pipe my $in, my $out or die;
if (fork == 0) {
    if (my $pid = fork) {
        syswrite $out, "$pid\n";
        exit;
    }
    exit;
}
wait;
chomp(my $daemon = <$in>);
isnt $daemon, $$, 'there is a daemon';
ok Logout::Wait::eventually(sub { !kill 0, $daemon }), 'it is reaped';
_

    local $ENV{HARNESS} = 'real';
    my ($status, $said) = run_tests(undef, $orphan);
    is $status, 0, 'in a namespace of the tests' or diag $said;

    my $failing = program('failing', "#!/bin/sh\necho 1..1\necho not ok 1\n");
    ($status, $said) = run_tests(undef, $failing);
    isnt $status, 0, 'what fails there fails here';
};

done_testing;
