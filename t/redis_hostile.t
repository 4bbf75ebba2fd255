# Servers that are broken or mean harm: a logout fails by name, the worker lives
# and serves everything else, and a server that behaves again is used again.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::FakeRedis;
use Logout::Nginx;
use Test::More;
use Time::HiRes qw(sleep time);

# In KiB. AddressSanitizer keeps what was freed.
use constant {
    BOUND => $ENV{ASAN_OPTIONS} ? 65536 : 4096,
};

# A server that is right, but for what `wrong` does to deletes while there is
# no file `mended`.
sub server_with {
    my ($wrong, $mended) = @_;

    return Logout::FakeRedis->start(sub {
        my ($command, $connection, $number) = @_;

        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "+PONG\r\n" if $command eq 'PING';
        return ":1\r\n" if $command !~ /UNLINK|DEL/ || -e $mended;
        return $wrong->($connection, $number);
    });
}

sub nginx_for {
    my ($server, $parameters) = @_;

    my $port = $server->port;
    return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        server 127.0.0.1:$port;
        timeout 300ms;
        ${\ ($parameters // '')}
    }
_
}

sub is_unharmed {
    my ($nginx, $worker) = @_;

    is $nginx->get('/static')->{status}, 204, 'the worker serves';
    is $nginx->worker, $worker, 'it is the same one';
    is scalar(grep { /\[(?:crit|alert|emerg)\]/ } $nginx->complaints), 0,
        'no alert';
}

sub resident_kib {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/status" or die "no process $pid\n";
    my ($kib) = join('', <$in>) =~ /VmRSS:\s+(\d+)/;
    return $kib;
}

# Answers a delete with `begin` and then `piece` again and again.
sub without_end {
    my ($piece, $begin) = @_;

    return sub {
        my ($command, $connection) = @_;

        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "+PONG\r\n" if $command eq 'PING';
        if (fork == 0) {
            syswrite $connection, $begin if defined $begin;
            1 while syswrite $connection, $piece;
            POSIX::_exit(0);
        }
        return '';
    };
}

my $deep = join '', ("*1\r\n") x 1000;
my $long = 'x' x 200_000;

my @answers = (
    ['an HTTP error', "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"],
    ['zeros', "\0" x 1000],
    ['a status', "+OK\r\n"],
    ['a bulk string', "\$5\r\nhello\r\n"],
    ['nil', "\$-1\r\n"],
    ['an array', "*2\r\n:1\r\n:1\r\n"],
    ['an empty array', "*0\r\n"],
    ['a number that is none', ":1x\r\n"],
    ['more keys than there were', ":2\r\n"],
    ['fewer keys than none', ":-1\r\n"],
    ['a number that is too large', ":99999999999999999999\r\n"],
    ['a bulk string of 512 MB', "\$536870912\r\n$long"],
    ['a bulk string of negative length', "\$-5\r\n"],
    ['an array of 2 billion values', "*2147483647\r\n"],
    ['arrays without end', $deep],
    ['a line without end', "+$long"],
    ['half a number', ':'],
    ['half a bulk string', "\$5\r\nhel"],
    ['a RESP3 push', ">2\r\n+invalidate\r\n+x\r\n"],
    ['a RESP3 map', "%1\r\n+a\r\n+b\r\n"],
    ['a RESP3 double', ",1.5\r\n"],
    ['a reply and one more', ":1\r\n:1\r\n", 'logged_out'],
    ['a reply and half of one', ":1\r\n:", 'logged_out'],
    ['nothing', ''],
    ['a closed connection', undef],
);

for my $case (@answers) {
    my ($name, $bytes, $result) = @$case;

    subtest "answered with $name" => sub {
        my $folder = File::Temp->newdir;
        my $mended = "$folder/mended";
        my $server = server_with(sub { $bytes }, $mended);
        my $nginx = nginx_for($server);
        my $worker = $nginx->worker;

        my $begin = time;
        is $nginx->logout('a'), $result // 'redis_unavailable', 'the logout';
        cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE, 'is answered in time';
        is_unharmed($nginx, $worker);

        open my $out, '>', $mended or die "$mended: $!\n";
        ok $nginx->eventually(sub { $nginx->logout('a') eq 'logged_out' }),
            'when the server is right again, logouts are done';
    };
}

subtest 'refusals by name' => sub {
    for my $word (qw(LOADING BUSY NOPERM MASTERDOWN CLUSTERDOWN OOM
        MISCONF MOVED ASK NOAUTH NOREPLICAS)) {
        my $server = server_with(sub { "-$word go away\r\n" }, '/nowhere');
        my $nginx = nginx_for($server);

        is $nginx->logout('a'), 'redis_unavailable', $word for 1 .. 3;
        my @lines = $nginx->complaints;
        is scalar(grep { /127\.0\.0\.1:\d+ refuses deletes: $word(?:,|$)/ } @lines),
            1, "$word is logged once";
        is scalar(grep { /is down/ } @lines), 0, 'the server is not down';
    }
};

subtest 'what an error says does not reach the log' => sub {
    my $server = server_with(sub { "-ERR \e[31mred\e[0m\tsecret\r\n" },
        '/nowhere');
    my $nginx = nginx_for($server);

    is $nginx->logout('a'), 'redis_unavailable', 'the logout';
    unlike $nginx->error_log, qr/secret|\e/, 'only its first word does';
};

subtest 'refused at the door' => sub {
    my $server = Logout::FakeRedis->start(sub {
        my ($command, $connection) = @_;

        return undef if $command ne 'ACCEPT';
        syswrite $connection, "-ERR max number of clients reached\r\n";
        return undef;
    });
    my $nginx = nginx_for($server);

    my $begin = time;
    is $nginx->logout('a'), 'redis_unavailable', 'the logout' for 1 .. 200;
    like $nginx->error_log, qr/(?:is down: the connection was refused|refuses deletes): ERR, it has as many clients as its maxclients allows/,
        'the log says why';
    sleep 1;
    cmp_ok $server->connections, '<', 10 + 5 * (time - $begin),
        'it is not stormed';
    is_unharmed($nginx, $nginx->worker);
};

subtest 'handshakes that go wrong' => sub {
    for my $case (
        ['AUTH', "-WRONGPASS invalid username-password pair\r\n",
            'AUTH was refused: WRONGPASS, the user\'s name or password is wrong'],
        ['AUTH', ":1\r\n", 'it sent what was not asked for'],
        ['AUTH', "+OK\r\n+OK\r\n", 'it sent what was not asked for'],
        ['AUTH', '', 'no answer in time'],
        ['SELECT', "-ERR DB index is out of range\r\n",
            'SELECT was refused: ERR, it has no database of this number'],
        ['AUTH', "-ERR AUTH <password> called without any password configured"
            . " for the default user.\r\n", 'AUTH was refused: ERR, a'
            . ' password is configured, and the server has none'],
        ['SELECT', "-ERR something else\r\n", 'SELECT was refused: ERR'],
        ['SELECT', "\$536870912\r\n$long", 'it sent what is not a reply'],
    ) {
        my ($step, $bytes, $reason) = @$case;
        my $server = Logout::FakeRedis->start(sub {
            my ($command) = @_;

            return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
            return $command =~ /^$step/ ? $bytes : "+OK\r\n";
        });
        my $nginx = nginx_for($server, 'password secret; database 1;');

        is $nginx->logout('a'), 'redis_unavailable', "$step: the logout";
        like $nginx->error_log, qr/is down: \Q$reason\E/, $reason;
        unlike $nginx->error_log, qr/secret/, 'no password in the log';
        is_unharmed($nginx, $nginx->worker);
    }
};

subtest 'a reply before the command' => sub {
    my $server = Logout::FakeRedis->start(sub {
        my ($command) = @_;

        return ":1\r\n" if $command eq 'ACCEPT';
        return '';
    });
    my $nginx = nginx_for($server, 'database 1;');

    is $nginx->logout('a'), 'redis_unavailable', 'is not taken for its reply'
        for 1 .. 5;
};

subtest 'a reply while nobody waits' => sub {
    my $server = Logout::FakeRedis->start(sub {
        my ($command, $connection, $number) = @_;

        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "+PONG\r\n" if $command eq 'PING';
        if ($number == 1 && fork == 0) {
            sleep 0.2;
            syswrite $connection, ":1\r\n";
            POSIX::_exit(0);
        }
        return ":0\r\n";
    });
    my $nginx = nginx_for($server);
    my $worker = $nginx->worker;

    is $nginx->logout('a'), 'no_session', 'before';
    sleep 0.5;
    ok $nginx->eventually(sub { $nginx->logout('a') eq 'no_session' }), 'after';
    like $nginx->error_log, qr/is down: it sent what was not asked for/,
        'the connection was dropped';
    is_unharmed($nginx, $worker);
};

subtest 'one byte at a time' => sub {
    my $slowly = sub {
        my ($pause) = @_;

        return sub {
            my ($connection) = @_;
            for my $byte (split //, ":1\r\n") {
                syswrite $connection, $byte;
                sleep $pause;
            }
            return '';
        };
    };

    my $quick = server_with($slowly->(0.01), '/nowhere');
    is nginx_for($quick, 'connect_timeout 1s;')->logout('a'), 'logged_out',
        'in time';

    my $slow = server_with($slowly->(0.2), '/nowhere');
    my $begin = time;
    is nginx_for($slow)->logout('a'), 'redis_unavailable', 'too slowly';
    cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE,
        'the timeout holds all the same';
};

subtest 'a flood' => sub {
    my $server = Logout::FakeRedis->start(without_end(":1\r\n" x 16384));
    my $nginx = nginx_for($server);
    my $worker = $nginx->worker;

    $nginx->logout('a') for 1 .. 5;
    is_unharmed($nginx, $worker);
    cmp_ok resident_kib($worker), '<', 40_000, 'its memory is bounded';
};

subtest 'much, in small pieces' => sub {
    my $nested = Logout::FakeRedis->start(without_end('*1' . "\r\n"));
    my $long = Logout::FakeRedis->start(without_end('x', '+'));
    my $bulk = Logout::FakeRedis->start(
        without_end('x' x 4096, '$536870912' . "\r\n"));

    for my $server ($nested, $long, $bulk) {
        my $nginx = nginx_for($server);
        my $worker = $nginx->worker;
        my $before = resident_kib($worker);

        is $nginx->logout('a'), 'redis_unavailable', 'the logout' for 1 .. 5;
        is_unharmed($nginx, $worker);
        cmp_ok resident_kib($worker) - $before, '<', BOUND,
            'its memory is bounded';
    }
};

# TCP is accepted, and then nothing is said.
subtest 'a server that hangs in the TLS handshake' => sub {
    for my $said ('', "\x16\x03\x03\x40\x00\x02", "HTTP/1.1 400 no\r\n\r\n") {
        my $server = Logout::FakeRedis->start(sub {
            my ($command) = @_;
            return $command eq 'ACCEPT' ? $said : '';
        });
        my $nginx = nginx_for($server,
            'connect_timeout 200ms; ssl on; ssl_verify off;');
        my $worker = $nginx->worker;

        my $begin = time;
        is $nginx->logout('a'), 'redis_unavailable', 'the logout';
        cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE, 'is answered in time';
        like $nginx->error_log, qr/is down: .*TLS/, 'the log says why';
        is_unharmed($nginx, $worker);
    }
};

subtest 'a cluster that sends in circles' => sub {
    my $port;
    my $server = Logout::FakeRedis->start(sub {
        my ($command, $connection) = @_;

        $port //= $connection->sockport if $command ne 'CLOSED';
        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "+PONG\r\n" if $command eq 'PING';
        return "+OK\r\n" if $command eq 'ASKING';
        return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n\$-1\r\n:$port\r\n"
            if $command =~ /CLUSTER/;
        return $command =~ /ask/ ? "-ASK 1 127.0.0.1:$port\r\n"
            : "-MOVED 1 127.0.0.1:$port\r\n";
    });
    my $nginx = nginx_for($server, 'cluster on;');
    my $worker = $nginx->worker;

    for my $id (qw(moved ask moved ask)) {
        my $begin = time;
        is $nginx->logout($id), 'redis_unavailable', "$id: given up";
        cmp_ok time - $begin, '<', Logout::Nginx::AT_ONCE, 'in time';
    }
    is_unharmed($nginx, $worker);
};

subtest 'a cluster that names what is no address' => sub {
    for my $address ('..:0', ':99999', "\e[31m:1", '127.0.0.1', 'nowhere:1',
        '999.999.999.999:1') {
        my $server = Logout::FakeRedis->start(sub {
            my ($command) = @_;

            return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
            return "+PONG\r\n" if $command eq 'PING';
            return "*1\r\n*3\r\n:0\r\n:99999\r\n*0\r\n"
                if $command =~ /CLUSTER/;
            return "-MOVED 1 $address\r\n";
        });
        my $nginx = nginx_for($server, 'cluster on;');

        is $nginx->logout('a'), 'redis_unavailable', 'the logout';
        unlike $nginx->error_log, qr/\e/, 'the log is clean';
        is_unharmed($nginx, $nginx->worker);
    }
};

subtest 'a sentinel that names what is no address' => sub {
    for my $reply ("*2\r\n\$3\r\n\e[3\r\n\$4\r\n6379\r\n",
        "*2\r\n\$9\r\n127.0.0.1\r\n\$1\r\nx\r\n", "*0\r\n", "*-1\r\n",
        ":1\r\n", "*1\r\n\$9\r\n127.0.0.1\r\n", "-ERR no\r\n",
        "*2\r\n*0\r\n*0\r\n") {
        my $server = Logout::FakeRedis->start(sub {
            my ($command) = @_;

            return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
            return $reply;
        });
        my $port = $server->port;
        my $nginx = Logout::Nginx->start(http => <<"_");
    logout_redis sessions { sentinel 127.0.0.1:$port; master_name m; }
_
        is $nginx->logout('a'), 'redis_unavailable', 'the logout';
        is_unharmed($nginx, $nginx->worker);
    }
};

done_testing;
