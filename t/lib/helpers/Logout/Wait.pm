package Logout::Wait;

# Waiting for what a test cannot hurry.
#
#     ok Logout::Wait::eventually(sub { -e $file }), 'the file is there';
#     Logout::Wait::or_die('The cluster does not get ready', sub { ... });
#     my $came = Logout::Wait::within(1, sub { ... });   # for what must not be
#
# or_die takes a condition that dies for one that does not hold yet: a server
# that is starting answers with errors.

use strict;
use warnings;

use Time::HiRes qw(sleep time);

# In seconds: what takes longer hangs, however busy the machine is.
use constant PATIENCE => 60;

sub eventually {
    my ($condition) = @_;

    return within(PATIENCE, $condition);
}

# Returns whether the condition holds within so many seconds.
sub within {
    my ($seconds, $condition) = @_;

    my $deadline = time + $seconds;
    while (!$condition->()) {
        return 0 if time > $deadline;
        sleep 0.02;
    }

    return 1;
}

sub or_die {
    my ($complaint, $condition) = @_;

    eventually(sub { eval { $condition->() } })
        or die "$complaint: " . ($@ || "no reason known\n");
}

1;
