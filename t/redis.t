# One Redis: how it is reached, what it refuses, and every way it can fail.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Timing qw(time_of);
use Test::More;
use Time::HiRes qw(sleep);

sub nginx_for {
    my ($redis, $parameters, %options) = @_;

    my $server = '127.0.0.1:' . $redis->port;
    return Logout::Nginx->start(
        http => "logout_redis sessions { server $server; $parameters }",
        %options);
}

sub recovers {
    my ($nginx) = @_;

    return $nginx->eventually(sub { $nginx->logout('nobody') eq 'no_session' });
}

sub recovers_soon {
    my ($nginx) = @_;

    return $nginx->within(0.3, sub { $nginx->logout('nobody') eq 'no_session' });
}

# Many, that together take longer than anything may if each of them waits for
# 300 ms.
sub many_times_at_once {
    my ($code, $name) = @_;

    cmp_ok time_of(sub { $code->() for 1 .. 300 }), '<', Logout::Nginx::AT_ONCE,
        $name;
}

# The log says each of these, once, and nothing else that is a warning or worse.
sub logged_once {
    my ($nginx, @patterns) = @_;

    my @lines = $nginx->complaints;
    for my $pattern (@patterns) {
        my @matching = grep { /$pattern/ } @lines;
        is scalar @matching, 1, "logged once: $pattern";
        @lines = grep { !/$pattern/ } @lines;
    }
    is_deeply \@lines, [], 'nothing else is logged';
}

subtest 'TCP and Unix socket' => sub {
    my $redis = Logout::RedisServer->start;

    for my $server ('127.0.0.1:' . $redis->port, 'unix:' . $redis->socket,
        'localhost:' . $redis->port) {
        my $nginx = Logout::Nginx->start(
            http => "logout_redis sessions { server $server; }");

        $redis->command('SET', 'sess:abc', 1);
        is $nginx->logout('abc'), 'logged_out', "$server: the key is deleted";
        is $redis->command('EXISTS', 'sess:abc'), 0, "$server: it is gone";
        is $nginx->logout('abc'), 'no_session', "$server: no key, no session";
        logged_once($nginx);
    }
};

subtest 'database' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, 'database 3;');

    $redis->command('SET', 'sess:abc', 1);
    $redis->command('SELECT', 3);
    $redis->command('SET', 'sess:abc', 1);
    is $nginx->logout('abc'), 'logged_out', 'the key is deleted there';
    is $nginx->logout('abc'), 'no_session', 'and not elsewhere';
    $redis->command('SELECT', 0);
    is $redis->command('EXISTS', 'sess:abc'), 1, 'database 0 is as it was';

    my $none = nginx_for($redis, 'database 99;');
    is $none->logout('abc'), 'redis_unavailable', 'no such database';
    logged_once($none, qr/is down: SELECT was refused: ERR, it has no database/,
        qr/redis_unavailable|deleted/);
};

subtest 'passwords and users' => sub {
    my $redis = Logout::RedisServer->start('--requirepass', 'secret word');
    my $nginx = nginx_for($redis, 'password "secret word";');
    is $nginx->logout('abc'), 'no_session', 'the password';

    my $file = $nginx->folder . '/redis.password';
    open my $out, '>', $file or die "$file: $!\n";
    print $out "secret word\nnot this\n";
    close $out;
    chmod 0600, $file;
    is nginx_for($redis, "password_file $file;")->logout('abc'), 'no_session',
        'the password in a file';

    for my $wrong ('', 'password wrong;') {
        my $refused = nginx_for($redis, $wrong);

        is $refused->logout('abc'),
            $wrong ? 'redis_unavailable' : 'redis_unavailable',
            'refused: ' . ($wrong || 'no password');
        unlike $refused->error_log, qr/secret|password wrong/,
            'no password in the log';
    }
};

# What a user of Redis needs at least.
subtest 'a user with few rights' => sub {
    my $redis = Logout::RedisServer->start;

    $redis->command('ACL', 'SETUSER', 'nginx', 'on', '>pw', '~sess:mine*',
        '+unlink', '+ping', '+select');
    my $nginx = nginx_for($redis, 'username nginx; password pw; database 1;');

    is $nginx->logout('mine1'), 'no_session', 'UNLINK is enough';
    is $nginx->logout('other'), 'redis_unavailable', 'another key is refused';
    logged_once($nginx, qr/refuses deletes: NOPERM/,
        qr/NOPERM.*client: 127\.0\.0\.1/);
};

