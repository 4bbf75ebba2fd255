# Redis over TLS: with a certificate that is accepted, or not at all.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Certificates;
use Logout::Example;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $files = Logout::Certificates->new;
$files->authority('ca');
$files->authority('other-ca');
$files->issue('named', 'ca', names => 'DNS:redis.example.com');
$files->issue('numbered', 'ca', names => 'IP:127.0.0.1');
$files->issue('expired', 'ca', names => 'DNS:redis.example.com', days => 0);
$files->issue('client', 'ca', names => 'DNS:nginx.example.com');

# A Redis with this certificate. Returns it and its TLS port.
sub tls_redis {
    my ($name, @options) = @_;

    my $port = Logout::Example::free_port();
    my $redis = Logout::RedisServer->start('--tls-port', $port,
        '--tls-cert-file', $files->file("$name.crt"),
        '--tls-key-file', $files->file("$name.key"),
        '--tls-ca-cert-file', $files->file('ca.crt'),
        '--tls-auth-clients', 'no', @options);

    return ($redis, $port);
}

sub nginx_for {
    my ($port, $parameters) = @_;

    return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        server 127.0.0.1:$port;
        ssl on;
        $parameters
    }
_
}

my $trust = 'ssl_trusted_certificate ' . $files->file('ca.crt') . ';';
my $name = 'ssl_name redis.example.com;';

sub works {
    my ($port, $parameters, $what) = @_;

    my $nginx = nginx_for($port, $parameters);
    is $nginx->logout('a'), 'no_session', $what;
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
}

sub is_refused {
    my ($port, $parameters, $why) = @_;

    my $nginx = nginx_for($port, $parameters);
    is $nginx->logout('a'), 'redis_unavailable', $why;

    my @lines = $nginx->complaints;
    is scalar(grep { /\[error\].*is down: .*\Q$why\E/ } @lines), 1,
        'the log says why, once';
    is scalar(grep { /\[(?:crit|alert|emerg)\]/ } @lines), 0, 'and no more';
}

subtest 'accepted' => sub {
    my ($redis, $port) = tls_redis('named');
    my ($numbered, $numbered_port) = tls_redis('numbered');
    my ($older, $older_port) = tls_redis('named', '--tls-protocols', 'TLSv1.2');

    works($port, "$trust $name", 'by its name');
    works($numbered_port, $trust, 'by its address');
    works($older_port, "$trust $name", 'with TLS 1.2');
    works($port, 'ssl_verify off;', 'unseen');
};

subtest 'refused' => sub {
    my ($redis, $port) = tls_redis('named');
    my ($expired, $expired_port) = tls_redis('expired');

    is_refused($port, $trust, 'its certificate is for another name');
    is_refused($port, "$trust ssl_name other.example.com;",
        'its certificate is for another name');
    is_refused($port, 'ssl_trusted_certificate '
        . $files->file('other-ca.crt') . "; $name",
        'self-signed certificate in certificate chain');
    is_refused($port, $name, 'self-signed certificate in certificate chain');
    is_refused($expired_port, "$trust $name", 'certificate has expired');
    is_refused($redis->port,
        "$trust $name connect_timeout 1s; timeout 60s;",
        'no answer to the TLS handshake in time');
};

subtest 'a client certificate is asked for' => sub {
    my ($redis, $port) = tls_redis('named', '--tls-auth-clients', 'yes');
    my $client = 'ssl_certificate ' . $files->file('client.crt')
        . '; ssl_certificate_key ' . $files->file('client.key') . ';';

    works($port, "$trust $name $client", 'and given');
    is_refused($port, "$trust $name",
        'it sent a TLS alert: certificate required');
};

subtest 'the key of the client certificate is encrypted' => sub {
    my ($redis, $port) = tls_redis('named', '--tls-auth-clients', 'yes');
    my ($key, $passwords) = map { $files->file($_) } 'secret.key', 'passwords';
    $files->openssl('ec', '-in', $files->file('client.key'), '-aes256',
        '-passout', 'pass:second', '-out', $key);
    open my $out, '>', $passwords or die "$passwords: $!\n";
    print $out "first\nsecond\n";
    close $out;

    works($port, "$trust $name ssl_certificate_key $key;"
        . ' ssl_certificate ' . $files->file('client.crt') . ';'
        . " ssl_password_file $passwords;", 'its password is in a file');
};

subtest 'any certificate of an authority' => sub {
    my ($redis, $port) = tls_redis('named');
    my $nginx = nginx_for($port, "$trust ssl_verify chain;");
    my ($warning) = $nginx->test_configuration =~ /\[warn\] (.*)/;

    is $nginx->logout('a'), 'no_session', 'is accepted';
    like $warning, qr/with "ssl_verify chain" whoever has any certificate of these authorities can take Redis' place in/,
        'with a warning';
    $nginx = nginx_for($port, 'ssl_verify chain; ssl_trusted_certificate '
        . $files->file('other-ca.crt') . ';');
    is $nginx->logout('a'), 'redis_unavailable', 'but not of another one';
};

