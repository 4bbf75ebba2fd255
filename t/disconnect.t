# Clients that leave before they are answered: what they asked for is done, and
# nothing of them stays behind.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

use constant SERVER => Logout::Nginx::LOCATIONS . <<'_';
        location = /status {
            logout_status;
        }
_

my $redis = Logout::RedisServer->start;
my $nginx = Logout::Nginx->start(
    http => 'logout_redis sessions { server 127.0.0.1:' . $redis->port
        . '; timeout 30s; }', server => SERVER);

sub in_flight {
    my ($number) = $nginx->get('/status')->{content}
        =~ /^nginx_logout_\w*in_flight\{[^}]*\} (\d+)/m;
    return $number;
}

sub open_files {
    my $worker = $nginx->worker;
    opendir my $folder, "/proc/$worker/fd" or die "/proc/$worker/fd: $!\n";
    return scalar grep { !/^\./ } readdir $folder;
}

sub eventually {
    my ($condition, $name) = @_;
    ok $nginx->eventually($condition), $name;
}

sub request {
    my ($bytes) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $nginx->port, Proto => 'tcp') // die "connect: $!\n";
    print $socket $bytes;
    $socket->flush;
    return $socket;
}

# As a browser whose tab is closed: with a reset where nothing was read.
sub reset_connection {
    my ($socket) = @_;

    $socket->setsockopt(Socket::SOL_SOCKET, Socket::SO_LINGER,
        pack 'ii', 1, 0);
    close $socket;
}

is $nginx->logout('nobody'), 'no_session', 'there is a connection to Redis';
my $files = open_files();

for my $how (['closes', sub { close $_[0] }],
    ['resets', \&reset_connection]) {
    my ($name, $leave) = @$how;

    subtest "the client $name its connection while Redis is asked" => sub {
        $redis->command('SET', "sess:$_", 1) for 1 .. 20;
        $redis->pause;

        my @sockets = map { $nginx->begin_logout($_) } 1 .. 20;
        eventually(sub { in_flight() == 20 }, 'the deletes wait for Redis');
        $leave->($_) for @sockets;
        is $nginx->get('/static')->{status}, 204, 'the worker goes on';

        $redis->resume;
        eventually(sub { $redis->command('DBSIZE') == 0 },
            'every key is deleted all the same');
        eventually(sub { in_flight() == 0 }, 'nothing waits any more');
        is $nginx->logout('nobody'), 'no_session', 'the next one is answered';
        eventually(sub { open_files() <= $files }, 'no connection is left');
    };
}

subtest 'the client closes one of two that wait' => sub {
    $redis->command('SET', "sess:$_", 1) for qw(leaves stays);
    $redis->pause;
    my $leaves = $nginx->begin_logout('leaves');
    my $stays = $nginx->begin_logout('stays');
    eventually(sub { in_flight() == 2 }, 'both wait');
    close $leaves;
    $redis->resume;

    is $nginx->end_logout($stays), 'logged_out', 'the other gets its answer';
    eventually(sub { $redis->command('DBSIZE') == 0 }, 'both are logged out');
};

subtest 'the client leaves, and Redis never answers' => sub {
    $redis->pause;
    close $nginx->begin_logout('abc');
    eventually(sub { in_flight() == 1 }, 'the delete waits');
    $redis->kill;
    eventually(sub { in_flight() == 0 }, 'until the connection is gone');
    $redis->start_again;
    ok $nginx->eventually(sub { $nginx->logout('a') eq 'no_session' }),
        'a new one is made';
};

# Nothing was asked for until the request is complete.
subtest 'the client leaves in the middle of its request' => sub {
    $redis->command('SET', 'sess:abc', 1);
    my $head = "POST /logout HTTP/1.1\r\nHost: a\r\nCookie: sid=abc\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n";

    close request("${head}Content-Length: 100\r\n\r\nreturnTo=");
    close request("${head}Transfer-Encoding: chunked\r\n\r\n40\r\nreturnTo=");
    close request('GET /logout HTTP/1.1');
    reset_connection(request("${head}Content-Length: 100\r\n\r\nreturnTo="));

    is $nginx->logout('nobody'), 'no_session', 'the worker goes on';
    eventually(sub { open_files() <= $files }, 'no connection is left');
    is $redis->command('EXISTS', 'sess:abc'), 1, 'the session is kept';
};

is_deeply [grep { /\[(?:crit|alert|emerg)\]/ } $nginx->complaints], [],
    'the log has no alert';
cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits';
unlike $nginx->error_log, qr/open socket|\[alert\]/,
    'no connection was left when it quit';

done_testing;
