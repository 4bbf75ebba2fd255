# A worker's memory does not grow: many logouts of sessions that exist, by all
# ways a request can take, among them clients that leave before the answer.
# SOAK_LOGOUTS=N sets how many; SOAK_GROWTH_KIB=N how much may be added to the
# resident size.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use Logout::RedisServer;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use constant {
    BATCH       => 50,      # requests that are written at once
    CONNECTIONS => 8,       # batches that are under way at the same time
    WARM_UP     => 10_000,  # logouts after which the worker has its size
};

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

sub free_port {
    for (1 .. 50) {
        my $port = 10000 + int rand 22000;
        return $port if Logout::RedisServer::free($port);
    }
    die "There is no free port.\n";
}

sub write_config {
    my ($folder, %words) = @_;

    open my $in, '<', 't/soak/nginx.conf' or die $!;
    open my $out, '>', "$folder/nginx.conf" or die $!;
    while (my $line = <$in>) {
        $line =~ s/\@(\w+)\@/$words{$1} \/\/ $&/ge;
        print $out $line;
    }
}

sub start_nginx {
    my ($folder, $port) = @_;

    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        exec $ENV{TEST_NGINX_BINARY} // 'nginx', '-p', "$folder/",
            '-c', 'nginx.conf', '-e', 'logs/error.log' or POSIX::_exit(127);
    }

    for (1 .. 1000) {
        if (waitpid($pid, POSIX::WNOHANG()) != 0) {
            die 'nginx does not start: ' . slurp("$folder/logs/error.log");
        }
        return $pid if connected($port);
        sleep 0.01;
    }
    die "nginx does not serve.\n";
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

# The processes that a process started, by number, as text.
sub children {
    my ($pid) = @_;

    return join ' ', split ' ', slurp("/proc/$pid/task/$pid/children");
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

my $folder = File::Temp->newdir('logout-soak.XXXXXX', TMPDIR => 1);
mkdir "$folder/logs";
chmod 0755, "$folder";
$redis = Logout::RedisServer->start;
$port = free_port();
my $module = $ENV{TEST_NGINX_LOAD_MODULES};
write_config("$folder",
    LOAD_MODULE => $module ? "load_module $module;" : '',
    PORT        => $port,
    REDIS_PORT  => $redis->port,
);
my $nginx = start_nginx("$folder", $port);
my $worker = children($nginx);

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
for (1 .. 500) {
    last if $redis->command('DBSIZE') == 0;
    sleep 0.01;
}
is($redis->command('DBSIZE'), 0, 'no session is left in Redis');
is(children($nginx), $worker, 'the worker is the same');

kill 'QUIT', $nginx;
waitpid $nginx, 0;
is($?, 0, 'nginx ended well');
unlike(slurp("$folder/logs/error.log"), qr/\[(?:alert|emerg|crit)\]/,
    'no alarm in the log');
undef $redis;

done_testing();
