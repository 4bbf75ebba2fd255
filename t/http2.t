# Logouts over HTTP/2, with curl as the client.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $port = Logout::Example::free_port();
my $nginx = Logout::Nginx->start(
    http => 'logout_redis sessions { server 127.0.0.1:' . $redis->port
        . '; timeout 30s; }',
    server => Logout::Nginx::LOCATIONS . "listen 127.0.0.1:$port http2;");

# Runs curl. Returns the headers of its answers, as one text.
sub curl {
    my (@options) = @_;

    open my $out, '-|', 'curl', '--silent', '--max-time', 20,
        '--http2-prior-knowledge', '--dump-header', '-', '--output',
        '/dev/null', @options or die "curl: $!\n";
    local $/;
    return scalar(<$out>) // '';
}

sub logout_url { "http://127.0.0.1:$port/logout" . ($_[0] // '') }

sub is_logged_out {
    my ($name, $status, @options) = @_;

    $redis->command('SET', 'sess:abc', 1);
    my $headers = curl('--cookie', 'sid=abc', @options);
    like $headers, qr{\AHTTP/2 $status\b}, "$name: $status";
    like $headers, qr/^x-result: logged_out\r$/m, "$name: logged out";
    like $headers, qr{^location: /bye\r$}m, "$name: the redirect is relative";
    like $headers, qr/^set-cookie: sid=;/m, "$name: the cookie is expired";
    is $redis->command('EXISTS', 'sess:abc'), 0, "$name: the key is gone";
}

subtest 'GET' => sub {
    is_logged_out('GET', 302, logout_url('?returnTo=/bye'));
};

subtest 'POST' => sub {
    is_logged_out('a form', 303, '--data', 'returnTo=/bye', logout_url());
    is_logged_out('JSON', 303, '--header', 'Content-Type: application/json',
        '--data', '{"returnTo":"/bye"}', logout_url());
    is_logged_out('a large form', 303, '--data',
        'x=' . 'x' x 30_000 . '&returnTo=/bye', logout_url());
};

subtest 'a body whose length is not told' => sub {
    my $file = $nginx->folder . '/body';
    open my $out, '>', $file or die "$file: $!\n";
    print $out 'x=' . 'x' x 20_000 . '&returnTo=/bye';
    close $out;

    is_logged_out('a stream', 303, '--request', 'POST', '--header',
        'Content-Type: application/x-www-form-urlencoded', '--header',
        'Content-Length:', '--header', 'Expect:', '--data-binary', "\@$file",
        logout_url());
};

# Browsers split the Cookie header over HTTP/2.
subtest 'a cookie in a header of its own' => sub {
    is_logged_out('two', 302, '--header', 'Cookie: a=1', '--header',
        'Cookie: sid=abc', logout_url());
};

subtest 'what does nothing' => sub {
    $redis->command('SET', 'sess:abc', 1);
    like curl('--head', '--cookie', 'sid=abc', logout_url()),
        qr{\AHTTP/2 405\b.*^allow: }ms, 'HEAD';

    # nginx resets the stream behind its answer, and curl may see that first
    ok $nginx->eventually(sub {
        curl('--cookie', 'sid=abc', '--data', 'x=' . 'x' x 40_000,
            logout_url()) =~ qr{\AHTTP/2 413\b};
    }), 'a body that is too large';
    is $redis->command('EXISTS', 'sess:abc'), 1, 'the session is kept';
};

subtest 'several streams of one connection' => sub {
    $redis->command('SET', 'sess:abc', 1);
    my $url = logout_url();
    my $report = `h2load -n 100 -c 1 -m 20 -H 'Cookie: sid=abc' $url 2>&1`;

    like $report, qr/^status codes: 0 2xx, 100 3xx, 0 4xx, 0 5xx$/m,
        'all are redirected';
    is $redis->command('DBSIZE'), 0, 'the key is gone';
};

subtest 'a client that leaves while Redis is asked' => sub {
    $redis->command('SET', 'sess:abc', 1);
    $redis->pause;
    is curl('--max-time', 1, '--cookie', 'sid=abc', logout_url()), '',
        'it was not answered';
    $redis->resume;
    ok $nginx->eventually(sub { !$redis->command('EXISTS', 'sess:abc') }),
        'the key is deleted all the same';
    is_logged_out('the next', 302, logout_url());
};

# nginx 1.25.1 and later would rather have `http2 on`, which older ones lack
is_deeply [grep { !/is buffered to a temporary file|"listen .* is deprecated/ }
    $nginx->complaints], [], 'nothing is logged';
cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits';
unlike $nginx->error_log, qr/\[alert\]/, 'without an alert';

done_testing;
