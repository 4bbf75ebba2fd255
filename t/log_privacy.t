# Nothing that opens a door is in a log: no session id, cookie, token, password
# or secret, whatever goes wrong with it. And what goes wrong is said once.
#
# nginx itself writes requests into its log at "debug". This module writes
# nothing at that level (the first test looks for it in the source), so that
# what it writes, and what nginx writes because of it, are the other lines.

use strict;
use warnings;

use lib 't/lib/helpers';
use Digest::SHA qw(hmac_sha256_base64);
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

# What is secret has this in it.
use constant MARK => 's3cr3t';

use constant {
    SESSION   => MARK . '-session-0123456789',
    TOKEN     => MARK . '-token-0123456789',
    PASSWORD  => MARK . '-password',
    SIGNATURE => MARK . '-signing-key-of-32-bytes--',
};

my $redis = Logout::RedisServer->start;
my $dead = Logout::RedisServer->start;
my $dead_port = $dead->port;
$dead->kill;

# every key but those that begin as "forbidden:" does
$redis->command('ACL', 'SETUSER', 'edge', 'on', '>' . PASSWORD, '~[^f]*',
    '-@all', '+unlink', '+del', '+ping');

# The formats of logout_session, each with the name of its cookie.
my %formats = (
    raw           => 'format=raw cookie=raw prefix=sess:',
    urldecode     => 'format=urldecode cookie=urldecode prefix=sess:',
    signed        => 'format=signed cookie=signed prefix=sess: '
        . 'secret_file=signing.key',
    'first-part'  => 'format=first-part cookie=first-part prefix=sess:',
    sha256        => 'format=sha256 cookie=sha256 prefix=sess:',
    'connect.sid' => 'format=express secret_file=signing.key',
    sessionId     => 'format=fastify secret_file=signing.key',
    'koa.sess'    => 'format=koa secret_file=signing.key prefix=sess:',
    PHPSESSID     => 'format=php',
    sessionid     => 'format=django',
    session       => 'format=flask secret_file=signing.key',
    SESSION       => 'format=spring',
    laravel_session => 'format=laravel secret_file=signing.key',
    _oauth2_proxy => 'format=oauth2-proxy secret_file=signing.key',
);

sub locations {
    my $locations = '';

    my %stores = (live => 'sessions', wrong => 'wrong', away => 'away');
    for my $place (keys %stores) {
        my $store = $stores{$place};
        $locations .= <<"_";
        location = /$place {
            logout         schibsted;
            logout_methods GET POST DELETE;
            logout_token   key=token:\$logout_token redis=$store;
            @{[map { "logout_session $formats{$_} redis=$store;\n" }
                sort keys %formats]}
        }
        location = /$place-auth0 {
            logout         auth0;
            logout_session format=raw cookie=raw prefix=sess: redis=$store;
        }
_
    }

    return $locations . <<'_';
        location = /forbidden {
            logout         auth0;
            logout_session format=raw cookie=raw prefix=forbidden: redis=sessions;
        }
        location = /deferred {
            logout               auth0;
            logout_session       format=raw cookie=raw prefix=sess: redis=away;
            logout_redis_failure defer;
        }
        location = /refuse {
            logout             auth0;
            logout_bad_request refuse;
            logout_session     format=raw cookie=raw prefix=sess: redis=sessions;
        }
        location = /oidc {
            logout         oidc;
            logout_session format=raw cookie=raw prefix=sess: redis=sessions;
        }
        location /path {
            logout         auth0;
            logout_session format=raw cookie=raw prefix=sess: redis=sessions;
        }
_
}

