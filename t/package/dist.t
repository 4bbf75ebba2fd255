# The tarball of `make dist` builds: the module in it, by itself, with make.
#
#   dist.t TARBALL

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Example;
use Test::More;

my ($tarball) = @ARGV;
my $folder = File::Temp->newdir('logout-dist.XXXXXX', TMPDIR => 1);

my $failed = system "tar -xzf $tarball -C $folder --strip-components=1";
is $failed, 0, 'it can be unpacked';
my $output = `make -C $folder module 2>&1`;
is $?, 0, 'it builds' or diag $output;
ok Logout::Example::logs_out("$folder/build/ngx_http_logout_module.so"),
    'nginx logs out with it';

done_testing;
