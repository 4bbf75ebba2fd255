# The walk-through of "make demo" succeeds, and fails when a step does.

use strict;
use warnings;

use File::Temp ();
use Test::More;

sub demo {
    my ($module) = @_;

    my $folder = File::Temp->newdir('logout-demo.XXXXXX', TMPDIR => 1);
    my $output = `t/demo/demo $module $ENV{TEST_NGINX_BINARY} $folder once 2>&1`;

    return ($? >> 8, $output);
}

my ($status, $output) = demo($ENV{TEST_NGINX_LOAD_MODULES});
is $status, 0, 'the demo succeeds' or diag $output;
like $output, qr/^  Location: https:\/\/spa\.example\.com\/$/m,
    'it shows the redirect';
unlike $output, qr/not ok/, 'every step is ok';

($status, $output) = demo('/nonexistent.so');
isnt $status, 0, 'without a module it fails';
like $output, qr/nonexistent\.so/, 'and says why';

done_testing;