subtest 'a server without UNLINK' => sub {
    my $redis = Logout::RedisServer->start('--rename-command', 'UNLINK', '');
    my $nginx = nginx_for($redis, '');

    $redis->command('SET', "sess:$_", 1) for qw(a b);
    is $nginx->logout($_), 'logged_out', "$_ is deleted" for qw(a b);
    like $redis->command('INFO', 'commandstats'), qr/cmdstat_del:calls=2/,
        'by DEL';
    logged_once($nginx);

    $redis->command('ACL', 'SETUSER', 'old', 'on', '>pw', '~*', '+del', '+ping');
    $nginx = nginx_for($redis, 'username old; password pw;');
    $redis->command('SET', "sess:$_", 1) for qw(a b);
    is $nginx->logout($_), 'logged_out', "$_ is deleted" for qw(a b);
};

subtest 'a user that may not UNLINK, as before Redis 4' => sub {
    my $redis = Logout::RedisServer->start;
    $redis->command('ACL', 'SETUSER', 'old', 'on', '>pw', '~sess:*', '-@all',
        '+del', '+ping');
    my $nginx = nginx_for($redis, 'username old; password pw;');

    $redis->command('SET', "sess:$_", 1) for qw(a b);
    is $nginx->logout($_), 'logged_out', "$_ is deleted" for qw(a b);
    is $redis->command('EXISTS', 'sess:a', 'sess:b'), 0, 'they are gone';
    is $nginx->logout('c'), 'no_session', 'one that is not there';
    like $redis->command('INFO', 'commandstats'),
        qr/cmdstat_del:calls=3\b/, 'by DEL';
    logged_once($nginx);
};

subtest 'keys of any length' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, '');

    for my $id ('$3', '*', '{tag}x', '0', 'x' x 500) {
        $redis->command('SET', "sess:$id", 1);
        is $nginx->logout($id), 'logged_out', substr $id, 0, 10;
        is $redis->command('EXISTS', "sess:$id"), 0, 'it is gone';
    }
};

subtest 'Redis is killed and started again' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, 'timeout 10m;');

    is $nginx->logout('a'), 'no_session', 'before';
    $redis->kill;
    is $nginx->logout('a'), 'redis_unavailable', 'while it is away';
    cmp_ok time_of(sub { $nginx->logout('a') for 1 .. 20 }), '<',
        Logout::Nginx::AT_ONCE, 'that is said at once';
    $redis->start_again;
    ok recovers($nginx), 'it is found again';
    like $nginx->error_log, qr/\[notice\].*is back/, 'and the log says so';

    my @lines = grep { /is down: connect\(\) failed \(111: / }
        $nginx->complaints;
    is scalar @lines, 1, 'that it was down is logged once';
};

subtest 'Redis hangs' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, 'timeout 300ms;');

    is $nginx->logout('a'), 'no_session', 'before';
    $redis->command('SET', 'sess:late', 1);
    $redis->pause;
    my $first = time_of(sub {
        is $nginx->logout('late'), 'redis_unavailable', 'no answer';
    });
    cmp_ok $first, '>', 0.25, 'it was waited for';
    cmp_ok $first, '<', Logout::Nginx::AT_ONCE, 'but not for ever';

    # the kernel accepts connections for it, but nobody answers PING
    sleep 0.5;
    is $nginx->logout('a'), 'redis_unavailable', 'known to be down';
    many_times_at_once(sub { $nginx->logout('a') },
        'the next ones do not wait');
    many_times_at_once(sub { $nginx->get('/static') }, 'nor does anything else');

    $redis->resume;
    ok recovers($nginx), 'it is found again';
    is $redis->command('EXISTS', 'sess:late'), 0,
        'what was sent before it hung is done';
};

subtest 'an idle connection that Redis closes' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, '');

    for (1 .. 5) {
        is $nginx->logout('a'), 'no_session', 'a new one is made';
        $redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
    logged_once($nginx);
};

subtest 'a password that is changed' => sub {
    my $redis = Logout::RedisServer->start;
    $redis->command('ACL', 'SETUSER', 'nginx', 'on', '>old', '~*', '+@all');
    my $nginx = nginx_for($redis, 'username nginx; password old;');

    is $nginx->logout('a'), 'no_session', 'the old one';
    $redis->command('ACL', 'SETUSER', 'nginx', '<old', '>new');
    $redis->command('CLIENT', 'KILL', 'USER', 'nginx');
    is $nginx->logout('a'), 'redis_unavailable', 'the old one is refused';
    like $nginx->error_log, qr/is down: AUTH was refused: WRONGPASS/,
        'the log says why';
    $redis->command('ACL', 'SETUSER', 'nginx', '>old');
    ok recovers($nginx), 'it works again without a reload';
};

