# Debian's package of the module that the tests run with, and the tarball of its
# source. `make test-package` does this at length: it compiles both, and lives
# with the package on a clean Debian.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Example;
use Test::More;

my $folder = File::Temp->newdir('logout-package.XXXXXX', TMPDIR => 1);
my $version = `t/package/version`;
chomp $version;
my $name = "nginx-mod-http-logout-$version";
my $module = $ENV{TEST_NGINX_LOAD_MODULES};

# Returns the exit status and all that was printed.
sub run {
    my ($command) = @_;

    my $output = `($command) 2>&1`;
    return ($? >> 8, $output);
}

sub succeeds {
    my ($command, $what) = @_;

    my ($status, $output) = run($command);
    is $status, 0, $what or diag $output;
    return $output;
}

# What a text says, whatever its lines are.
sub words_of {
    my ($file) = @_;

    open my $in, '<', $file or return '';
    return join ' ', grep { $_ ne '.' } map { split } <$in>;
}

subtest 'make dist' => sub {
    succeeds("t/package/make-dist $folder/$name.tar.gz", 'packs the source');
    succeeds("tar -xf $folder/$name.tar.gz -C $folder", 'into one folder');

    for my $file (split /\n/, `t/lib/tools/source-files`) {
        next if system('cmp', '-s', $file, "$folder/$name/$file") == 0;
        fail "$file is in it";
    }
    ok !-e "$folder/$name/build", 'nothing that was built';
    ok -e "$folder/$name/LICENSE", 'it has a license';

    succeeds("$folder/$name/t/package/make-dist $folder/again/$name.tar.gz",
        'an unpacked one can be packed');
    succeeds("cmp $folder/$name.tar.gz $folder/again/$name.tar.gz",
        'to the same bytes');
};

my $package = "$folder/deb/libnginx-mod-http-logout_$version-1_"
    . `dpkg --print-architecture`;
chomp $package;
$package .= '.deb';

subtest 'make deb' => sub {
    succeeds("t/package/build-deb --module $module $folder/$name.tar.gz"
        . " $folder/deb", 'builds');
    succeeds("t/package/lint-deb $folder/deb", 'lintian has nothing to say');

    my $abi = `dpkg-query -W -f '\${Provides}' nginx | grep -o 'nginx-abi-[^ ,]*'`;
    chomp $abi;
    like `dpkg-deb -f $package Depends`, qr/(?:^|, )\Q$abi\E(?:,|$)/,
        'depends on the ABI of this nginx';
};

subtest 'the package' => sub {
    my $root = "$folder/root";
    succeeds("dpkg-deb -x $package $root", 'can be unpacked');
    my $load = `cat $root/usr/share/nginx/modules-available/*.conf`;
    my ($loaded) = $load =~ /^load_module (modules\/[^;]+);$/m
        or fail "it says what to load: $load";
    ok Logout::Example::logs_out("$root/usr/lib/nginx/$_"),
        "nginx logs out with $_"
        for $loaded, 'modules/ngx_http_logout_module.so';

    my $license = words_of('LICENSE');
    my $copyright = words_of(
        "$root/usr/share/doc/libnginx-mod-http-logout/copyright");
    my ($authors, $terms) = $license
        =~ /^Copyright \(c\) (.+) All rights reserved\. (.+)$/;
    like $copyright, qr/\QCopyright: $authors License: BSD-2-clause $terms\E$/,
        'has the license of the source';

    my ($postinst) = run("dpkg-deb -I $package postinst"
        . ' | grep -q "mod-http-logout.conf:50-mod-http-logout.conf"');
    is $postinst, 0, 'the module is switched on';

    my $page = succeeds("man -l $root/usr/share/man/man5/*",
        'has a manual page');
    for my $directive (`grep -h '^### logout' README.md` =~ /### (\S+)/g) {
        fail "$directive is in it" if $page !~ /^\s+\Q$directive\E$/m;
    }
    for my $file (qw(doc/libnginx-mod-http-logout/README.md.gz
        doc/libnginx-mod-http-logout/examples/auth0.conf
        vim/vimfiles/after/syntax/nginx/logout.vim)) {
        ok -e "$root/usr/share/$file", "has $file";
    }
};

subtest 'a version that the changelog does not have' => sub {
    my ($status, $output) = run("cd $folder && mkdir wrong"
        . " && cp -r $name wrong/nginx-mod-http-logout-9.9.9"
        . " && sed -i 's/version = \".*\"/version = \"9.9.9\"/'"
        . '    wrong/*/src/core/base/version.hpp'
        . ' && tar -czf wrong.tar.gz -C wrong nginx-mod-http-logout-9.9.9'
        . ' && mv wrong.tar.gz nginx-mod-http-logout-9.9.9.tar.gz'
        . " && $name/t/package/build-deb nginx-mod-http-logout-9.9.9.tar.gz"
        . '    wrong/deb');
    isnt $status, 0, 'is refused';
    like $output, qr/The module is 9\.9\.9, .*changelog says \Q$version\E-1/,
        'and told';
};

done_testing;
