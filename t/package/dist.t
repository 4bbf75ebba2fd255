# The tarball of `make dist` builds: the module in it, by itself, with make.
#
#   dist.t TARBALL

use strict;
use warnings;

use File::Temp ();
use Test::More;

my ($tarball) = @ARGV;
my $folder = File::Temp->newdir('logout-dist.XXXXXX', TMPDIR => 1);

my $failed = system "tar -xzf $tarball -C $folder --strip-components=1";
is $failed, 0, 'it can be unpacked';
my $output = `make -C $folder module 2>&1`;
is $?, 0, 'it builds' or diag $output;

open my $out, '>', "$folder/nginx.conf" or die "nginx.conf: $!\n";
print $out <<"_";
load_module $folder/build/ngx_http_logout_module.so;
pid $folder/nginx.pid;
events {}
http {
    access_log off;
    server {
        listen unix:$folder/nginx.sock;
        location = /logout {
            logout auth0;
            logout_return_url /;
        }
    }
}
_
close $out;
$output = `/usr/sbin/nginx -t -c $folder/nginx.conf -e $folder/error.log 2>&1`;
is $?, 0, 'nginx loads it' or diag $output;

done_testing;
