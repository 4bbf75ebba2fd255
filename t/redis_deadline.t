# logout_timeout: how long a logout waits for Redis, whatever it asks there and
# however that is answered.

use strict;
use warnings;

use lib 't/lib/helpers';
use JSON::PP qw(decode_json);
use Logout::FakeRedis;
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Tokens;
use Test::More;
use Time::HiRes qw(sleep time);

# What Redis has for each command, and a logout that is in time, in seconds.
use constant PATIENT => '10m';
use constant SOON => Logout::Nginx::AT_ONCE;

# A server that says what `answer` returns to anything but a PING.
sub server {
    my ($answer) = @_;

    return Logout::FakeRedis->start(sub {
        my ($command, $connection) = @_;

        return '' if $command eq 'ACCEPT' || $command eq 'CLOSED';
        return "+PONG\r\n" if $command eq 'PING';
        return $answer->($command, $connection);
    });
}

sub store {
    my ($name, $server, $parameters) = @_;

    my $port = $server->port;
    my $patient = PATIENT;
    $parameters //= '';
    return "logout_redis $name { server 127.0.0.1:$port; timeout $patient;"
        . " connect_timeout 10m; $parameters }";
}

sub nginx_for {
    my ($http, $location) = @_;

    my $locations = Logout::Nginx::LOCATIONS;
    $locations =~ s/(logout +auth0;)/$1 $location/ if defined $location;
    $locations =~ s/(prefix=sess:);/$1 redis=sessions;/;

    return Logout::Nginx->start(http => "$http\n logout_timeout 300ms;",
        server => "$locations location = /status { logout_status; }");
}

sub metrics {
    my ($nginx) = @_;

    return decode_json($nginx->get('/status?format=json')->{content});
}

# nginx waits for commands that are on their way: not for those of servers that
# are gone.
sub quits_without {
    my ($nginx) = @_;

    undef $_[1];
    cmp_ok $nginx->quit, '<', SOON, 'nginx quits';
}

# Ends a session and looks at the clock, too.
sub is_in_time {
    my ($nginx, $result, $name, %options) = @_;

    my $begin = time;
    my $response = $nginx->get('/logout', {Cookie => 'sid=a'});
    my $seconds = time - $begin;

    is $response->{headers}{'x-result'}, $result, $name;
    is $response->{headers}{'x-error'} // '', $options{error} // '',
        'with this error';
    cmp_ok $seconds, '>=', 0.29, 'no sooner than it is said';
    cmp_ok $seconds, '<', SOON, 'no later, either';
    is metrics($nginx)->{locations}[0]{timeouts}, 1, 'it is counted';
    is $nginx->get('/static')->{status}, 204, 'nginx serves on';
}

subtest 'a server that hangs' => sub {
    my $server = server(sub { '' });
    my $nginx = nginx_for(store('sessions', $server));

    is_in_time($nginx, 'redis_unavailable', 'it is not waited for');
    like $nginx->error_log, qr/redis_unavailable, .* "sessions": no reply/,
        'the log says so';
    unlike $nginx->error_log, qr/is down/, 'Redis has time left';
    quits_without($nginx, $server);
};

subtest 'a reply of one byte at a time' => sub {
    my $server = server(sub {
        my ($command, $connection) = @_;

        for my $byte (split //, ":1\r\n") {
            syswrite $connection, $byte;
            sleep 0.2;
        }
        return '';
    });
    my $nginx = nginx_for(store('sessions', $server));

    is_in_time($nginx, 'redis_unavailable', 'it is not waited for');
    ok $nginx->eventually(sub {
        metrics($nginx)->{redis}[0]{in_flight} == 0
    }), 'it comes all the same';
    is_deeply [grep { /is down/ } $nginx->complaints], [], 'and does no harm';
};

subtest 'the reply comes when the answer has gone' => sub {
    my $server = server(sub {
        my ($command) = @_;

        sleep 1 if $command =~ /sess:a$/;
        return ":1\r\n";
    });
    my $nginx = nginx_for(store('sessions', $server));

    is_in_time($nginx, 'redis_unavailable', 'it is not waited for');
    ok $nginx->eventually(sub { $nginx->logout('b') eq 'logged_out' }),
        'another logout gets its own reply';
};

subtest 'sent from node to node' => sub {
    my $hops = 0;
    my $port;
    my $server = server(sub {
        my ($command, $connection) = @_;

        $port //= $connection->sockport;
        return "+OK\r\n" if $command eq 'ASKING';
        return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n\$-1\r\n:$port\r\n"
            if $command =~ /CLUSTER/;
        sleep 0.25;
        return $hops++ % 2 ? "-ASK 1 127.0.0.1:$port\r\n"
            : "-MOVED 1 127.0.0.1:$port\r\n";
    });
    my $nginx = nginx_for(store('sessions', $server, 'cluster on;'));

    is_in_time($nginx, 'redis_unavailable', 'not further than there is time');
    quits_without($nginx, $server);
};

