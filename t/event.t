# logout_event: what applications are told of a logout, when, and what becomes
# of it when Redis is away.

use strict;
use warnings;

use lib 't/lib/helpers';
use Digest::SHA qw(sha256_hex);
use JSON::PP qw(decode_json);
use IO::Socket::INET;
use Logout::Example;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $events = Logout::RedisServer->start;

# A location that tells as `directives` say.
sub start {
    my ($directives, $extra) = @_;

    return Logout::Nginx->start(http => stores() . ($extra // ''),
        server => server($directives));
}

sub stores {
    return "logout_zone later 1m;\n"
        . "logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }\n"
        . "logout_redis events { server 127.0.0.1:@{[$events->port]}; }\n";
}

sub server {
    my ($directives) = @_;

    return <<"_";
    location = /logout {
        logout            auth0;
        logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
        logout_session    format=raw cookie=old prefix=old: redis=sessions;
        logout_return_url /bye;
        logout_client spa { return_url https://spa.test/; }
        add_header        X-Result \$logout_result always;
        add_header        X-Request \$request_id always;
        $directives
    }
    location = /status { logout_status; }
_
}

# The entries of a stream, the oldest first, each as a hash.
sub entries {
    my ($server, $stream) = @_;

    return map { +{@{$_->[1]}} }
        @{$server->command('XRANGE', $stream, '-', '+')};
}

# A number of the status page.
sub number {
    my ($nginx, $sample) = @_;

    my ($number) = $nginx->get('/status')->{content} =~ /^\Q$sample\E (\d+)$/m;
    return $number;
}

sub sent { number($_[0], events_of('sent')) }
sub failed { number($_[0], events_of('failed')) }

sub events_of {
    return qq(nginx_logout_events_total{location="/logout",protocol="auth0",)
        . qq(outcome="$_[0]"});
}

subtest 'an entry of a stream' => sub {
    my $nginx = start('logout_event stream=logouts redis=sessions'
        . ' address=$remote_addr tenant=t-$arg_tenant;');

    $redis->command('SET', 'sess:abc', 1);
    my $response = $nginx->get('/logout?client_id=spa&tenant=7',
        {Cookie => 'sid=abc'});
    is $response->{headers}{'x-result'}, 'logged_out', 'logged out';

    my ($entry, @more) = entries($redis, 'logouts');
    is scalar @more, 0, 'one entry';
    like delete $entry->{time}, qr/^\d{10}(?:\.\d{1,3})?$/, 'time';
    is_deeply $entry, {
        v        => '1',
        result   => 'logged_out',
        protocol => 'auth0',
        client   => 'spa',
        sessions => sha256_hex('abc'),
        token    => '',
        request  => $response->{headers}{'x-request'},
        address  => '127.0.0.1',
        tenant   => 't-7',
    }, 'the other fields';
    is sent($nginx), 1, 'it is counted';
    $redis->command('DEL', 'logouts');
};

subtest 'after the deletions, in one entry' => sub {
    my $nginx = start('logout_event stream=logouts redis=sessions;');

    $redis->command('SET', $_, 1) for qw(sess:one old:two);

    my $watch = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $redis->port, Proto => 'tcp', Timeout => 10);
    print $watch "MONITOR\r\n";
    $watch->flush;
    <$watch>;
    $nginx->get('/logout', {Cookie => 'sid=one; old=two'});

    my @commands;
    while (@commands < 3) {
        push @commands, <$watch> =~ /\] ("\w+" "[^"]+")/;
    }
    is_deeply \@commands, ['"UNLINK" "sess:one"', '"UNLINK" "old:two"',
        '"XADD" "logouts"'], 'the order';

    # the command was seen before it is done
    ok $nginx->eventually(sub { entries($redis, 'logouts') == 1 }), 'told';
    my ($entry) = entries($redis, 'logouts');
    is $entry->{sessions}, join(' ', map { sha256_hex($_) } qw(one two)),
        'one entry, both sessions';
    $redis->command('DEL', 'logouts');
};

