# The log format of README.md for programs: every line is a JSON object,
# whatever a request brings.

use strict;
use warnings;

use lib 't/lib/helpers';
use JSON::PP qw(decode_json);
use Logout::Nginx;
use Logout::Readme;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;

sub documented_format {
    my ($format) = Logout::Readme::text() =~ /^(log_format logout escape=json .*?;)$/ms;

    return $format // die "README.md has no log_format.\n";
}

my $nginx = Logout::Nginx->start(http => documented_format() . <<"_",
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
_
    server => <<'_');
    access_log logs/logout.json logout;
    location = /logout {
        logout            auth0;
        logout_session    format=raw cookie=sid prefix=sess:;
        logout_return_url https://app.test/bye;
        logout_client     spa { return_url https://spa.test/; }
    }
_

sub entry {
    my ($path, $headers) = @_;

    my $before = () = $nginx->read_log('logout.json') =~ /\n/g;
    $nginx->get($path, $headers);
    $nginx->eventually(sub {
        (() = $nginx->read_log('logout.json') =~ /\n/g) > $before;
    });

    my @lines = split /\n/, $nginx->read_log('logout.json');
    is scalar @lines, $before + 1, "$path: one line";
    my $entry = eval { decode_json($lines[-1]) };
    ok $entry, "$path: it is JSON" or diag $lines[-1];
    return $entry;
}

subtest 'a logout' => sub {
    $redis->command('SET', 'sess:secret-id', 1);
    my $entry = entry('/logout?client_id=spa', {Cookie => 'sid=secret-id'});

    is $entry->{result}, 'logged_out', 'result';
    is $entry->{status}, 302, 'status, a number';
    is $entry->{client_id}, 'spa', 'client';
    is $entry->{return_url}, 'https://spa.test/', 'return URL';
    is $entry->{keys_deleted}, '1', 'keys';
    is $entry->{uri}, '/logout', 'the URI is without its query';
    like $entry->{session}, qr/^[0-9a-f]{16}$/, 'the hash of the session';
    like $entry->{redis_time}, qr/^0\.\d{3}$/, 'time';
    like $entry->{request}, qr/^[0-9a-f]{32}$/, 'request';
    unlike $nginx->read_log('logout.json'), qr/secret-id/, 'no session id';
};

subtest 'a refusal' => sub {
    my $entry = entry('/logout?returnTo=https://evil.test/');

    is $entry->{error}, 'return_url_not_allowed', 'error';
    is $entry->{result}, 'no_session', 'result';
    is $entry->{redis_time}, '', 'nothing was asked of Redis';
};

subtest 'bytes that are no text' => sub {
    my $entry = entry('/logout?client_id=%22%5c%0a%ff%00&x="',
        {Cookie => 'sid="\\"'});

    is $entry->{error}, 'unknown_client', 'error';
};

done_testing;