subtest 'several stores' => sub {
    my $quick = Logout::RedisServer->start;
    my $hung = server(sub { '' });
    my $nginx = nginx_for(store('sessions', $quick) . store('other', $hung),
        'logout_session format=raw cookie=sid prefix=sess: redis=other;');

    $quick->command('SET', 'sess:a', 1);
    is_in_time($nginx, 'redis_unavailable', 'one of two does not answer');
    is $quick->command('EXISTS', 'sess:a'), 0, 'the other one has';
    like $nginx->error_log, qr/store "other": no reply/, 'the log says which';
    quits_without($nginx, $hung);
};

subtest 'deferred' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for(store('sessions', $redis) . 'logout_zone later 1m;',
        'logout_redis_failure defer;');

    is $nginx->logout('warm-up'), 'no_session', 'before';
    $redis->command('SET', 'sess:a', 1);
    $redis->pause;
    is_in_time($nginx, 'deferred', 'for later');
    $redis->resume;
    ok $nginx->eventually(sub { !$redis->command('EXISTS', 'sess:a') }),
        'then it is done';
};

subtest 'replicas that are missing' => sub {
    my $redis = Logout::RedisServer->start;
    my $nginx = nginx_for(store('sessions', $redis, 'wait_replicas 1 5m;'));

    $redis->command('SET', 'sess:a', 1);
    is_in_time($nginx, 'logged_out', 'the key is gone, that is known',
        error => 'not_replicated');
    is $redis->command('EXISTS', 'sess:a'), 0, 'and true';
    quits_without($nginx, $redis);
};

subtest 'an event that is not taken' => sub {
    my $redis = Logout::RedisServer->start;
    my $hung = server(sub { '' });
    my $nginx = nginx_for(store('sessions', $redis) . store('events', $hung),
        'logout_event channel=bye redis=events;');

    $redis->command('SET', 'sess:a', 1);
    is_in_time($nginx, 'logged_out', 'the session has ended');
    is metrics($nginx)->{locations}[0]{events}{failed}, 1, 'the event is lost';
    quits_without($nginx, $hung);
};

# Three commands, each of which waits for the one before, and is in time.
subtest 'a logout token' => sub {
    my $owner;
    my $server = server(sub {
        my ($command) = @_;

        sleep 0.4;
        if ($command =~ /^SET \S+ (\S+) NX/) {
            $owner = $1;
            return "\$-1\r\n";
        }
        return '$' . length($owner) . "\r\n$owner\r\n" if $command =~ /^GET/;
        return "*0\r\n";
    });
    my $port = $server->port;
    my $nginx = Logout::Nginx->start(http => <<"_", server => <<'_');
    logout_redis sessions {
        server 127.0.0.1:$port;
        timeout 600ms;
    }
    logout_jwks   $ENV{TEST_NGINX_JWKS} issuer=https://id.example.test;
    logout_client spa { return_url https://spa.example.com/; }
    add_header    X-Result \$logout_result always;
_
    location = /backchannel {
        logout            oidc-backchannel;
        logout_oidc_index sid_key=oidc:sid:$logout_sid;
    }
    location = /status { logout_status; }
_

    my $response = $nginx->post('/backchannel',
        {logout_token => logout_token(sid => 's1')});

    is $response->{headers}{'x-result'}, 'redis_unavailable',
        'the timeout of Redis is that of the logout, not of each command';
    is metrics($nginx)->{locations}[0]{timeouts}, 1, 'it is counted';
};

subtest 'the timeout nearest to the location' => sub {
    my $server = server(sub { sleep 1; ":1\r\n" });
    my $nginx = nginx_for(store('sessions', $server), 'logout_timeout 5m;');

    is $nginx->logout('a'), 'logged_out', 'holds';
    is metrics($nginx)->{locations}[0]{timeouts}, 0, 'it was not needed';
};

subtest 'what it cannot be' => sub {
    for my $case (
        ['logout_timeout 0;', qr/"logout_timeout" must be more than 0 in/],
        ['logout_timeout soon;', qr/"logout_timeout" directive invalid value/],
        ['logout_timeout 1s 2s;', qr/invalid number of arguments in "logout_t/],
        ['logout_timeout 1s; logout_timeout 2s;',
            qr/"logout_timeout" directive is duplicate/],
    ) {
        my ($directive, $message) = @$case;
        my $nginx = Logout::Nginx->start(http => '',
            server => 'location = /static { return 204; }');

        $nginx->configure(http => $directive, server => '');
        like $nginx->test_configuration, $message, $directive;
    }
};

done_testing;