subtest 'only what was there is told' => sub {
    my $nginx = start("logout_event stream=logouts redis=sessions;\n"
        . 'logout_event channel=bye redis=events;');

    $nginx->logout("made-up-$_") for 1 .. 50;
    is $redis->command('XLEN', 'logouts'), 0, 'no made-up session';
    is sent($nginx) + failed($nginx), 0, 'nothing is counted';

    $redis->command('SET', 'sess:real', 1);
    $nginx->get('/logout', {Cookie => 'sid=made-up; sid=real; old=made-up'});
    my ($entry) = entries($redis, 'logouts');
    is $entry->{sessions}, sha256_hex('real'), 'one of three';
    is sent($nginx), 2, 'to both';
    $redis->command('DEL', 'logouts');
};

subtest 'a message on a channel' => sub {
    my $nginx = start(
        'logout_event channel=bye redis=sessions agent=$http_user_agent;');

    my $reader = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $redis->port, Proto => 'tcp', Timeout => 10);
    print $reader "SUBSCRIBE bye\r\n";
    $reader->flush;
    <$reader> for 1 .. 6;

    $redis->command('SET', 'sess:abc', 1);
    $nginx->get('/logout', {Cookie => 'sid=abc', 'User-Agent' => '"<x>\\'});
    <$reader> for 1 .. 6;
    my $message = decode_json(scalar <$reader>);
    is_deeply $message->{sessions}, [sha256_hex('abc')], 'the session';
    is $message->{v}, '1', 'the version';
    is $message->{agent}, '"<x>\\', 'a variable is escaped';
    is sent($nginx), 1, 'it is counted';
};

subtest 'who names no session, or is refused, tells nothing' => sub {
    my $nginx = start("logout_event stream=logouts redis=sessions;\n"
        . 'logout_bad_request refuse;');

    $nginx->get('/logout');
    $nginx->get('/logout?client_id=unknown', {Cookie => 'sid=abc'});
    $nginx->get('/logout', {Cookie => 'sid=abc', 'Sec-Purpose' => 'prefetch'});
    is scalar(entries($redis, 'logouts')), 0, 'no entry';
    is sent($nginx) + failed($nginx), 0, 'nothing is counted';
};

subtest 'a stream is cut' => sub {
    my $nginx = start('logout_event stream=short maxlen=10 redis=sessions;');

    for (1 .. 250) {
        $redis->command('SET', "sess:s$_", 1);
        $nginx->logout("s$_");
    }
    cmp_ok $redis->command('XLEN', 'short'), '<', 250, 'to about maxlen';
};

subtest 'several' => sub {
    my $nginx = start("logout_event stream=a redis=sessions;\n"
        . 'logout_event stream=b redis=events;');

    $redis->command('SET', 'sess:abc', 1);
    $nginx->logout('abc');
    is scalar(entries($redis, 'a')), 1, 'one goes to a stream';
    is scalar(entries($events, 'b')), 1, 'one to a stream of another Redis';
    is sent($nginx), 2, 'both are counted';
};

subtest 'an event that fails does not change the logout' => sub {
    my $nginx = start('logout_event stream=list redis=sessions;');

    $redis->command('LPUSH', 'list', 'x');
    $redis->command('SET', 'sess:abc', 1);
    is $nginx->logout('abc'), 'logged_out', 'the result';
    is failed($nginx), 1, 'it is counted';
    my @lines = $nginx->complaints;
    like join("\n", @lines), qr/\[error\].*logout: an event for the stream "list" is lost, store "sessions": WRONGTYPE.*client: 127\.0\.0\.1/,
        'it is logged';
    is scalar(grep { /an event/ } @lines), 1, 'once';
};

subtest 'the events\' Redis is away' => sub {
    my $nginx = start('logout_event stream=logouts redis=events;');

    $redis->command('SET', 'sess:abc', 1);
    $events->kill;
    is $nginx->logout('abc'), 'logged_out', 'the result';
    is failed($nginx), 1, 'it is counted';
    like join('', $nginx->complaints),
        qr/an event for the stream "logouts" is lost, store "events": no/,
        'it is logged';
    $events->start_again;
};

