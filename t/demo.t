# The walk-through of "make demo" succeeds, fails when a step does, and changes
# nothing outside of its folder.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Example;
use Test::More;

# Others may show theirs at the same time.
$ENV{DEMO_PORT} = Logout::Example::free_port();
$ENV{DEMO_REDIS_PORT} = Logout::Example::free_port();

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

# Runs a command where nothing can be written but in `folder`. Returns its exit
# status and what it said.
sub run_read_only {
    my ($folder, @command) = @_;

    # as the same user: nginx would want to be another one if it were root
    my @unshare = ('unshare', '-m',
        $> == 0 ? () : ('--map-current-user', '--keep-caps'), '--');
    my $mounts = 'mount --bind "$0" "$0" && '
        . 'for place in / "$(findmnt -n -o TARGET --target .)"; do '
        . 'mount -o remount,bind,ro "$place" || exit 125; done && exec "$@"';

    my $pid = open(my $in, '-|') // die "fork: $!\n";
    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec @unshare, 'sh', '-c', $mounts, $folder, @command
            or die "unshare: $!\n";
    }
    my $said = join '', <$in>;
    close $in;

    return ($? >> 8, $said);
}

subtest 'nothing outside of its folder is changed' => sub {
    my $folder = File::Temp->newdir('logout-demo.XXXXXX', TMPDIR => 1);

    ($status, $output) = run_read_only("$folder", 'touch', "$folder/a");
    is $status, 0, 'the folder can be written' or diag $output;
    ($status, $output) = run_read_only("$folder", 'touch', 't/demo/written');
    isnt $status, 0, 'and nothing else';
    like $output, qr/Read-only file system/, 'since it is read-only';

    ($status, $output) = run_read_only("$folder", 't/demo/demo',
        $ENV{TEST_NGINX_LOAD_MODULES}, $ENV{TEST_NGINX_BINARY}, "$folder",
        'once');
    is $status, 0, 'the demo succeeds there' or diag $output;
};

# What takes minutes waits, too, until all has been said.
subtest 'what takes long is told while it does' => sub {
    my $folder = File::Temp->newdir('logout-demo.XXXXXX', TMPDIR => 1);
    local @ENV{qw(TELL_AFTER TELL_EVERY)} = (0.1, 1);

    open my $in, '-|', 't/demo/patiently', 'This takes a minute.', 'sh', '-c',
        "until [ -e $folder/told ]; do sleep 0.1; done; echo done; exit 3"
        or die "patiently: $!\n";
    is scalar <$in>, "This takes a minute.\n", 'how long it takes';
    like scalar <$in>, qr/^\.\.\. \d+ seconds so far$/, 'that it still does';
    mkdir "$folder/told";
    like join('', <$in>), qr/^done\n\z/m, 'nothing after its end';
    close $in;
    is $? >> 8, 3, 'with what it ends';

    # make would take its parent's options
    local @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};
    my $commands = `make -n demo DEMO=once MODULE_BUILD=$folder 2>&1`;
    my @patient = $commands =~ m{^t/demo/patiently '.*?' +(?:\\\n\s*)?(\S+)}gm;
    is scalar @patient, 2, 'make demo installs and compiles like that'
        or diag $commands;
};

subtest 'what takes no time is not' => sub {
    is `TELL_AFTER=60 t/demo/patiently 'This takes a minute.' echo done`, "done\n",
        'it says nothing';
};

done_testing;