subtest 'sentinels have certificates of their own' => sub {
    my ($redis, $port) = tls_redis('named');
    my $sentinel_port = Logout::Example::free_port();
    $files->issue('sentinel', 'ca', names => 'DNS:sentinel.example.com');
    my $file = $files->file('sentinel.conf');
    open my $out, '>', $file or die "$file: $!\n";
    print $out "sentinel monitor mymaster 127.0.0.1 $port 1\n";
    close $out;
    my $sentinel = Logout::RedisServer->start($file, '--sentinel',
        '--tls-port', $sentinel_port,
        '--tls-cert-file', $files->file('sentinel.crt'),
        '--tls-key-file', $files->file('sentinel.key'),
        '--tls-ca-cert-file', $files->file('ca.crt'),
        '--tls-auth-clients', 'no', '--tls-replication', 'yes');
    my $start = sub {
        my ($names) = @_;
        return Logout::Nginx->start(http => <<"_");
    logout_redis sessions {
        sentinel 127.0.0.1:$sentinel_port;
        master_name mymaster;
        ssl on;
        timeout 2s;
        connect_timeout 2s;
        $trust $names
    }
_
    };

    my $nginx =
        $start->("$name sentinel_ssl_name sentinel.example.com;");
    is $nginx->logout('a'), 'no_session', 'a name for each';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
    for my $names ($name, 'sentinel_ssl_name sentinel.example.com;',
        "$name sentinel_ssl_name redis.example.com;") {
        is $start->($names)->logout('a'), 'redis_unavailable',
            "not with $names";
    }
};

subtest 'a session is used again' => sub {
    for my $protocol ('TLSv1.2', 'TLSv1.3') {
        my ($redis, $port) = tls_redis('named', '--tls-protocols', $protocol);
        my $nginx = Logout::Nginx->start(http => <<"_", log => 'debug');
    logout_redis sessions { server 127.0.0.1:$port; ssl on; $trust $name }
_
        for (1 .. 3) {
            is $nginx->logout('a'), 'no_session', "$protocol: a connection";
            $redis->command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME',
                'yes');
        }
        my @reused = $nginx->error_log =~ /SSL reused session/g;
        is scalar @reused, 2, "$protocol: without a new handshake";
    }
};

subtest 'Redis hangs, dies, and comes back' => sub {
    my ($redis, $port) = tls_redis('named');
    my $nginx = nginx_for($port,
        "$trust $name timeout 1s; connect_timeout 1s;");
    my $recovers = sub {
        $nginx->eventually(sub { $nginx->logout('a') eq 'no_session' });
    };

    is $nginx->logout('a'), 'no_session', 'before';
    $redis->pause;
    is $nginx->logout('a'), 'redis_unavailable', 'while it hangs';
    $redis->resume;
    ok $recovers->(), 'when it goes on';
    $redis->kill;
    is $nginx->logout('a'), 'redis_unavailable', 'while it is away';
    $redis->start_again;
    ok $recovers->(), 'when it is back';
    cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE, 'nginx quits at once';
    unlike $nginx->error_log, qr/\[(?:crit|alert|emerg)\]/, 'no alert';
};

subtest 'conf-examples/tls.conf' => sub {
    my ($redis, $port) = tls_redis('named', '--tls-auth-clients', 'yes');
    my $password = $files->file('redis.password');

    open my $out, '>', $password or die "$password: $!\n";
    print $out "secret\n";
    close $out;
    chmod 0600, $password;

    my $nginx = Logout::Nginx->start(
        example => 'tls.conf',
        replace => {
            '127.0.0.1:6380'   => "127.0.0.1:$port",
            'redis-ca.crt'     => $files->file('ca.crt'),
            'redis-client.crt' => $files->file('client.crt'),
            'redis-client.key' => $files->file('client.key'),
            'redis.password'   => $password,
        });

    # as its comment says
    $redis->command('ACL', 'SETUSER', 'nginx', 'on', '>secret', '~sess:*',
        '+unlink', '+ping');
    $redis->command('SET', 'sess:4fzd8k2m', 1);
    my $response = $nginx->get('/logout', {Cookie => 'sid=4fzd8k2m'});
    is $response->{status}, 302, 'the logout is done';
    is $redis->command('EXISTS', 'sess:4fzd8k2m'), 0, 'the session is gone';
    is_deeply [$nginx->complaints], [], 'nothing to complain about';
};

done_testing;