# Seconds until the connection to this port is asked whether it is there, as
# Linux tells: the timer's kind is 02, its time in hundredths.
sub seconds_until_keepalive {
    my ($port) = @_;

    open my $in, '<', '/proc/net/tcp' or return undef;
    my $to = sprintf '0100007F:%04X', $port;
    my ($time) = join('', <$in>)
        =~ /: \w+:\w+ $to 01 \w+:\w+ 02:(\w+)/;
    return defined $time ? hex($time) / 100 : undef;
}

subtest 'idle connections are kept alive' => sub {
    my $redis = Logout::RedisServer->start('--tcp-keepalive', 0);

    for my $case (['', 20, 60], ['tcp_keepalive 600s;', 300, 600]) {
        my ($parameter, $least, $most) = @$case;
        my $nginx = nginx_for($redis, $parameter);

        is $nginx->logout('a'), 'no_session', "a logout: $parameter";
        my $seconds = seconds_until_keepalive($redis->port);
        cmp_ok $seconds, '>', $least, "after more than $least s";
        cmp_ok $seconds, '<=', $most, "and at most $most s";
    }
};

# As a sidecar writes it: whole, in the old one's place, for nginx's workers.
sub write_password {
    my ($file, $password) = @_;

    open my $out, '>', "$file.new" or die "$file.new: $!\n";
    print $out "$password\n" if defined $password;
    close $out;
    chmod 0600, "$file.new";
    chown +(getpwnam 'nobody')[2, 3], "$file.new" if $> == 0;
    rename "$file.new", $file or die "$file: $!\n";
}

subtest 'a password file that is written anew' => sub {
    my $redis = Logout::RedisServer->start;
    my $folder = File::Temp->newdir('logout-password.XXXXXX', TMPDIR => 1);
    my $file = "$folder/redis.password";
    chmod 0755, "$folder";
    my $rotate = sub {
        my ($old, $new) = @_;
        $redis->command('ACL', 'SETUSER', 'nginx', 'on', '~*', '+@all',
            defined $old ? "<$old" : (), ">$new");
        $redis->command('CLIENT', 'KILL', 'USER', 'nginx');
    };
    my $complains_of = sub {
        my ($nginx, $pattern) = @_;
        return scalar grep { /$pattern/ } $nginx->complaints;
    };

    $rotate->(undef, 'one');
    write_password($file, 'one');
    my $nginx = nginx_for($redis, "username nginx; password_file $file;");
    is $nginx->logout('a'), 'no_session', 'the first password';

    $rotate->('one', 'two');
    write_password($file, 'two');
    is $nginx->logout('a'), 'no_session', 'the second one, at once';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';

    $rotate->('two', 'three');
    is $nginx->logout('a'), 'redis_unavailable', 'the third is not there yet';
    is $complains_of->($nginx, qr/AUTH was refused: WRONGPASS/), 1, 'logged';
    write_password($file);
    ok !recovers_soon($nginx), 'while it is being written';
    write_password($file, 'three');
    ok recovers($nginx), 'the third one';

    # an old time says nothing of what is in a file
    $rotate->('three', 'four');
    my @times = (stat $file)[8, 9];
    open my $out, '+<', $file or die "$file: $!\n";
    print $out "four\n";
    close $out;
    truncate $file, length "four\n";
    utime @times, $file;
    ok recovers($nginx), 'the fourth one';

    $rotate->('four', 'five');
    unlink $file;
    is $nginx->logout('a'), 'redis_unavailable', 'no file';
    ok !recovers_soon($nginx), 'as long as there is none';
    is $complains_of->($nginx, qr/the old password is used, open\(\) "\S+" failed/),
        1, 'logged';
    unlike $nginx->error_log, qr/\b(?:one|two|three|four|five)\b/,
        'no password in the log';
};

