# What t/package/isolated runs is gone when it ends, also when it is killed. Needs
# root.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Process;
use Logout::Wait;
use POSIX ();
use Test::More;


my $folder = File::Temp->newdir('logout-isolated.XXXXXX', TMPDIR => 1);
my @kinds = qw(pid mnt net);

# It mounts, and leaves a process that cannot be asked to end. The last that it
# does is to say which namespaces it is in.
my $script = <<'_';
set -e
mount -t tmpfs tmpfs "$1/mounted"
touch "$1/mounted/file"
trap '' HUP INT QUIT TERM
setsid sleep 1000 &
for kind in pid mnt net; do readlink /proc/self/ns/$kind; done > "$1/new"
mv "$1/new" "$1/namespaces"
_

mkdir "$folder/mounted";

# What isolated is to do, in the background.
sub start {
    my (@command) = @_;

    my $pid = fork // die "fork: $!\n";
    return $pid if $pid != 0;

    # `make test-package &` has a shell make it ignore these
    $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM);
    exec 't/package/isolated', '--no-network', 'sh', '-c', "$script @command",
        'sh', $folder or POSIX::_exit(127);
}

# The namespaces that the command says it is in.
sub namespaces {
    my $file = "$folder/namespaces";
    ok Logout::Wait::eventually(sub { -e $file }), 'it runs' or return;

    open my $in, '<', $file or die "$file: $!\n";
    chomp(my @namespaces = <$in>);
    unlink $file;
    return @namespaces;
}

# The processes in one of these.
sub processes_in {
    my %wanted = map { $_ => 1 } @_;

    return grep {
        my $process = $_;
        grep { $wanted{readlink("$process/ns/$_") // ''} } @kinds;
    } glob '/proc/[0-9]*';
}

for my $signal (qw(TERM INT HUP QUIT KILL)) {
    subtest $signal => sub {
        my $pid = start('wait');
        my @namespaces = namespaces();

        cmp_ok scalar(processes_in(@namespaces)), '>=', 2, 'with two processes';
        ok defined Logout::Process::end($pid, $signal), 'it ends';
        is $? & 127, &{POSIX->can("SIG$signal")}, 'of the signal';
        if ($signal eq 'KILL') {
            ok Logout::Wait::eventually(
                sub { !processes_in(@namespaces) }), 'its processes end';
        } else {
            is_deeply [processes_in(@namespaces)], [], 'none is left';
        }
        ok !-e "$folder/mounted/file", 'nor what it mounted';
    };
}

subtest 'a command that ends' => sub {
    my $pid = start('exit 7');
    my @namespaces = namespaces();

    waitpid $pid, 0;
    is $? >> 8, 7, 'has its exit status';
    is_deeply [processes_in(@namespaces)], [], 'no process is left';
    ok !-e "$folder/mounted/file", 'nor what was mounted';
};

is `echo text | t/package/isolated cat`, "text\n", 'it reads what we do';

done_testing;