sub start_nginx {
    my $folder = File::Temp->newdir('logout-secrets.XXXXXX', TMPDIR => 1);
    chmod 0755, "$folder";
    for my $file (['signing.key', SIGNATURE], ['redis.password', PASSWORD]) {
        my ($name, $text) = @$file;
        open my $out, '>', "$folder/$name" or die "$name: $!\n";
        print $out "$text\n";
        chmod 0600, "$folder/$name";
        close $out;
    }

    my $server = '127.0.0.1:' . $redis->port;
    my $http = <<"_";
    logout_redis sessions {
        server        $server;
        username      edge;
        password_file $folder/redis.password;
        timeout       10s;
    }
    logout_redis wrong {
        server   $server;
        username edge;
        password ${\PASSWORD}-wrong;
    }
    logout_redis away {
        server   127.0.0.1:$dead_port;
        password ${\PASSWORD};
    }
    logout_zone deferred 1m;
    logout_client my-app {
        return_url https://app.example.com/;
    }
    logout_return_url https://www.example.com/;
    log_format logout '\$uri \$status \$logout_result \$logout_error '
        '\$logout_client_id \$logout_return_url \$logout_session_hash '
        '[\$logout_session_id\$logout_token]';
_
    my $locations = locations();
    s/secret_file=/secret_file=$folder\//g for $locations;

    my $nginx = Logout::Nginx->start(log => 'debug', http => $http,
        server => "access_log logs/access.log logout; $locations");
    return ($nginx, $folder);
}

my ($nginx, $secrets) = start_nginx();

# The lines of the error log since the last call that are not nginx's own of
# "debug".
my $read = 0;
my @all_lines;

