# Each symptom under "Troubleshooting" in README.md: it is reproduced, and what
# is told there helps.

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use JSON::PP qw(decode_json encode_json);
use Logout::FakeRedis;
use Logout::Nginx;
use Logout::Readme;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;

my %defaults = (
    session => 'logout_session format=raw cookie=sid prefix=sess:;',
    urls    => 'logout_return_url https://app.test/bye;',
    more    => '',
    beside  => '',
    http    => '',
    port    => $redis->port,
    timeout => '',
);

# An nginx whose location /logout is as `options` say.
sub start {
    my %o = (%defaults, @_);

    return Logout::Nginx->start(
        http => "logout_redis sessions { server 127.0.0.1:$o{port};"
            . " $o{timeout} }\n"
            . $o{http},
        server => <<"_");
    $o{beside}
    location = /logout {
        logout     auth0;
        $o{session}
        $o{urls}
        $o{more}
        add_header X-Result \$logout_result always;
        add_header X-Error  \$logout_error always;
    }
    location = /explain { logout_explain; allow 127.0.0.1; deny all; }
_
}

# Logs out the session `abc`. Returns status, result and error in one line.
sub outcome {
    my ($nginx, $query, $headers) = @_;

    $redis->command('SET', 'sess:abc', 1) if $redis->pid;
    my $response = $nginx->get('/logout' . ($query // ''),
        {Cookie => 'sid=abc', %{$headers // {}}});

    return join ' ', $response->{status},
        map { $response->{headers}{$_} // () } qw(x-result x-error);
}

sub is_kept { $redis->command('EXISTS', 'sess:abc') }

# What logout_explain says of a step: its text and its facts in one line.
sub explained {
    my ($nginx, $step, %request) = @_;

    my $answer = HTTP::Tiny->new->post(
        'http://127.0.0.1:' . $nginx->port . '/explain', {
            headers => {'Content-Type' => 'application/json'},
            content => encode_json(\%request),
        });

    return join ' ', map { ($_->{text},
        map { "$_->{name}=$_->{value}" } @{$_->{facts}}) }
        grep { $_->{step} eq $step }
        @{decode_json($answer->{content})->{steps}};
}

# What nginx says of a configuration. `modules` are not the tests'; `session` is
# of the location; `as` is what the command begins with.
sub said {
    my %o = (modules => $ENV{TEST_NGINX_LOAD_MODULES}, session => '',
        as => '', @_);

    local $ENV{TEST_NGINX_LOAD_MODULES} = $o{modules};
    my $nginx = bless {
        folder => File::Temp->newdir('logout-nginx.XXXXXX', TMPDIR => 1),
        port   => 1,
        owner  => $$,
    }, 'Logout::Nginx';
    chmod 0755, $nginx->folder;
    mkdir $nginx->folder . '/logs';
    $nginx->configure(
        http   => 'logout_redis sessions { server 127.0.0.1:1; }',
        server => "location = /logout { logout auth0; $o{session} }");

    return $nginx->test_configuration($o{as});
}

# The same with a file that has the secret, and this mode.
sub said_of_secret {
    my ($mode, %more) = @_;

    my $secret = File::Temp->new;
    print $secret "keyboard cat\n";
    close $secret;
    chmod $mode, "$secret";

    return said(session => "logout_session format=express secret_file=$secret;",
        %more);
}

my %symptoms = (
    'Still logged in after logout, `no_session`' => sub {
        my $wrong = start(
            session => 'logout_session format=raw cookie=sid prefix=s:;');
        like outcome($wrong), qr/^302 no_session/, 'the symptom';
        ok is_kept(), 'still logged in';
        like explained($wrong, 'session', cookie => 'sid=abc'),
            qr/key=s:\[/, 'logout_explain shows the key that is meant';

        $wrong = start(
            session => 'logout_session format=raw cookie=SID prefix=sess:;');
        like explained($wrong, 'session', cookie => 'sid=abc'),
            qr/no cookie of this name/, 'or that the name is another one';

        $wrong = start(session => 'logout_session format=raw cookie=sid'
            . " prefix=sess: redis=other;",
            http => 'logout_redis other { server 127.0.0.1:'
                . $redis->port . '; database 1; }');
        like outcome($wrong), qr/^302 no_session/, 'another database';

        like outcome(start()), qr/^302 logged_out/, 'what is right helps';
        ok !is_kept(), 'logged out';
    },

    'Still logged in after logout, `logged_out`' => sub {
        for my $more ('', 'logout_again 100ms;') {
            my $nginx = start(more => $more, http => 'logout_zone later 1m;');
            like outcome($nginx), qr/^302 logged_out/, "\"$more\": the result";
            $redis->command('SET', 'sess:abc', 'written back');
            is $nginx->within($more ? Logout::Wait::PATIENCE : 1,
                sub { !is_kept() }), $more ? 1 : 0, "\"$more\": what a request wrote back "
                . ($more ? 'is gone' : 'stays');
        }
    },

    'Logged in again by "remember me"' => sub {
        for my $more ('', 'logout_clear_cookie remember_me;') {
            my $lines = start(more => $more)->get('/logout',
                {Cookie => 'sid=abc; remember_me=1'})->{headers}{'set-cookie'};
            my @expired = grep { /^remember_me=; Path=\/; .*Max-Age=0/ }
                ref $lines ? @$lines : $lines;
            is scalar @expired, $more ? 1 : 0,
                "\"$more\": the other cookie is "
                . ($more ? 'expired' : 'left');
        }
    },

    'Cookie not deleted' => sub {
        my $line = start()->get('/logout')->{headers}{'set-cookie'};
        unlike $line, qr/Path=\/app|Domain|Secure/,
            'by default the line is for the path / and the host alone';

        my $nginx = start(session => 'logout_session format=raw cookie=sid'
            . ' prefix=sess: path=/app domain=example.com secure;');
        $line = $nginx->get('/logout')->{headers}{'set-cookie'};
        like $line, qr/^sid=; Path=\/app; Domain=example\.com; .*Secure/,
            'it has what is written';
        like explained($nginx, 'cookies'),
            qr/Set-Cookie=sid=; Path=\/app; Domain=example\.com/,
            'logout_explain shows it';
    },

    '400, `return_url_not_allowed`' => sub {
        my $nginx = start();
        my $url = 'https://app.test/bye/';
        is outcome($nginx, "?returnTo=$url"),
            '400 logged_out return_url_not_allowed', 'the symptom';
        like $nginx->error_log, qr/\[info\].*return_url_not_allowed: .*, the nearest entry is "https:\/\/app\.test\/bye"/,
            'the log names the nearest entry';
        like explained($nginx, 'return_url', return_url => $url),
            qr/nearest entry=https:\/\/app\.test\/bye$/, 'logout_explain, too';
        is outcome($nginx, '?returnTo=https://app.test/bye'),
            '302 logged_out', 'what is right helps';

        $nginx = start(
            more => 'logout_client spa { return_url https://spa.test/; }');
        is outcome($nginx, '?client_id=spa&returnTo=https://app.test/bye'),
            '400 logged_out return_url_not_allowed',
            'with a client, only its list counts';
    },

    '400, `unknown_client`' => sub {
        my %above = (http => 'logout_client one { return_url /1; }');
        my $nginx = start(%above,
            more => 'logout_client two { return_url /2; }');
        is outcome($nginx, '?client_id=one'), '400 logged_out unknown_client',
            'the symptom';
        is outcome($nginx, '?client_id=two'), '302 logged_out',
            'the client of the lower level is known';
        is outcome(start(%above), '?client_id=one'), '302 logged_out',
            'all at one level helps';
    },

    '503, `redis_unavailable`' => sub {
        my $other = Logout::RedisServer->start;
        my $nginx = start(port => $other->port, timeout => 'timeout 1s;',
            http => 'logout_zone later 1m;');
        outcome($nginx);
        $other->pause;
        like outcome($nginx), qr/^503 redis_unavailable/, 'Redis is slow';
        like $nginx->error_log, qr/redis_unavailable, .*: no reply/,
            'the log says so';
        $other->resume;
        $other->kill;
        like outcome($nginx), qr/^503 redis_unavailable/, 'Redis is down';
        ok $nginx->eventually(sub {
            outcome($nginx);
            $nginx->error_log =~ /redis_unavailable, .*: not connected/;
        }), 'the log says so';
        like $nginx->error_log, qr/logout_redis "sessions": 127.0.0.1:\d+ is down/,
            'and why';

        $nginx = start(port => $other->port, http => 'logout_zone later 1m;',
            more => 'logout_redis_failure defer;');
        like outcome($nginx), qr/^302 deferred/, 'defer helps';
    },

    '503, `redis_unavailable`, and the log has a word of Redis' => sub {
        my $other = Logout::RedisServer->start;
        my $user = 'logout_redis acl { server 127.0.0.1:' . $other->port
            . '; username nginx; password p; }';
        my $nginx = start(http => $user, session =>
            'logout_session format=raw cookie=sid prefix=sess: redis=acl;');

        $other->command('ACL', 'SETUSER', 'nginx', 'on', '>p', '~other:*',
            '-@all', '+unlink', '+del', '+ping');
        like outcome($nginx), qr/^503 redis_unavailable/, 'the symptom';
        like $nginx->error_log, qr/redis_unavailable, .*: NOPERM/, 'the log';

        $other->command('ACL', 'SETUSER', 'nginx', '~sess:*');
        $other->command('SET', 'sess:abc', 1);
        like outcome($nginx), qr/^302 logged_out/, 'the ACL helps';

        # [what makes it happen], the line, [what helps]
        for my $case (
            [[qw(CONFIG SET min-replicas-to-write 1)],
                'refuses deletes: NOREPLICAS, it has fewer replicas',
                [qw(CONFIG SET min-replicas-to-write 0)]],
            [[qw(REPLICAOF 127.0.0.1 1)], 'is down: it is not a master',
                [qw(REPLICAOF NO ONE)]],
            [[qw(ACL SETUSER default resetpass >secret)],
                'refuses deletes: NOAUTH, it wants a password',
                [qw(ACL SETUSER default nopass)]],
        ) {
            my ($break, $line, $mend) = @$case;
            my $nginx = start(port => $other->port);

            $other->command(@$break);
            like outcome($nginx), qr/^503 redis_unavailable/, "@$break";
            like $nginx->error_log, qr/logout_redis "sessions": .*\Q$line\E/,
                'the log';
            $other->command(@$mend);
            ok $nginx->eventually(sub { outcome($nginx) =~ /^302/ }),
                "@$mend helps";
        }

        for my $case (
            ['database 99;', 'SELECT was refused: ERR, it has no database'],
            ['password wrong;',
                'AUTH was refused: ERR, a password is configured, and'],
            ['username a; password wrong;',
                'AUTH was refused: WRONGPASS, the user']) {
            my ($parameters, $line) = @$case;
            my $nginx = start(port => $other->port, timeout => $parameters);

            like outcome($nginx), qr/^503 redis_unavailable/, $parameters;
            like $nginx->error_log, qr/is down: \Q$line\E/, 'the log';
        }

        for my $word (qw(MISCONF LOADING)) {
            my $fake = Logout::FakeRedis->start(
                sub { $_[0] =~ /^[A-Z]+\z/ ? '' : "-$word it is\r\n" });
            my $nginx = start(port => $fake->port);

            like outcome($nginx), qr/^503 redis_unavailable/, $word;
            like $nginx->error_log, qr/refuses deletes: $word, it (?:cannot save to its disk|is loading its data)/,
                'the log';
        }
    },

    "400 for a provider's call" => sub {
        my $nginx = start(beside => q{
            logout_session format=raw cookie=sid prefix=sess:;
            location = /frontchannel {
                logout oidc-frontchannel;
                logout_frontchannel issuer=https://id.test;
                add_header X-Result $logout_result always;
                add_header X-Error  $logout_error always;
            }});
        my $call = sub {
            my ($query) = @_;

            $redis->command('SET', 'sess:abc', 1);
            my $answer = $nginx->get("/frontchannel$query",
                {Cookie => 'sid=abc'});
            return join ' ', $answer->{status},
                map { $answer->{headers}{$_} // () } qw(x-result x-error);
        };

        like $call->('?sid=s1'), qr/^400 .*malformed_request/, 'the symptom';
        like $nginx->error_log, qr/\[info\].*malformed_request/,
            'the log says so';
        is $call->('?iss=https://id.test&sid=s1'), '200 logged_out',
            'both are right';
        is $call->(''), '200 logged_out', 'none is, too';

        $nginx = start(beside => q{
            logout_session format=raw cookie=sid prefix=sess:;
            location = /frontchannel {
                logout oidc-frontchannel;
                logout_frontchannel issuer=https://id.test iss=optional;
                add_header X-Result $logout_result always;
                add_header X-Error  $logout_error always;
            }});
        is $call->('?sid=s1'), '200 logged_out', 'iss=optional helps';
    },

    '405, `method_not_allowed`' => sub {
        my $ask = sub {
            my ($nginx, $method) = @_;
            return HTTP::Tiny->new(max_redirect => 0)->request($method,
                'http://127.0.0.1:' . $nginx->port . '/logout')->{status};
        };
        is $ask->(start(), 'DELETE'), 405, 'the symptom';
        is $ask->(start(), 'HEAD'), 405, 'HEAD, too';
        is $ask->(start(more => 'logout_methods GET POST DELETE;'), 'DELETE'),
            303, 'logout_methods helps';
    },

    '403, `cross_site`' => sub {
        my %image = ('Sec-Fetch-Site' => 'cross-site',
            'Sec-Fetch-Mode' => 'no-cors', 'Sec-Fetch-Dest' => 'image');
        my %script = ('Sec-Fetch-Site' => 'cross-site',
            'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty',
            Origin => 'https://spa.test');

        like outcome(start(), '', \%image), qr/^403 cross_site/, 'an image';
        like outcome(start(), '', \%script), qr/^403 cross_site/, 'a script';
        like outcome(start(more => 'logout_client spa {'
            . ' return_url https://spa.test/; origin https://spa.test; }'),
            '?client_id=spa', \%script), qr/^204 logged_out/, 'origin helps';
        like outcome(start(more => 'logout_cross_site any;'), '', \%image),
            qr/^302 logged_out/, 'logout_cross_site helps';
    },

    '403, `cookie_required`' => sub {
        my %script = ('Sec-Fetch-Site' => 'cross-site',
            'Sec-Fetch-Mode' => 'cors', 'Sec-Fetch-Dest' => 'empty',
            Origin => 'https://spa.test', Cookie => 'theme=dark');
        my $client = 'logout_client spa { return_url https://spa.test/;'
            . ' origin https://spa.test; }';

        like outcome(start(more => $client), '?client_id=spa', \%script),
            qr/^403 cookie_required/, 'a script';
        ok is_kept(), 'the session lives';
        like outcome(start(more => $client), '?client_id=spa',
            {'Sec-Fetch-Site' => 'cross-site', 'Sec-Fetch-Mode' => 'navigate',
                'Sec-Fetch-Dest' => 'document'}),
            qr/^302 logged_out/, 'going there helps';
    },

    '414 or 400 of nginx itself, and still logged in' => sub {
        my $hint = '?id_token_hint=' . 'e' x 9000;
        my %cookies = (Cookie => 'sid=abc; more=' . 'c' x 9000);
        my $nginx = start();

        is outcome($nginx, $hint), '414', 'a long hint in a link';
        ok is_kept(), 'the session lives';
        is outcome($nginx, '', \%cookies), '400', 'many cookies';
        ok is_kept(), 'the session lives';
        like $nginx->error_log, qr/client sent too long (?:URI|header line)/,
            'the log says so';

        $nginx = start(http => 'large_client_header_buffers 4 32k;');
        is outcome($nginx, $hint), '302 logged_out', 'larger buffers help';
        is outcome($nginx, '', \%cookies), '302 logged_out',
            'with cookies, too';

        $redis->command('SET', 'sess:abc', 1);
        my $form = HTTP::Tiny->new(max_redirect => 0)->post_form(
            'http://127.0.0.1:' . start()->port . '/logout',
            {id_token_hint => 'e' x 9000}, {headers => {Cookie => 'sid=abc'}});
        is $form->{status}, 303, 'and so does POST for the hint';
        ok !is_kept(), 'logged out';
    },

    '`$logout_result` in the log of a request that is no logout' => sub {
        my %json = (Accept => 'application/json', Cookie => 'sid=abc');
        my $nginx = start(http => q{log_format own '$uri $logout_result';},
            beside => q{location = /page { access_log logs/own.log own;
                auth_request /logout; add_header X-Result $logout_result; }
                location = /other { access_log logs/own.log own; return 204; }
            });

        $redis->command('SET', 'sess:abc', 1);
        $nginx->get('/page', \%json);
        $nginx->get('/other', \%json);
        open my $in, '<', $nginx->folder . '/logs/own.log' or die "$!\n";
        is_deeply [<$in>], ["/page logged_out\n", "/other -\n"],
            'the subrequest has logged out';
        ok !is_kept(), 'as it says';
    },

    'The redirect goes to the wrong host' => sub {
        my $logout = start(urls => 'logout_return_url /bye;');
        my $address = 'http://127.0.0.1:' . $logout->port;
        like `curl -si -m 10 -H 'Host: evil.test' $address/logout`,
            qr{^Location: /bye\r$}m, 'the module sends what is written';

        my %location;
        for my $redirect ('proxy_redirect / http://inside.test/;',
            'proxy_redirect off;') {
            my $proxy = Logout::Nginx->start(http => '',
                server => "location / { proxy_pass $address; $redirect }");
            $location{$redirect} =
                $proxy->get('/logout')->{headers}{location};
        }
        is $location{'proxy_redirect / http://inside.test/;'},
            'http://inside.test/bye', 'the symptom';
        is $location{'proxy_redirect off;'}, '/bye', 'off helps';
    },

    '`nginx -t`: unknown directive "logout..."' => sub {
        like said(modules => ''), qr/unknown directive "logout_redis" in .*:\d+$/m,
            'no module';
        unlike said(), qr/unknown directive/, 'load_module helps';
        like said(session => 'logout_sesion format=raw;'),
            qr/unknown directive "logout_sesion" in .*:\d+$/m, 'a wrong name';
        like said(session => 'logout_session fromat=raw;'),
            qr/is "format" meant\? in .*:\d+$/m, 'a wrong parameter';
    },

    '`nginx -t`: module "ngx_http_logout_module" is already loaded' => sub {
        my $module = $ENV{TEST_NGINX_LOAD_MODULES};
        like said(modules => "$module $module"),
            qr/module "ngx_http_logout_module" is already loaded in /,
            'the symptom';
    },

    '`nginx -t`: a secret file cannot be read, or can be read by others' => sub {
        my $as = $> == 0 ? 'setpriv --reuid 65534 --clear-groups' : '';

        like said(session => 'logout_session format=express secret_file=s;'),
            qr{open\(\) "/.*/s" failed \(2: No such file or directory\)},
            'it says where the file should be';
        like said_of_secret($as ? 0600 : 0, as => $as),
            qr/open\(\) "[^"]+" failed \(13: Permission denied\)/,
            'nginx -t is not root';
        like said_of_secret(0644),
            qr/\[warn\].*"[^"]+" holds a secret and can be read by others/,
            'everybody may read it';
        unlike said_of_secret(0600), qr/warn|emerg/, 'nobody else helps';
    },

    '`nginx -t`: module is not binary compatible' => sub {
        my $other = File::Temp->new(SUFFIX => '.so');
        open my $in, '<:raw', $ENV{TEST_NGINX_LOAD_MODULES} or die "$!\n";
        my $bytes = do { local $/; <$in> };

        # what "configure" found: sizes of types, then one digit per feature
        $bytes =~ s/(\d,\d,\d,)([01]{20,})/$1 . $2 =~ tr{01}{10}r/e
            or die "The module has no signature.\n";
        binmode $other;
        print $other $bytes;
        close $other;
        like said(modules => "$other"),
            qr/module "[^"]+" is not binary compatible/, 'the symptom';
    },
);

my ($section) = Logout::Readme::text() =~
    /^## Troubleshooting\n(.*?)^## /ms;
my @documented = $section =~ /^### (.*)$/mg;

is_deeply [sort keys %symptoms], [sort @documented],
    'each symptom of README.md is here';
for my $symptom (@documented) {
    subtest $symptom => $symptoms{$symptom} // sub { fail 'it is here' };
}

done_testing;
