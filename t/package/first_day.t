# A first day, word for word as README.md tells it, on a clean Debian: install
# the package, configure it for an Express application, ask why a URL is
# refused, correct it, log out, see it counted, remove it all.
#
# In README.md, the chapter's "sh" blocks are what is typed, its "nginx" blocks
# files, named in their first line, and its "text" blocks what the commands
# before them print, lines left out; "…" stands for anything.
#
#   first_day.t CHROOT FOLDER_OF_PACKAGES

use strict;
use warnings;
use utf8;

use lib 't/lib/helpers';
use Logout::Chroot;
use Logout::Process;
use Logout::Readme;
use Logout::RedisServer;
use Test::More;

my ($chroot, $packages) = @ARGV;

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

my $redis = Logout::RedisServer->start('--port', 6379);
my $express = start_express();
my $machine = Logout::Chroot->new($chroot);
my @old_workers;

$machine->take('/root/build/package/deb', glob "$packages/*.deb");
$machine->services('off');
subtest 'what README.md says' => sub {
    my $output;

    for my $block (blocks()) {
        my ($kind, $text) = @$block;

        if ($kind eq 'sh') {
            $output = type($text);
        } elsif ($kind eq 'nginx') {
            my ($file) = $text =~ m{\A# (/\S+)\n};
            $machine->write_file($file, $text);
        } else {
            compare($output, $text);
        }
    }
};

my ($key) = @{$redis->command('KEYS', '*')};
is $key, undef, 'no session is left';
my ($status, $left) = $machine->shell(
    "find / -xdev -path /proc -prune -o -path /root -prune -o"
    . " -path /tmp -prune -o -name '*http*logout*' -print");
is $left, '', 'nothing of the package is left';

Logout::Process::end($express, 'TERM');
undef $machine;
done_testing;

sub start_express {
    local $ENV{PORT} = 3000;
    local $ENV{COOKIE} = 'connect.sid';
    local $ENV{SECRET} = 'keyboard cat';
    local $ENV{REDIS_URL} = 'redis://127.0.0.1:6379';

    return Logout::Process::start('KILL', '/dev/null', 'node',
        't/sessions/frameworks/apps/express.js');
}

# The fenced blocks of the chapter, as [kind, text].
sub blocks {
    my ($chapter) = Logout::Readme::text() =~ /^### A first day\n(.*?)(?=^##)/ms
        or die "README.md has no first day.\n";

    my @blocks;
    while ($chapter =~ /^```(sh|nginx|text)\n(.*?)^```$/msg) {
        push @blocks, [$1, $2];
    }
    return @blocks;
}

# What is to be true before the next command: a person is slower than nginx.
sub type {
    my ($commands) = @_;

    @old_workers = $machine->nginx_workers;
    my ($status, $output) = $machine->shell($commands);
    is $status, 0, join '; ', split /\n/, $commands
        or BAIL_OUT("$commands: $output");
    if ($commands =~ /reload/) {
        $machine->wait_until('the configuration is another', sub {
            !grep { kill 0, $_ } @old_workers;
        });
    }

    return $output;
}

sub compare {
    my ($output, $expected) = @_;

    $output =~ s/\r//g;
    utf8::decode($output);
    for my $line (split /\n/, $expected) {
        my $pattern = join '.*', map { quotemeta } split /…/, $line, -1;
        like $output, qr/^$pattern$/m, "prints: $line";
    }
}
