# logout_revocations with a stream: a session that was ended on one host is
# refused on the others, and what can happen to the stream is noticed.

use strict;
use warnings;

use lib 't/lib/helpers';
use JSON::PP;
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Wait;
use Test::More;

my $redis = Logout::RedisServer->start;
my $port = $redis->port;
my $app = Logout::Example::free_port();

sub http {
    my (%options) = @_;

    my $stale = $options{stale} // '60s';
    my $listen = $options{app} ? <<"_" : '';
    # the application: tells what it was shown
    server {
        listen 127.0.0.1:$app;

        location / { return 200 "cookie: \$http_cookie\\n"; }
        location = /begin {
            add_header Set-Cookie "sid=\$arg_id; Path=/";
            return 200 "cookie: \$http_cookie\\n";
        }
    }
_
    return <<"_";
    logout_redis sessions { server 127.0.0.1:$port; connect_timeout 1s; timeout 1s; }
    logout_revocations ended 1m for=12h stream=ended redis=sessions stale=$stale;
    logout_zone deferred 1m;
$listen
_
}

my $server = <<"_";
        logout_session format=raw cookie=sid prefix=sess:;
        logout_session format=raw cookie=files redis=off;
        logout_session format=sealed cookie=box;
        logout_guard   ended;
        add_header     X-Guard \$logout_guard always;

        location / { proxy_pass http://127.0.0.1:$app; }

        location = /logout {
            logout            auth0;
            logout_return_url /bye;
            add_header        X-Result \$logout_result always;
        }
        location = /later {
            logout               auth0;
            logout_return_url    /bye;
            logout_redis_failure defer;
            add_header           X-Result \$logout_result always;
        }
        location /strict/ {
            logout_guard ended on_stale=refuse;
            proxy_pass   http://127.0.0.1:$app/;
        }
        location /api/ {
            logout_guard ended 401 on_stale=refuse;
            proxy_pass   http://127.0.0.1:$app/;
        }
        location = /status  { logout_status; }
        location = /explain { logout_explain; allow 127.0.0.1; deny all; }
_

my $one = Logout::Nginx->start(http => http(app => 1), server => $server, workers => 2);
my $two = Logout::Nginx->start(http => http(), server => $server, workers => 2);

sub get {
    my ($nginx, $path, $cookie) = @_;

    return $nginx->get($path, {defined $cookie ? (Cookie => $cookie) : ()});
}

sub shown {
    my ($nginx, $cookie, $path) = @_;

    my ($text) = get($nginx, $path // '/', $cookie)->{content} =~ /^cookie: (.*)$/m;
    return $text;
}

sub verdict {
    my ($nginx, $cookie, $path) = @_;

    return get($nginx, $path // '/', $cookie)->{headers}{'x-guard'};
}

sub sign_out {
    my ($nginx, $cookie, $path) = @_;

    return get($nginx, $path // '/logout', $cookie)->{headers}{'x-result'};
}

sub refuses {
    my ($nginx, $cookie, $name) = @_;

    ok Logout::Wait::eventually(sub { verdict($nginx, $cookie) eq 'revoked' }), $name;
}

sub sign_in { $redis->command('SET', "sess:$_", 'a session') for @_ }

sub stream {
    my ($nginx) = @_;

    my $json = decode_json(get($nginx, '/status?format=json')->{content});
    return $json->{revocations}[0]{stream};
}

sub add { return $redis->command('XADD', 'ended', '*', @_) }

sub wait_until_current {
    my ($nginx) = @_;

    my $age = sub { stream($nginx)->{age_milliseconds} // 1e9 };
    ok Logout::Wait::eventually(sub { $age->() < 2000 }), 'the table is up to date';
}

wait_until_current($_) for $one, $two;

my $sealed = 'Fe26.2*1*0f3a9c5b*k7Qd-hR2_xLw*Zm9vYmFyYmF6cXV4*17b3*a8Kq';

subtest 'ended on one host, refused on the other' => sub {
    sign_in('alice', 'bob');
    is verdict($two, 'sid=alice'), 'passed', 'before';
    is sign_out($one, 'sid=alice'), 'logged_out', 'the logout';
    is verdict($one, 'sid=alice'), 'revoked', 'refused by the host that answered';
    refuses($two, 'sid=alice', 'and by the other');
    is verdict($two, 'sid=bob'), 'passed', 'which lets others pass';

    is sign_out($two, "box=$sealed"), 'logged_out', 'one that is in its cookie';
    refuses($one, "box=$sealed", 'is refused on the other host, too');
    unlike join("\n", map { ref ? map { ref ? @$_ : $_ } @$_ : $_ }
        @{$redis->command('XRANGE', 'ended', '-', '+')}), qr/Fe26/,
        'its value is not in the stream';

    is sign_out($one, 'sid=made-up'), 'no_session', 'a session that nobody had';
    is $redis->command('XLEN', 'ended'), 2, 'is not told of';
};

subtest 'a session that begins anew under the same id' => sub {
    is sign_out($one, 'files=session-that-keeps-its-id'), 'logged_out', 'it ended';
    refuses($two, 'files=session-that-keeps-its-id', 'everywhere');
    sign_in('again');
    is sign_out($one, 'sid=again'), 'logged_out', 'and another';
    refuses($two, 'sid=again', 'everywhere');
    get($two, '/begin?id=again', undef);
    ok Logout::Wait::eventually(sub { verdict($one, 'sid=again') eq 'passed' }),
        'a new login on one host counts on the other';
};

subtest 'what an application adds' => sub {
    add(qw(kind session realm sid value carol reason disabled));
    refuses($_, 'sid=carol', 'a session') for $one, $two;
    add(qw(kind session realm sid value carol lift 1));
    ok Logout::Wait::eventually(sub { verdict($one, 'sid=carol') eq 'passed' }),
        'and takes it back';

    my $ill_formed = stream($one)->{ill_formed};
    add(qw(kind session value secret-session-id kind session));
    add(qw(kind nobody value secret-session-id));
    add('kind', 'session', map { ("note$_", $_) } 1 .. 500);
    add(qw(kind session realm sid value dave));
    refuses($one, 'sid=dave', 'what follows entries of no use is read');
    is stream($one)->{ill_formed}, $ill_formed + 3, 'they are counted';
    my @said = grep { /an entry of the stream is of no use/ } $one->complaints;
    is scalar(@said), 1, 'and told once';
    unlike $said[0], qr/secret-session-id/, 'without what is in them';
};

subtest 'a reader that is killed' => sub {
    $one->kill_workers;
    add(qw(kind session realm sid value erin));
    refuses($one, 'sid=erin', 'another goes on');
};

subtest 'a reload' => sub {
    $one->reload;
    add(qw(kind session realm sid value frank));
    refuses($one, 'sid=frank', 'does not stop the reading');
};

subtest 'a host that is started late' => sub {
    my $three = Logout::Nginx->start(http => http(), server => $server);

    refuses($three, "sid=$_", "has what ended before: $_") for qw(alice erin);
    wait_until_current($three);
    is verdict($three, 'sid=again'), 'passed', 'and what was taken back';
    is verdict($three, 'sid=carol'), 'passed', 'also by an application';
};

subtest 'the stream is deleted' => sub {
    wait_until_current($two);
    my $lost = stream($two)->{lost};
    $redis->command('DEL', 'ended');
    add(qw(kind session realm sid value grace));
    refuses($two, 'sid=grace', 'what is added then is read');
    ok Logout::Wait::eventually(sub { stream($two)->{lost} == $lost + 1 }),
        'it is counted';
    is verdict($two, 'sid=alice'), 'revoked', 'what was read before stays';
    wait_until_current($two);
    is scalar(grep { /the stream was trimmed, deleted or replaced/ } $two->complaints), 1,
        'and told';
};

subtest 'it is deleted, and begins with smaller ids' => sub {
    my $lost = stream($two)->{lost};
    $redis->command('DEL', 'ended');
    my $earlier = ($redis->command('TIME')->[0] - 3600) * 1000;
    $redis->command('XADD', 'ended', "$earlier-1", qw(kind session realm sid value heidi));
    refuses($two, 'sid=heidi', 'what is added is read');
    is stream($two)->{lost}, $lost + 1, 'and it is counted';
    wait_until_current($two);
};

subtest 'Redis is down' => sub {
    sign_in('ivan');
    $_->complaints for $one, $two;
    $redis->kill;

    is sign_out($one, 'sid=ivan'), 'redis_unavailable', 'a logout is refused';
    is sign_out($one, "box=x$sealed"), 'redis_unavailable',
        'also of what is in its cookie: other hosts would not know';
    is verdict($one, "box=x$sealed"), 'passed', 'which goes on';
    is sign_out($one, "box=y$sealed", '/later'), 'deferred', 'or is deferred';
    is verdict($one, "box=y$sealed"), 'revoked', 'and refused here';
    is verdict($two, 'sid=alice'), 'revoked', 'what is known stays refused';

    $redis->start_again;
    refuses($two, "box=y$sealed", 'when it is back, the other host is told');
    add(qw(kind session realm sid value judy));
    refuses($_, 'sid=judy', 'and both read on') for $one, $two;
};

subtest 'the stream is trimmed while nobody reads' => sub {
    wait_until_current($two);
    my $lost = stream($two)->{lost};
    $redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    $redis->commands((map { ['XADD', 'ended', '*', 'kind', 'session', 'realm', 'sid',
        'value', "mallory-$_"] } 1 .. 3), ['XTRIM', 'ended', 'MAXLEN', 1]);
    refuses($two, 'sid=mallory-3', 'what is left is read');
    ok Logout::Wait::eventually(sub { stream($two)->{lost} > $lost }),
        'that there was more is noticed';
};

subtest 'a table that is too old' => sub {
    $two->configure(http => http(stale => '3s'), server => $server, workers => 2);
    $two->reload;
    ok Logout::Wait::eventually(sub { verdict($two, 'sid=bob') eq 'passed' }), 'is not yet';
    is get($two, '/api/', 'sid=bob')->{status}, 200, 'nor anywhere';
    $redis->kill;
    ok Logout::Wait::eventually(sub { verdict($two, 'sid=bob') eq 'stale' }),
        'the verdict is stale when Redis is silent for too long';
    is shown($two, 'sid=bob'), 'sid=bob', 'on_stale=allow: the session passes';
    is shown($two, 'sid=bob; a=1', '/strict/'), 'a=1', 'on_stale=refuse: it is not shown';
    is get($two, '/strict/', 'sid=bob')->{headers}{'set-cookie'}, undef,
        'and the browser keeps it';
    is get($two, '/api/', 'sid=bob')->{status}, 503, 'an API says 503';
    is get($two, '/api/', 'sid=alice')->{status}, 401, 'but what has ended is known';
    is get($two, '/api/', undef)->{status}, 200, 'and who has no session is let in';
    cmp_ok stream($two)->{age_milliseconds}, '>', 3000, 'logout_status says how old it is';

    my $answer = HTTP::Tiny->new->post('http://127.0.0.1:' . $two->port . '/explain?format=json',
        {headers => {'Content-Type' => 'application/json'},
            content => encode_json({path => '/logout', headers => 'Cookie: sid=bob'})});
    like $answer->{content}, qr/has not heard from Redis for too long/, 'logout_explain, too';

    $redis->start_again;
    ok Logout::Wait::eventually(sub { verdict($two, 'sid=bob') eq 'passed' }),
        'until Redis answers again';
};

subtest 'logout_status' => sub {
    my $text = get($two, '/status?format=prometheus')->{content};

    like $text, qr/^nginx_logout_revocations_age_seconds\{zone="ended"\} \d+\.\d+$/m, 'the age';
    like $text, qr/^nginx_logout_revocations_stream_${_}_total\{zone="ended"\} \d+$/m, $_
        for qw(received ill_formed lost);
    like get($two, '/status?format=html')->{content},
        qr{entries read from the stream</dt><dd>\d+<}, 'for people';
};

subtest 'a stream that cannot be read' => sub {
    sign_in('bob');
    my $three = Logout::Nginx->start(server => $server,
        http => http() =~ s/stream=ended/stream=sess:bob/r);

    ok Logout::Wait::eventually(sub { grep { /refuses commands: WRONGTYPE/ } $three->complaints }),
        'is told';
    is verdict($three, 'sid=bob'), 'stale', 'and the table is never up to date';
    is stream($three)->{age_milliseconds}, undef, 'as logout_status says';
    like get($three, '/status?format=prometheus')->{content},
        qr/^nginx_logout_revocations_age_seconds\{zone="ended"\} \+Inf$/m, 'in Prometheus, too';
};

done_testing;
