# The tarball of `make dist` builds: the module in it, by itself, with make. It
# is unpacked beside it.
#
#   dist.t TARBALL

use strict;
use warnings;

use lib 't/lib/helpers';
use Cwd qw(abs_path);
use File::Basename qw(fileparse);
use Logout::Example;
use Test::More;

my ($name, $beside) = fileparse(abs_path($ARGV[0]), '.tar.gz');
my $folder = "$beside$name";

system 'rm', '-rf', $folder;
my $failed = system 'tar', '-xf', "$folder.tar.gz", '-C', $beside;
is $failed, 0, 'it can be unpacked';
my $output = `make -C $folder module 2>&1`;
is $?, 0, 'it builds' or diag $output;
ok Logout::Example::logs_out("$folder/build/ngx_http_logout_module.so"),
    'nginx logs out with it';

done_testing;
