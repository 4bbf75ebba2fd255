# A worker's memory does not grow: many logouts of sessions that exist, by all
# ways a request can take, among them clients that leave before the answer.
# SOAK_LOGOUTS=N sets how many; SOAK_GROWTH_KIB=N how much may be added to the
# resident size.

use strict;
use warnings;

use lib 't/lib/helpers';
use IO::Select;
use IO::Socket::INET;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;
use Time::HiRes qw(time);

use constant {
    BATCH       => 50,      # requests that are written at once
    CONNECTIONS => 8,       # batches that are under way at the same time
    WARM_UP     => 10_000,  # logouts after which the worker has its size
};

use constant SERVER => <<'_';
        logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
        logout_return_url https://www.example.com/ /signed-out;
        logout_clear_cookie app* path=/;

        location = /v2/logout {
            logout auth0;
            logout_federated
                https://idp.example.com/logout?returnTo=$logout_return_url_escaped;
            add_header X-Result $logout_result always;
        }
_

sub http {
    my ($redis_port) = @_;

    return <<"_";
    keepalive_requests 1000;

    logout_redis sessions {
        server   127.0.0.1:$redis_port;
        timeout  5s;
    }

    logout_client spa {
        return_url  https://spa.example.com/ https://*.preview.example.com/bye;
    }
_
}

my $logouts = $ENV{SOAK_LOGOUTS} || 20_000;
my $growth_kib = $ENV{SOAK_GROWTH_KIB} || 1024;

# The requests to end session N.
my @requests = (
    # plain, the default URL
    sub { get('/v2/logout', $_[0]) },
    # the client's wildcard
    sub { get('/v2/logout?client_id=spa&returnTo='
        . "https%3A%2F%2Fpr-$_[0].preview.example.com%2Fbye", $_[0]) },
    # the identity provider next
    sub { get('/v2/logout?client_id=spa&federated', $_[0]) },
    # a URL that is not allowed: the session ends all the same
    sub { get("/v2/logout?returnTo=https://evil$_[0].example/", $_[0]) },
    # a form, and a JSON body
    sub { post('application/x-www-form-urlencoded',
        'returnTo=https%3A%2F%2Fwww.example.com%2F', $_[0]) },
    sub { post('application/json',
        '{"client_id":"spa","returnTo":"https://spa.example.com/"}', $_[0]) },
    # more cookies than one, some to expire by prefix
    sub { get('/v2/logout', "none$_[0]; app1=x; app2=y; sid=$_[0]") },
    # data instead of a redirect
    sub { get('/v2/logout', $_[0], "Accept: application/json\r\n") },
);

sub get {
    my ($target, $cookie, $headers) = @_;

    return "GET $target HTTP/1.1\r\nHost: www.example.com\r\n"
        . "Cookie: sid=$cookie\r\n" . ($headers // '') . "\r\n";
}

sub post {
    my ($type, $body, $cookie) = @_;

    return "POST /v2/logout HTTP/1.1\r\nHost: www.example.com\r\n"
        . "Cookie: sid=$cookie\r\nContent-Type: $type\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}

sub connected {
    my ($port) = @_;

    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
        Proto => 'tcp');
}

sub slurp {
    my ($path) = @_;

    open my $in, '<', $path or return '';
    local $/;
    return scalar(<$in>) // '';
}

sub resident_kib {
    my ($pid) = @_;

    my ($kib) = slurp("/proc/$pid/status") =~ /^VmRSS:\s+(\d+) kB/m
        or die "There is no process $pid.\n";
    return $kib;
}

my ($redis, $port, $next) = (undef, undef, 1);

# Sets the next sessions and asks to end them, on a connection of its own.
sub start_batch {
    my ($size) = @_;

    my $first = $next;
    $next += $size;
    my $last = $next - 1;

    $redis->command('MSET', map { ("sess:$_", 'x') } $first .. $last);
    my $socket = connected($port) // die "connect: $!\n";
    print $socket map { $requests[$_ % @requests]->($_) } $first .. $last;
    $socket->flush;

    return {socket => $socket, size => $size, answers => ''};
}

# Reads what there is of a batch. Returns whether it has been answered.
sub read_batch {
    my ($batch) = @_;

    my $read = sysread $batch->{socket}, $batch->{answers}, 65536,
        length $batch->{answers};
    my $answered = () = $batch->{answers} =~ m{^HTTP/1\.1 \d}mg;

    return !$read || $answered == $batch->{size};
}

# Ends `count` sessions. Returns how many answers said logged_out, and how many
# requests were left without reading: before each batch, one.
sub log_out {
    my ($count) = @_;

    my ($logged_out, $left) = (0, 0);
    my $end = $next + $count;
    my %batches;

    while ($next < $end || %batches) {
        while ($next < $end && keys %batches < CONNECTIONS) {
            close start_batch(1)->{socket};
            $left++;
            my $size = $end - $next < BATCH ? $end - $next : BATCH;
            if ($size > 0) {
                my $batch = start_batch($size);
                $batches{$batch->{socket}} = $batch;
            }
        }

        my $select = IO::Select->new(map { $_->{socket} } values %batches);
        for my $socket ($select->can_read(30)) {
            my $batch = $batches{$socket};
            if (read_batch($batch)) {
                $logged_out += () =
                    $batch->{answers} =~ /^X-Result: logged_out\r$/mg;
                delete $batches{$socket};
            }
        }
    }

    return ($logged_out, $left);
}

$redis = Logout::RedisServer->start;
my $nginx = Logout::Nginx->start(http => http($redis->port),
    server => SERVER, log => 'error');
$port = $nginx->port;
my $worker = $nginx->worker;

log_out(WARM_UP);
my $before = resident_kib($worker);
my $started = time;
my ($logged_out, $left) = log_out($logouts);
my $seconds = time - $started;
my $after = resident_kib($worker);

diag(sprintf '%d logouts in %.0f s; resident size of the worker: '
    . '%d KiB before, %d KiB after', $logouts, $seconds, $before, $after);
is($logged_out + $left, $logouts, 'every session was ended');
cmp_ok($after - $before, '<', $growth_kib,
    "it grew by less than $growth_kib KiB");

# the deletes of those who left are under way
$nginx->eventually(sub { $redis->command('DBSIZE') == 0 });
is($redis->command('DBSIZE'), 0, 'no session is left in Redis');
is($nginx->worker, $worker, 'the worker is the same');

$nginx->quit;
is($?, 0, 'nginx ended well');
unlike($nginx->error_log, qr/\[(?:alert|emerg|crit)\]/,
    'no alarm in the log');
undef $redis;

done_testing();
