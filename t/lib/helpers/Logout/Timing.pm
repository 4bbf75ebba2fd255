package Logout::Timing;

# How long code takes, in seconds: more than something, or less than only what
# hangs takes. Figures of time are for t/bench and t/chaos.
#
#     cmp_ok time_of(sub { $nginx->reload }), '<', Logout::Nginx::AT_ONCE,
#         'at once';

use strict;
use warnings;

use parent 'Exporter';

use Time::HiRes qw(time);

our @EXPORT_OK = qw(time_of);

sub time_of {
    my ($code) = @_;

    my $begin = time;
    $code->();
    return time - $begin;
}

1;
