package Logout::Chroot;

# A machine of a test's own: a copy of a clean Debian, in memory, until this
# object ends.
#
#     my $machine = Logout::Chroot->new('build/chroots/bookworm');
#     my ($status, $output) = $machine->run('apt-get', 'install', ...);
#     $machine->install('nginx');
#     $machine->read_file('/etc/nginx/nginx.conf')
#
# The test is to run in t/package/isolated: with proc and the network that the
# machine is to see, so that nothing is left of it, not even after SIGKILL.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use POSIX qw(:sys_wait_h);
use Logout::Wait;

use constant PATH =>
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

sub new {
    my ($class, $base) = @_;

    my $root = dirname(abs_path($base)) . '/machine';
    my $self = bless {root => $root, owner => $$}, $class;

    mkdir $root;
    mount('tmpfs', $root, 'mode=755');
    system('cp', '-a', "$base/.", $root) == 0
        or die "$base cannot be copied.\n";
    mount('proc', "$root/proc", 'defaults');
    $self->add_program('t/package/systemctl', 'systemctl');
    $self->write_file('/usr/local/bin/sudo', "#!/bin/sh\nexec \"\$@\"\n", 0755);

    return $self;
}

sub mount {
    my ($type, $folder, $options) = @_;

    system('mount', '-t', $type, '-o', $options, $type, $folder) == 0
        or die "$type cannot be mounted: is this run by t/package/isolated?\n";
}

sub path { "$_[0]{root}$_[1]" }

sub read_file {
    my ($self, $name) = @_;

    open my $in, '<', $self->path($name) or return undef;
    local $/;
    return scalar <$in>;
}

sub write_file {
    my ($self, $name, $text, $mode) = @_;

    open my $out, '>', $self->path($name) or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
    chmod $mode // 0644, $self->path($name);
}

sub add_program {
    my ($self, $program, $name) = @_;

    system('install', '-m', '755', $program, $self->path("/usr/local/bin/$name"))
        == 0 or die "$program cannot be copied.\n";
}

# Copies files of ours into a folder of the machine.
sub take {
    my ($self, $folder, @files) = @_;

    system('mkdir', '-p', $self->path($folder));
    system('cp', @files, $self->path($folder)) == 0
        or die "@files cannot be copied.\n";
}

# Returns the exit status and all that was printed.
sub run {
    my ($self, @command) = @_;

    my $pid = open my $out, '-|' // die "fork: $!\n";
    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec 'chroot', $self->{root}, 'env', '-i', 'LC_ALL=C.UTF-8', 'HOME=/root',
            'DEBIAN_FRONTEND=noninteractive', 
            "PATH=${\PATH}",
            @command or POSIX::_exit(127);
    }
    local $/;
    my $output = <$out>;
    close $out;

    return ($? >> 8, $output // '');
}

# The same for a shell's commands, in /root.
sub shell {
    my ($self, $commands) = @_;

    return $self->run('sh', '-ec', "cd /root; $commands");
}

# With apt, as a person does, except that a person gets what is recommended.
# Dies unless it succeeds.
sub install {
    my ($self, @packages) = @_;

    return $self->apt('install', '--no-install-recommends', @packages);
}

sub apt {
    my ($self, @words) = @_;

    my ($status, $output) = $self->run('apt-get', '-y', '-q', @words);
    die "apt-get @words: $output\n" if $status != 0;
    return $output;
}

# Whether packages start and reload what they install. Without a word on that, in
# a chroot they do not.
sub services {
    my ($self, $switch) = @_;

    my $status = $switch eq 'on' ? 0 : 101;
    $self->write_file('/usr/sbin/policy-rc.d', "#!/bin/sh\nexit $status\n",
        0755);
}

# The worker processes of its nginx.
sub nginx_workers {
    my ($self) = @_;

    my $master = $self->read_file('/run/nginx.pid') // return;
    chomp $master;
    return split ' ', `pgrep -P $master -f 'nginx: worker' 2>/dev/null`;
}

sub wait_until {
    my ($self, $what, $condition) = @_;

    Logout::Wait::eventually($condition)
        or die "Not after ${\Logout::Wait::PATIENCE} s: $what\n";
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;
    local $?;
    $self->run('systemctl', 'stop', 'nginx') if -s $self->path('/run/nginx.pid');
    system('umount', '--recursive', $self->{root});
}

1;