sub new_lines {
    my @lines = split /\n/, $nginx->error_log;
    my @new = grep { !/\[debug\]/ } @lines[$read .. $#lines];

    $read = @lines;
    push @all_lines, @new;
    return @new;
}

sub sign {
    my ($id) = @_;

    my $signature = hmac_sha256_base64($id, SIGNATURE) =~ tr{=}{}dr;
    return "$id.$signature";
}

sub cookies {
    my $express = 's%3A' . sign(SESSION) =~ s{([+/])}{sprintf '%%%02X', ord $1}egr;
    my %values = (
        signed        => sign(SESSION),
        'first-part'  => SESSION . '|' . MARK . '-rest',
        'connect.sid' => $express,
        sessionId     => sign(SESSION),
    );

    return join '; ', map { "$_=" . ($values{$_} // SESSION) } sort keys %formats;
}

# Requests `path`. The log then has exactly these lines, where a line is a
# level and a pattern.
sub logs {
    my ($name, $request, @expected) = @_;

    new_lines();
    my ($path, $headers, $form) = @$request;
    my %headers = (Cookie => cookies(), %{$headers // {}});
    my $response = $form ? $nginx->post($path, $form, \%headers)
        : $nginx->get($path, \%headers);
    unlike join(' ', %{$response->{headers}}, $response->{content}),
        qr/${\MARK}/, "$name: nothing secret in the answer";

    my @lines = grep { /logout: / } new_lines();
    is scalar @lines, scalar @expected, "$name: how often it is logged"
        or diag map { "$_\n" } @lines;
    for (0 .. $#expected) {
        my ($level, $pattern) = @{$expected[$_]};
        like $lines[$_] // '', qr/\[$level\] .*logout: .*$pattern/,
            "$name: what is logged";
    }
    return $response->{status};
}

subtest 'the module writes nothing at "debug"' => sub {
    my @sources = map { glob "src/$_.[ch]pp" } qw(*/* */*/*);

    cmp_ok scalar @sources, '>', 100, 'there are sources';
    for my $source (@sources) {
        open my $in, '<', $source or die "$source: $!\n";
        my $text = join '', <$in>;
        ok $text !~ /ngx_log_debug|NGX_LOG_DEBUG(?!_FIRST)/, $source;
    }
};

subtest 'a logout' => sub {
    $redis->command('SET', $_, 1) for map { "$_:" . SESSION } qw(sess forbidden);

    is logs('GET', ['/live?client_id=my-app']), 302, 'redirected';
    is $redis->command('EXISTS', 'sess:' . SESSION), 0, 'the cookies are read';
    is logs('POST', ['/live', {}, {client_id => 'my-app'}]), 303, 'redirected';
    is logs('no such session', ['/live-auth0']), 302, 'redirected';
};

subtest 'tokens' => sub {
    my %authorization = (Authorization => 'Bearer ' . TOKEN);

    $redis->command('SET', 'token:' . TOKEN, 1);
    logs('bearer', ['/live?client_id=my-app', \%authorization]);
    is $redis->command('EXISTS', 'token:' . TOKEN), 0, 'the token is read';
    logs('query', ['/live?client_id=my-app&oauth_token=' . TOKEN]);
    logs('form', ['/live', {}, {client_id => 'my-app', oauth_token => TOKEN}]);
    logs('in JSONP', ['/live?client_id=my-app&callback=f&oauth_token=' . TOKEN]);
};

subtest 'the fault of the client: once, at "info"' => sub {
    my @refusals = (
        ['a URL', '/live-auth0?returnTo=https://evil.example/' . MARK,
            'return_url_not_allowed'],
        ['an escape', '/live-auth0?returnTo=%&x=' . MARK, 'malformed_request'],
        ['twice', '/live-auth0?client_id=' . MARK . '&client_id=b',
            'malformed_request'],
        ['a client', '/live-auth0?client_id=' . MARK, 'unknown_client'],
        ['no client', '/live?x=' . MARK, 'client_required'],
        ['refused', '/refuse?returnTo=https://evil.example/' . MARK,
            'return_url_not_allowed'],
        ['a token, and no client', '/live?oauth_token=' . TOKEN,
            'client_required'],
        ['two tokens', '/live?client_id=my-app&oauth_token=' . TOKEN
            . '&oauth_token=b', 'malformed_request'],
        ['an ID token', '/oidc?id_token_hint=' . MARK . '.' . MARK . '.'
            . MARK, 'invalid_id_token_hint|malformed_request'],
        ['a callback', '/live?client_id=my-app&callback=' . MARK . '(',
            'malformed_request'],
    );

    for my $refusal (@refusals) {
        my ($name, $path, $word) = @$refusal;
        is logs($name, [$path], ['info', $word]), 400, "$name: refused";
    }

    is logs('cross-site', ['/live-auth0?x=' . MARK, {
        'Sec-Fetch-Site' => 'cross-site', 'Sec-Fetch-Mode' => 'no-cors',
        'Sec-Fetch-Dest' => 'image'}], ['info', 'cross_site']), 403, 'refused';
    is logs('prefetch', ['/live-auth0', {'Sec-Purpose' => 'prefetch'}],
        ['info', 'prefetch']), 503, 'refused';
    is logs('JSON', ['/live-auth0', {}, {returnTo => 'https://evil.example/'
        . MARK}], ['info', 'return_url_not_allowed']), 400, 'refused';
};

subtest 'the fault of Redis: once, at "error"' => sub {
    is logs('the key', ['/forbidden'], ['error', 'NOPERM']), 503, 'failed';
    is logs('the password', ['/wrong-auth0'],
        ['error', 'redis_unavailable.*store "wrong"']), 503, 'failed';
    is logs('away', ['/away-auth0'],
        ['error', 'redis_unavailable.*store "away"']), 503, 'failed';
    is logs('every session and a token', ['/away?client_id=my-app&oauth_token='
        . TOKEN], ['error', 'redis_unavailable']), 503, 'failed';
    is logs('for later', ['/deferred']), 302, 'deferred';
};

subtest 'nobody writes lines of their own' => sub {
    new_lines();
    $nginx->get('/path/%0aforged%20line?returnTo=%', {Cookie => cookies()});
    my @lines = new_lines();

    is scalar(grep { m{logout: .*"GET /path/%0aforged%20line", host} } @lines),
        1, 'the path is told as it was sent';
};

$nginx->reload;
$nginx->quit;
new_lines();

is_deeply [grep { /${\MARK}/ } @all_lines], [],
    'nothing secret is in the error log';
my @access = split /\n/, $nginx->read_log('access.log');
cmp_ok scalar @access, '>', 20, 'there is an access log';
is_deeply [grep { /${\MARK}/ } @access], [], 'nothing secret is in it';

done_testing;