subtest 'Redis is loading its data' => sub {
    my $redis = Logout::RedisServer->start('--enable-debug-command', 'yes',
        '--key-load-delay', '2000', '--loading-process-events-interval-bytes',
        '1024', '--rdbcompression', 'no');
    my $nginx = nginx_for($redis, '');

    $redis->command('DEBUG', 'POPULATE', 1000);
    is $nginx->logout('a'), 'no_session', 'before';
    $redis->command('SAVE');
    $redis->kill;
    $redis->start_again;
    isnt $nginx->logout('a'), 'no_session', 'while it loads, nothing is deleted';
    ok recovers($nginx), 'it works again when it has loaded';
};

subtest 'a read-only replica' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, '');

    $redis->command('REPLICAOF', '127.0.0.1', 1);
    is $nginx->logout('a'), 'redis_unavailable', 'nothing is deleted there';
    is $nginx->logout('a'), 'redis_unavailable', 'and again';
    $redis->command('REPLICAOF', 'NO', 'ONE');
    ok recovers($nginx), 'it is a master again';

    my @lines = grep { /is down: it is not a master/ } $nginx->complaints;
    is scalar @lines, 1, 'logged once';
};

subtest 'enough replicas follow, or not' => sub {
    my $master = Logout::RedisServer->start('--repl-diskless-sync-delay', 0);
    my $replica = Logout::RedisServer->start('--replicaof', '127.0.0.1 '
        . $master->port);
    my $nginx = nginx_for($master, 'timeout 60s; wait_replicas 1 1s;',
        server => Logout::Nginx::LOCATIONS
            . 'location = /status { logout_status; }');
    my $ended = sub {
        $master->command('SET', 'sess:abc', 1);
        my $headers = $nginx->get('/logout', {Cookie => 'sid=abc'})->{headers};
        return join ' ', $headers->{'x-result'}, $headers->{'x-error'} // ();
    };
    my $ends_with = sub {
        my ($result) = @_;
        return $nginx->eventually(sub { $ended->() eq $result });
    };

    ok $ends_with->('logged_out'), 'with a replica';
    is $replica->command('EXISTS', 'sess:abc'), 0, 'which has followed';

    $replica->pause;
    is $ended->(), 'logged_out not_replicated', 'without it';
    is $master->command('EXISTS', 'sess:abc'), 0,
        'the key is gone from the master';
    cmp_ok time_of(sub { $ended->() for 1 .. 100 }), '<',
        Logout::Nginx::AT_ONCE, 'further logouts do not wait';
    like $nginx->error_log, qr/\[error\].*have not reached as many replicas/,
        'the log says so';
    like $nginx->get('/status')->{content},
        qr/nginx_logout_errors_total\{[^}]*error="not_replicated"\} [1-9]/,
        'it is counted';

    $replica->resume;
    ok $ends_with->('logged_out'), 'it follows again';
    ok $nginx->eventually(sub {
        $ended->();
        return $nginx->error_log =~ /enough replicas follow again/;
    }), 'the log says so, too';
};

subtest 'too many at once' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, 'max_pending 2; timeout 10m;',
        server => Logout::Nginx::LOCATIONS
            . 'location = /status { logout_status; }');

    is $nginx->logout('a'), 'no_session', 'before';
    $redis->pause;
    my @waiting = map { $nginx->begin_logout("w$_") } 1 .. 2;
    ok $nginx->eventually(sub {
        $nginx->get('/status')->{content} =~ /_in_flight\{[^}]*\} 2\n/;
    }), 'two wait';
    is $nginx->logout('b'), 'redis_unavailable', 'one more is refused';
    cmp_ok time_of(sub { $nginx->logout('b') }), '<', Logout::Nginx::AT_ONCE,
        'at once';
    $redis->resume;
    is $nginx->end_logout($_), 'no_session', 'those that waited are done'
        for @waiting;
    is $nginx->logout('b'), 'no_session', 'and there is room again';
};

subtest 'reload and quit' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for($redis, 'connect_timeout 10m; timeout 300ms;');

    $nginx->logout('a');
    cmp_ok time_of(sub { $nginx->reload }), '<', Logout::Nginx::AT_ONCE,
        'an idle connection does not keep the old worker';
    is $nginx->logout('a'), 'no_session', 'the new one works';

    $redis->pause;
    $nginx->logout('a');
    cmp_ok time_of(sub { $nginx->reload }), '<', Logout::Nginx::AT_ONCE,
        'nor does a server that is down';
    $redis->resume;
    ok recovers($nginx), 'the new one works';

    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    is_deeply [grep { /\[(?:crit|alert|emerg)\]/ } split /\n/,
        $nginx->error_log], [], 'no alert';
};

done_testing;
