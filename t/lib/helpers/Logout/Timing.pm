package Logout::Timing;

# How long code takes, in seconds.
#
#     cmp_ok best_time_of(sub { $nginx->get('/static') }), '<', 0.1, 'at once';

use strict;
use warnings;

use parent 'Exporter';

use Time::HiRes qw(time);

our @EXPORT_OK = qw(best_time_of time_of);

sub time_of {
    my ($code) = @_;

    my $begin = time;
    $code->();
    return time - $begin;
}

# Of five times: a machine that is busy is no reason to fail.
sub best_time_of {
    my ($code) = @_;

    my ($best) = sort { $a <=> $b } map { time_of($code) } 1 .. 5;
    return $best;
}

1;
