package Logout::Wait;

# Waiting for what a test cannot hurry.
#
#     ok Logout::Wait::within(10, sub { -e $file }), 'the file is there';
#     Logout::Wait::or_die(60, 'The cluster does not get ready', sub { ... });
#
# The latter takes a condition that dies for one that does not hold yet: a server
# that is starting answers with errors.

use strict;
use warnings;

use Time::HiRes qw(sleep time);

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
    my ($seconds, $complaint, $condition) = @_;

    within($seconds, sub { eval { $condition->() } })
        or die "$complaint: " . ($@ || "no reason known\n");
}

1;
