# What "make lint" checks in seconds: the format, the rules of the house, and
# that clang++ compiles the core without a warning.

use strict;
use warnings;

use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Temp ();
use Test::More;

# make would take its terminal's or its parent's options for these, too
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};

for my $target (qw(lint-format lint-source lint-core-clang)) {
    my $said = `make -s --no-print-directory -j2 $target 2>&1`;
    is $?, 0, $target or diag $said;
}

# What lint-source says of a repository that has one file more.
sub said_of {
    my ($path, $text) = @_;

    my $folder = File::Temp->newdir('logout-lint.XXXXXX', TMPDIR => 1);
    my @files = ('src/core/base/a.cpp', 'src/redis/a.cpp',
        't/lib/tools/run-tests', 't/unit/test_a.cpp', 'conf-examples/a.conf');
    for my $file (@files, $path) {
        my ($directory) = $file =~ m{(.*)/};
        make_path("$folder/$directory");
        open my $out, '>', "$folder/$file" or die "$file: $!\n";
        print $out $file eq $path ? $text : "#include <string>\n";
        close $out;
    }

    my $said = `t/lint/lint-source $folder 2>&1`;
    return ($?, $said);
}

my @broken = (
    ['src/core/url/b.cpp', "#include <ngx_core.h>\n", 'core knows neither'],
    ['src/core/url/b.cpp', "#include <hiredis/hiredis.h>\n",
        'core knows neither'],
    ['src/core/url/b.cpp', "#include <sys/socket.h>\n", 'core knows neither'],
    ['src/core/url/b.hpp', "#include \"http/conf.hpp\"\n",
        'core knows neither'],
    ['src/core/url/b.hpp', "#include \"redis/client.hpp\"\n",
        'core knows neither'],
    ['src/core/url/b.hpp', "#include \"core/plan/plan.hpp\"\n",
        'a folder of core includes only those before it'],
    ['src/core/misc/b.hpp', "#include \"core/base/text.hpp\"\n",
        'a folder of core includes only those before it'],
    ['src/redis/b.cpp', "ngx_http_request_t* r;\n",
        'redis knows nothing of HTTP'],
    ['src/redis/b.cpp', "#include \"core/base/text.hpp\"\n",
        'redis includes only redis'],
    ['src/http/b.cpp', "using namespace std;\n", 'using namespace'],
    ['src/http/b.cpp', "\tint a;\n", 'a tab'],
    ['src/http/b.cpp', '/' x 81 . "\n", 'more than 80 columns'],
    ['src/http/b.cpp', '// TO' . "DO: all of it\n", 'unfinished'],
    ['src/http/base/a.cpp', "\n", 'another file\'s object has this name'],
);

for (@broken) {
    my ($path, $text, $rule) = @$_;
    my ($status, $said) = said_of($path, $text);

    isnt $status, 0, "$rule: refused";
    like $said, qr/\A\Q$path\E:\d+: \Q$rule\E[^\n]*\n\z/, "$rule: said where";
}

my ($status, $said) = said_of('src/core/url/b.cpp',
    "#include \"core/base/a.hpp\"\n\n#include <openssl/evp.h>\n");
is $status, 0, 'what the core may include' or diag $said;

done_testing;
