# What is built: the module exports only what nginx looks up, is not compiled with
# what is for C only, a missing library is told in a sentence, with what to do
# about it, and make's targets that are for people.

use strict;
use warnings;

use Cwd qw(getcwd);
use File::Temp ();
use Test::More;

# make would take its parent's options for these, too
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};

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

# Runs nginx's configure in this folder, with these flags for the compiler.
# Returns what it said.
sub configure {
    my ($folder, $flags) = @_;

    my $source = $ENV{NGINX_SRC} // '/usr/share/nginx/src';
    my $here = getcwd();
    return `t/lib/tools/configure-nginx $folder/build $source cc '$flags' '' --add-dynamic-module=$here 2>&1`;
}

# Debian's nginx is configured with such a flag in later versions. The compiler is
# several words, as with ccache.
subtest 'flags that are for C only, a compiler of several words' => sub {
    my $folder = File::Temp->newdir('logout-build.XXXXXX', TMPDIR => 1);
    my $source = $ENV{NGINX_SRC} // '/usr/share/nginx/src';
    my $object = "$folder/nginx/addon/base/utf8.o";
    my $flags =
        '-O2 -Werror=implicit-function-declaration -Wmissing-prototypes';

    my $said = `make -s $folder/nginx/Makefile MODULE_BUILD=$folder NGINX_SRC=$source CC='env cc -pipe' NGX_CC_OPT='$flags' 2>&1`;
    is $?, 0, 'configure succeeds' or diag $said;
    like `cat $folder/nginx/Makefile`, qr/^CC =\s+env cc -pipe$/m,
        'with that compiler';
    is `make --no-print-directory -s -C $source -f $folder/nginx/Makefile $object 2>&1`,
        '', 'the compiler has nothing to say';
    ok -s $object, 'there is what it compiled';
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

    my $said = configure($folder, "-I$folder/include");
    return ($?, $said);
}

# Each library is looked for in the same way; configure takes seconds.
for my $missing (['hiredis', 'hiredis/hiredis.h'], ['jansson', 'jansson.h']) {
    my ($library, $header) = @$missing;

    subtest "without $library" => sub {
        my ($status, $said) = configure_without($header);

        isnt $status, 0, 'configure fails';
        like $said, qr/error: the logout module needs $library\./,
            'it says what is missing';
        like $said, qr/apt-get install lib$library-dev$/m, 'and what to do';
    };
}

subtest 'a folder with a space' => sub {
    my $folder = File::Temp->newdir('logout-build.XXXXXX', TMPDIR => 1);
    mkdir "$folder/my sources" or die "$folder: $!\n";
    system 'cp', 'Makefile', "$folder/my sources";

    my $said = `make -C '$folder/my sources' module 2>&1`;
    isnt $?, 0, 'make fails';
    like $said, qr/cannot handle the space in ".*my sources"/, 'and says why';
};

subtest 'make install' => sub {
    my $root = File::Temp->newdir('logout-install.XXXXXX', TMPDIR => 1);
    my $said = `make -s install DESTDIR=$root 2>&1`;
    is $?, 0, 'it succeeds' or diag $said;

    my ($installed) = $said =~ /^installed (\S+)$/m;
    my ($directive) = $said =~ /^nginx\.conf: (load_module \S+;)$/m;
    ok -f $installed, 'it says what it has installed';
    is sprintf('%o', (stat $installed)[2] & 07777), 644, 'which all can read';

    my ($prefix) = $installed =~ m{(.*)/modules/};
    open my $out, '>', "$root/nginx.conf" or die "$root/nginx.conf: $!\n";
    print $out "$directive\npid $root/pid;\nevents {}\n";
    close $out;

    my $nginx = $ENV{TEST_NGINX_BINARY} // 'nginx';
    my $tested = `$nginx -t -q -p $prefix -c $root/nginx.conf -e stderr 2>&1`;
    is $?, 0, 'and nginx loads it by the line that is to be written'
        or diag $tested;
};

subtest 'make help' => sub {
    my $said = `make -s help 2>&1`;
    is $?, 0, 'it succeeds';

    my @targets = qw(module install clean demo test asan lint);
    like $said, qr/^  make $_ +\S/m, $_ for @targets;
};

subtest 'make clean' => sub {
    my $folder = File::Temp->newdir('logout-clean.XXXXXX', TMPDIR => 1);
    mkdir "$folder/build" or die "$folder/build: $!\n";

    my $said = `make -s clean BUILD=$folder/build 2>&1`;
    is $?, 0, 'it succeeds' or diag $said;
    ok !-e "$folder/build", 'what was built is gone';
};

done_testing;
