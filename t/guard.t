# logout_guard: from the answer to a logout on, no request with that session
# reaches the application; and nothing else is changed.

use strict;
use warnings;

use lib 't/lib/helpers';
use JSON::PP;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $port = $redis->port;
my $app = Logout::Example::free_port();

my $http = <<"_";
    logout_redis sessions { server 127.0.0.1:$port; }
    logout_revocations ended 1m for=12h;
    logout_revocations full 256k for=12h;

    # the application: tells what it was shown
    server {
        listen 127.0.0.1:$app;

        location / { return 200 "cookie: \$http_cookie\\n"; }
        location = /begin {
            add_header Set-Cookie "sid=\$arg_id; Path=/";
            return 200 "cookie: \$http_cookie\\n";
        }
        location = /authorize { return 204; }
    }
_

my $server = <<"_";
        logout_session format=raw cookie=sid prefix=sess: secure httponly;
        logout_session format=sealed cookie=box samesite=lax;
        logout_guard   ended;
        add_header     X-Guard \$logout_guard always;

        location / { proxy_pass http://127.0.0.1:$app; }

        location = /logout {
            logout            auth0;
            logout_return_url /bye;
            add_header        X-Result \$logout_result always;
        }

        location /api/ {
            logout_guard ended 401;
            error_page   401 = \@signed_out;
            proxy_pass   http://127.0.0.1:$app/;
        }
        location \@signed_out {
            add_header X-Guard \$logout_guard always;
            return     403 "cookie: \$http_cookie\\n";
        }
        location /bare/ {
            logout_guard ended 401;
            proxy_pass   http://127.0.0.1:$app/;
        }
        location /pages/ {
            logout_guard ended redirect=/sign-in?ended=1;
            proxy_pass   http://127.0.0.1:$app/;
        }
        location /open/ {
            logout_guard off;
            proxy_pass   http://127.0.0.1:$app/;
        }

        location /variables/ {
            set        \$from_set \$cookie_sid;
            proxy_set_header Cookie \$http_cookie;
            proxy_set_header X-Set  \$from_set;
            if (\$cookie_sid) { return 200 "if: \$cookie_sid\\n"; }
            proxy_pass http://127.0.0.1:$app/;
        }
        location /authorized/ {
            auth_request /authorize;
            proxy_pass   http://127.0.0.1:$app/;
        }
        location = /authorize {
            internal;
            proxy_pass http://127.0.0.1:$app;
        }
        location /inside/ {
            rewrite ^/inside/(.*) /\$1 last;
        }

        location = /check { logout_check ended; }

        location = /full {
            logout         auth0;
            logout_guard   full;
            logout_session format=sealed cookie=box;
            logout_session format=raw cookie=files redis=off;
            add_header     X-Result \$logout_result always;
        }
        location = /status  { logout_status; }
        location = /explain { logout_explain; allow 127.0.0.1; deny all; }
_

my $nginx = Logout::Nginx->start(http => $http, server => $server, workers => 2);

sub get {
    my ($path, $cookie, %headers) = @_;

    return $nginx->get($path,
        {defined $cookie ? (Cookie => $cookie) : (), %headers});
}

# What the application was shown of a Cookie header.
sub shown {
    my ($cookie, $path) = @_;

    my ($text) = get($path // '/', $cookie)->{content} =~ /^cookie: (.*)$/m;
    return $text;
}

sub sign_in {
    $redis->command('SET', "sess:$_", 'a session') for @_;
}

sub sign_out {
    my ($cookie) = @_;

    return get('/logout', $cookie)->{headers}{'x-result'};
}

sub list {
    my ($header) = @_;

    return [sort ref $header ? @$header : $header // ()];
}

my $sealed = 'Fe26.2*1*0f3a9c5b*k7Qd-hR2_xLw*Zm9vYmFyYmF6cXV4*17b3*a8Kq';

subtest 'a session in Redis' => sub {
    sign_in('alice', 'bob');
    is shown('sid=alice'), 'sid=alice', 'before, it reaches the application';
    is get('/', 'sid=alice')->{headers}{'x-guard'}, 'passed', 'and is counted so';
    is sign_out('sid=alice'), 'logged_out', 'the logout';

    my $response = get('/', 'sid=alice');
    is $response->{content}, "cookie: \n", 'a copy does not';
    is $response->{headers}{'x-guard'}, 'revoked', 'the variable says why';
    is $response->{headers}{'set-cookie'},
        'sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly',
        'the browser forgets the cookie';
    like $response->{headers}{'cache-control'}, qr/no-store/, 'no cache keeps that';

    is shown('sid=bob'), 'sid=bob', 'the session of somebody else does';
    is shown(undef), '', 'a request without a cookie passes';
    is get('/', undef)->{headers}{'x-guard'}, 'no_session', 'and is told apart';

    sign_in('alice');
    is shown('sid=alice'), '', 'what an application writes back does not count';
};

subtest 'a session that nobody had is not entered' => sub {
    is sign_out('sid=made-up'), 'no_session', 'the logout';
    is shown('sid=made-up'), 'sid=made-up', 'nothing was revoked';
};

subtest 'a session in its cookie' => sub {
    is shown("box=$sealed"), "box=$sealed", 'before';
    is sign_out("box=$sealed"), 'logged_out', 'the logout';
    is shown("box=$sealed"), '', 'a copy is refused';
    is shown("box=x$sealed"), "box=x$sealed", 'another is not';
    is sign_out("box=$sealed"), 'no_session', 'a second logout says so';
    is shown('box=deleted'), 'box=deleted', 'what seals nothing is left alone';
};

subtest 'in chunks' => sub {
    my @chunks = map { "part-$_-of-what-was-sealed" } 0 .. 2;
    my $cookie = join '; ', map { "box.$_=$chunks[$_]" } 0 .. 2;

    is shown($cookie), $cookie, 'before';
    my $response = get('/logout', $cookie);
    is $response->{headers}{'x-result'}, 'logged_out', 'the logout';
    is scalar grep(/^box\.[012]=;/, @{$response->{headers}{'set-cookie'}}), 3,
        'which expires the chunks';
    is shown($cookie), '', 'a copy is refused';
    is shown("$cookie; box.3=more"), '', 'also with one more';
    is shown("box.1=$chunks[1]; box.0=$chunks[0]; lang=fi; box.2=$chunks[2]"),
        'lang=fi', 'in any order';
    is_deeply [grep { /^box/ } map { s/=.*//r }
        @{list(get('/', $cookie)->{headers}{'set-cookie'})}],
        ['box.0', 'box.1', 'box.2'], 'the browser forgets each';
};

subtest 'other cookies stay byte for byte' => sub {
    my @cases = (
        ['a=1; sid=alice; b="2 , 3"', 'a=1; b="2 , 3"'],
        ['sid=alice; a=1', 'a=1'],
        ['a=1;  sid=alice', 'a=1'],
        ['a=1;sid=alice;b=2;', 'a=1;b=2;'],
        ['a=%20; sid=alice; sid=bob', 'a=%20; sid=bob'],
        ['a=sid; xsid=alice; sid.x=alice; side=1',
            'a=sid; xsid=alice; sid.x=alice; side=1'],
    );

    is shown($_->[0]), $_->[1], $_->[0] for @cases;
    is_deeply list(get('/', 'sid=alice; sid=bob')->{headers}{'set-cookie'}), [],
        'a cookie that also has a living session is not expired';
};

subtest 'several Cookie headers' => sub {
    my $response = $nginx->get('/', {Cookie => ['a=1', 'sid=alice', 'b=2']});
    is $response->{content}, "cookie: a=1; b=2\n", 'the one is gone';
};

subtest 'other spellings that some server takes for the same' => sub {
    is shown($_), '', $_ for 'sid="alice"', 'sid = alice', 'sid=%61lice',
        'sid=alice,x', '[sid=alice',
        "box=%46" . substr $sealed, 1;
    is shown('a=1, sid=alice'), '', 'behind a comma: with what hides it';
    is shown('a=1 sid=alice; b=2'), 'b=2', 'behind a blank';
    is shown('sid="al\151ce"'), '', 'what is no id';
    is shown("box=$sealed="), '', 'padding';
    is shown("box=$sealed=more"), '', 'and what follows it';
    is shown('box=' . $sealed =~ s/Kq$/K!q/r), '', 'bytes that Base64 has not';
    is shown("box=$sealed~2x"), '', 'what follows a seal';
    is shown(qq(box="\\106$sealed")), '', 'quotes with an escape';
    is shown(join '; ', ('sid=bob') x 40), '', 'more than browsers send';
};

subtest '401' => sub {
    is get('/bare/', 'sid=alice')->{status}, 401, 'an ended session';
    is_deeply [map { s/=.*//r } @{list(
        get('/bare/', 'sid=alice')->{headers}{'set-cookie'})}], ['sid'],
        'the cookie is expired';
    is shown('sid=bob', '/bare/'), 'sid=bob', 'a living one';
    is shown(undef, '/bare/'), '', 'none';

    my $response = get('/api/', 'sid=alice; a=1');
    is $response->{status}, 403, 'error_page';
    is $response->{content}, "cookie: a=1\n", 'which does not see the cookie either';
    is $response->{headers}{'x-guard'}, 'revoked', 'the verdict is kept';
    like $response->{headers}{'set-cookie'}, qr/^sid=;/, 'and the expiry';
};

subtest 'redirect=' => sub {
    my $response = get('/pages/', 'sid=alice', 'Sec-Fetch-Mode' => 'navigate');
    is $response->{status}, 302, 'a navigation';
    is $response->{headers}{location}, '/sign-in?ended=1', 'goes to the page';
    like $response->{headers}{'set-cookie'}, qr/^sid=;/, 'without the cookie';

    is get('/pages/', 'sid=alice', 'Sec-Fetch-Mode' => 'cors')->{status}, 401,
        'a script gets 401';
    is get('/pages/', 'sid=alice', Accept => 'text/html')->{status}, 302,
        'a browser without Fetch Metadata';
    is get('/pages/', 'sid=alice')->{status}, 401, 'another client';
};

subtest 'off' => sub {
    is shown('sid=alice', '/open/'), 'sid=alice', 'is not guarded';
    is get('/open/', 'sid=alice')->{headers}{'x-guard'}, undef, 'nor told of';
};

subtest 'what nginx itself made of the cookie' => sub {
    is get('/variables/', 'sid=alice')->{content}, "cookie: \n",
        '"set", "if" and $http_cookie see what the application sees';
    is get('/variables/', 'sid=bob')->{content}, "if: bob\n", 'of a living one';
    is shown('sid=alice; a=1', '/authorized/'), 'a=1', 'auth_request';
    is shown('sid=alice; a=1', '/inside/'), 'a=1', 'rewrite ... last';
};

subtest 'logout_check' => sub {
    my $response = get('/check', 'sid=alice');
    is $response->{status}, 401, 'an ended session';
    is $response->{headers}{'x-logout-guard'}, 'revoked', 'says why';
    like $response->{headers}{'set-cookie'}, qr/^sid=;/, 'and expires the cookie';
    is get('/check', 'sid=bob')->{status}, 204, 'a living one';
    is get('/check', 'sid=bob')->{headers}{'x-logout-guard'}, 'passed', 'says so';
    is get('/check')->{status}, 204, 'none';
};

subtest 'a session that begins anew under the same id' => sub {
    sign_in('keeps');
    is sign_out('sid=keeps'), 'logged_out', 'it ended';
    is shown('sid=keeps'), '', 'and is refused';
    is get('/begin?id=keeps', undef)->{headers}{'set-cookie'}, 'sid=keeps; Path=/',
        'the application begins another';
    is shown('sid=keeps'), 'sid=keeps', 'which is not refused';
};

subtest 'reload, and a crash of the workers' => sub {
    $nginx->reload;
    is shown('sid=alice'), '', 'after a reload';
    $nginx->kill_workers;
    is shown('sid=alice'), '', 'after a crash';
};

subtest 'logout_status' => sub {
    my $text = get('/status?format=prometheus')->{content};
    my %requests =
        $text =~ /^nginx_logout_guard_requests\w*\{zone="ended",verdict="(\w+)"\} (\d+)$/mg;

    cmp_ok $requests{$_}, '>', 3, "requests, $_" for qw(passed revoked no_session);
    is $requests{stale}, 0, 'requests, stale';
    like $text, qr/^nginx_logout_revocations\{zone="ended"\} [3-9]$/m, 'entries';
    like $text, qr/^nginx_logout_revocations_lifted_total\{zone="ended"\} 1$/m, 'lifted';

    my $json = decode_json(get('/status?format=json')->{content});
    my ($zone) = grep { $_->{zone} eq 'ended' } @{$json->{revocations}};
    is $zone->{requests}{revoked}, $requests{revoked}, 'the same in JSON';
    cmp_ok $zone->{capacity}, '>', 30_000, 'with the room that there is';
    like get('/status?format=html')->{content},
        qr{Ended sessions, <code>ended</code>.*requests, <code>revoked</code></dt><dd>$requests{revoked}<}s,
        'and for people';
};

subtest 'logout_explain' => sub {
    my $explain = sub {
        my ($cookie) = @_;

        my $answer = HTTP::Tiny->new->post(
            'http://127.0.0.1:' . $nginx->port . '/explain?format=json',
            {headers => {'Content-Type' => 'application/json'},
                content => encode_json({path => '/logout', headers => "Cookie: $cookie"})});
        my ($step) = grep { $_->{step} eq 'guard' }
            @{decode_json($answer->{content})->{steps}};
        return {map { $_->{name} => $_->{value} } @{$step->{facts}}};
    };

    my $ended = $explain->('sid=alice');
    is $ended->{verdict}, 'revoked', 'a session that has ended';
    like $ended->{'ended at'}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'since when';
    is $explain->('sid=bob')->{verdict}, 'passed', 'one that has not';
    is $explain->('a=1')->{verdict}, 'no_session', 'none';
};

subtest 'a table without room' => sub {
    my ($last, $refused) = ('', 0);

    # the last places are found by few
    for my $i (1 .. 4000) {
        my $response = get('/full',
            join '; ', map { sprintf 'files=session-%08d-%d', $i, $_ } 1 .. 8);
        $last = $response->{headers}{'x-result'};
        last if $last ne 'logged_out' && ++$refused == 300;
    }
    is $last, 'revocations_full', 'refuses honestly';
    my $response = get('/full', 'files=one-more-session-that-ends');
    is $response->{status}, 503, 'with 503';
    is $response->{headers}{'set-cookie'}, undef, 'and without expiring the cookie';
    is scalar(grep { /logout_revocations "full" is full/ } $nginx->complaints), 1,
        'the log says so once';
};

done_testing;
