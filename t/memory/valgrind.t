# Programs of the unit tests under valgrind: it sees values that nobody has set,
# which sanitizers do not. "make valgrind" runs nginx so, which takes long.

use strict;
use warnings;

use Test::More;

my $folder = $ENV{UNIT_BUILD} // 'build/unit';
my @programs = qw(parameters cookies session plan response redis_reply);

for my $name (@programs) {
    my $said = `valgrind -q --leak-check=full --error-exitcode=99 $folder/test_$name 2>&1`;
    is $?, 0, $name or diag $said;
}

done_testing;
