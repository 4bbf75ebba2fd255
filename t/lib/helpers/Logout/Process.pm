package Logout::Process;

# A program that runs beside a test and ends with it, whatever becomes of the
# test: one that died on a signal runs no destructor, and a server that is left
# would keep the test's output open, and with it whoever reads that.
#
#     my $pid = Logout::Process::start('KILL', $log, 'redis-server', @options);
#     my $seconds = Logout::Process::end($pid, 'QUIT');
#
# The signal is what it gets when the test is gone. What it prints goes to the
# file $log.

use strict;
use warnings;

use Logout::Wait;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

sub start {
    my ($death_signal, $log, @command) = @_;

    my $pid = fork // die "fork: $!\n";
    return $pid if $pid != 0;

    open STDIN, '<', '/dev/null';
    open STDOUT, '>>', $log;
    open STDERR, '>&', \*STDOUT;
    exec 'setpriv', '--pdeathsig', $death_signal, @command or POSIX::_exit(127);
}

# Sends `signal` and waits. Returns how many seconds that took; undef if the
# program did not end and had to be killed.
sub end {
    my ($pid, $signal) = @_;

    my $begin = time;
    kill $signal, $pid;
    while (waitpid($pid, WNOHANG) == 0) {
        if (time - $begin > Logout::Wait::PATIENCE) {
            kill 'KILL', $pid, children($pid);
            waitpid $pid, 0;
            return undef;
        }
        sleep 0.005;
    }

    return time - $begin;
}

sub children {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/task/$pid/children" or return;
    return split ' ', <$in> // '';
}

1;
