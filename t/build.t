# What is built: the module exports only what nginx looks up, and a missing
# library is told in a sentence, with what to do about it.

use strict;
use warnings;

use Cwd qw(getcwd);
use File::Temp ();
use Test::More;

# Those of a module that is linked into nginx are not to be told apart.
subtest 'exported symbols' => sub {
    my ($module) = grep { /ngx_http_logout_module\.so$/ }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    ok $module, 'there is a module' or return;

    my @symbols = sort map { (split ' ')[-1] }
        split /\n/, `nm --dynamic --defined-only '$module'`;
    is_deeply \@symbols,
        [qw(ngx_module_names ngx_module_order ngx_modules)],
        'nothing but what nginx looks up';
};

# Runs nginx's configure where the header cannot be compiled. Returns its exit
# status and what it said.
sub configure_without {
    my ($header) = @_;

    my $folder = File::Temp->newdir('logout-build.XXXXXX', TMPDIR => 1);
    my ($directory) = $header =~ m{(.*)/};
    mkdir "$folder/include";
    mkdir "$folder/include/$directory" if $directory;
    open my $out, '>', "$folder/include/$header" or die "$header: $!\n";
    print $out "#error \"there is no $header\"\n";
    close $out;

    my $source = $ENV{NGINX_SRC} // '/usr/share/nginx/src';
    my $here = getcwd();
    my $said = `t/lib/configure-nginx $folder/build $source cc -I$folder/include '' --add-dynamic-module=$here 2>&1`;
    return ($?, $said);
}

# Each library is looked for in the same way; configure takes seconds.
subtest 'without hiredis' => sub {
    my ($status, $said) = configure_without('hiredis/hiredis.h');

    isnt $status, 0, 'configure fails';
    like $said, qr/error: the logout module needs hiredis\./,
        'it says what is missing';
    like $said, qr/apt-get install libhiredis-dev$/m, 'and what to do';
};

done_testing;