subtest 'the same, deferred: it is told when Redis is back' => sub {
    my $nginx = start("logout_event stream=logouts redis=events x=\$arg_x;\n"
        . 'logout_redis_failure defer;');

    $redis->command('SET', 'sess:abc', 1);
    $events->kill;
    my $result = $nginx->get('/logout?x=%20y', {Cookie => 'sid=abc'});
    is $result->{headers}{'x-result'}, 'logged_out', 'the result';
    is failed($nginx), 0, 'it is not lost';
    is number($nginx, 'nginx_logout_deferred_deletions{zone="later"}'), 1,
        'it waits';

    $events->start_again;
    ok $nginx->eventually(sub { entries($events, 'logouts') == 1 }),
        'it is told';
    my ($entry) = entries($events, 'logouts');
    is $entry->{result}, 'deferred', 'as deferred';
    is $entry->{sessions}, sha256_hex('abc'), 'with its session';
    is $entry->{x}, '%20y', 'and its own field';
    ok $nginx->eventually(sub {
        number($nginx, 'nginx_logout_deferred_done_total{zone="later"}') == 1;
    }), 'once';
};

subtest 'a deferred logout and its event' => sub {
    my $nginx = start("logout_event stream=logouts redis=sessions;\n"
        . 'logout_redis_failure defer; logout_timeout 1s;');

    $redis->command('DEL', 'logouts');
    $nginx->logout('connects');
    $redis->pause;
    is $nginx->logout('abc'), 'deferred', 'the result';
    $redis->resume;
    ok $nginx->eventually(sub { grep { $_->{result} eq 'deferred' }
        entries($redis, 'logouts') }), 'the event is told later';
};

subtest 'what Redis refuses does not wait' => sub {
    my $nginx = start("logout_event stream=list redis=sessions;\n"
        . 'logout_redis_failure defer;');

    $redis->command('SET', 'sess:abc', 1);
    is $nginx->logout('abc'), 'logged_out', 'the result';
    is failed($nginx), 1, 'it is lost';
    is number($nginx, 'nginx_logout_deferred_deletions{zone="later"}'), 0,
        'nothing waits';
};

subtest 'the example, and who reads it' => sub {
    my $example = Logout::Example->start('events.conf');
    my $reader = "conf-examples/logout-events.py"
        . " redis://127.0.0.1:@{[$example->redis->port]} --stop-when-idle";

    $example->redis->command('SET', 'sess:one', 1);
    $example->get('/logout', {Cookie => 'sid=one'});
    like `$reader`, qr/^[\d.]+ - @{[sha256_hex('one')]}\n\z/, 'is told once';
    is $?, 0, 'and ends well';
    $example->redis->command('SET', 'sess:two', 1);
    $example->get('/logout', {Cookie => 'sid=two'});
    like `$reader`, qr/^[\d.]+ - @{[sha256_hex('two')]}\n\z/,
        'and then of what is new';
    is $example->redis->command('XPENDING', 'logouts', 'cleanup')->[0], 0,
        'all is acknowledged';
};

my %mistakes = (
    'stream'                      => qr/"stream": did you mean "stream="\?/,
    'maxlen=5'                    => qr/needs stream=NAME or channel=NAME/,
    'channel=c maxlen=5'          => qr/maxlen= is for a stream/,
    'stream=a channel=b'          => qr/"channel=b": an event goes to one/,
    'stream=$host'                => qr/"stream=\$host": the name takes no/,
    'stream=a maxlen=0'           => qr/"maxlen=0": it must be a number/,
    'stream=a maxlen=x'           => qr/"maxlen=x": it must be a number/,
    'stream=a flag'               => qr/"flag": it must be stream=, channel=/,
    'stream=a maxlne=5'           => qr/"maxlne=5": did you mean "maxlen="\?/,
    'stream=a x=y'                => qr/"x=y": it must be stream=, channel=/,
    'stream=a result=$host'       => qr/"result=\$host": every event has/,
    'stream=a a-b=$host'          => qr/"a-b=\$host": a field's name is of/,
    'stream=a b=$host b=$host'    => qr/"b=\$host": there is a field/,
    'stream=a redis=events b=$no_such' => qr/unknown "no_such" variable/,
    'stream=a redis=none'         => qr/unknown logout_redis "none"/,
    'stream=a'                    => qr/redis=NAME is needed/,
    "stream=a @{[map { qq(f$_=\$host) } 1 .. 17]}" => qr/may be 16 fields/,
);

my $nginx = start('');
for my $parameters (sort keys %mistakes) {
    $nginx->configure(http => stores(),
        server => server("logout_event $parameters;"));
    my $words = $nginx->test_configuration;
    like $words, qr/\[emerg\].*$mistakes{$parameters}/,
        "nginx -t: $parameters";
}

done_testing;
