# What SDKs send for a logout, as it was recorded in Chromium, and what they need
# back: t/clients/captures.json. "make clients" runs the SDKs themselves.
#
# In the requests, @NAME@ is an ID token that the provider made for that client.

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use JSON::PP ();
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Tokens;
use Test::More;

my %navigation = (
    'Sec-Fetch-Mode'            => 'navigate',
    'Sec-Fetch-Dest'            => 'document',
    'Sec-Fetch-Site'            => 'same-site',
    'Upgrade-Insecure-Requests' => '1',
    'Accept'                    => 'text/html,application/xhtml+xml',
    'Referer'                   => 'https://app.example.test:18444/',
);
my %tokens = (
    '@token@' => sign({iss => 'https://id.example.test', aud => 'spa'}),
    '@kc1@'   => sign({iss => 'https://id.example.test', aud => 'kc1'}),
);

my $redis = Logout::RedisServer->start;
my $nginx = Logout::Nginx->start(http => <<"_" . <<'__', server => <<'___');
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
    logout_jwks  $ENV{TEST_NGINX_JWKS} issuer=https://id.example.test;
_
    large_client_header_buffers 4 16k;
    add_header     X-Result $logout_result always;
    logout_session format=raw cookie=sid prefix=sess: domain=example.test;

    logout_return_url https://app.example.test:18444/after;
    logout_federated
        https://idp.example.test/logout?to=$logout_return_url_escaped;
    logout_client 56e9a5d1eee0000000000000 {
        return_url https://app.example.test:18444/after?x=1&y=%C3%B8%20z;
    }
    logout_client c1 {
        return_url https://app.example.test:18444/after?x=1&y=%C3%B8%20z;
    }
    logout_client spa {
        return_url https://app.example.test:18444/after?x=1&y=%C3%B8%20z;
        origin     https://app.example.test:18444;
    }
    logout_client kc1 {
        return_url https://app.example.test:18444/after?x=1&y=%C3%B8%20z;
    }
__
        location = /v2/logout {
            logout auth0;
            logout_client "CID 1&é" {
                return_url https://app.example.test:18444/after;
            }
            logout_client abc {
                return_url https://app.example.test:18444/after;
                origin     https://app.example.test:18444;
            }
        }
        location = /logout              { logout schibsted; }
        location = /sub/logout          { logout schibsted; }
        location = /ajax/logout.js      { logout schibsted; }
        location = /connect/endsession  { logout oidc; }
        location = /oauth2/default/v1/logout { logout oidc; }
        location = /api/v1/sessions/me  {
            logout         oidc;
            logout_methods DELETE;
        }
        location = "/auth/realms/my realm/protocol/openid-connect/logout" {
            logout oidc;
        }
___

sub with_tokens {
    my ($text) = @_;

    $text =~ s/(\@\w+\@)/$tokens{$1}/g;
    return $text;
}

sub send_request {
    my ($capture) = @_;

    my %options = (headers => {
        %{$capture->{headers} // \%navigation},
        Cookie => 'sid=4fzd8k2m',
    });
    if (defined $capture->{form}) {
        $options{content} = with_tokens($capture->{form});
        $options{headers}{'Content-Type'} =
            'application/x-www-form-urlencoded';
    }

    return HTTP::Tiny->new(max_redirect => 0)->request(
        $capture->{method} // 'GET', 'http://127.0.0.1:' . $nginx->port
        . with_tokens($capture->{request}), \%options);
}

sub replay {
    my ($capture) = @_;

    $redis->command('SET', 'sess:4fzd8k2m', '1');
    my $answer = send_request($capture);
    my $headers = $answer->{headers};

    is $answer->{status}, $capture->{status}, 'status'
        or diag $answer->{content};
    is $headers->{location}, $capture->{location}, 'Location';
    is $headers->{'cache-control'}, 'no-store', 'Cache-Control';
    is $headers->{$_}, $capture->{answer}{$_}, $_
        for sort keys %{$capture->{answer} // {}};
    like $answer->{content}, qr/$capture->{body}/, 'body'
        if defined $capture->{body};

    my $kept = $capture->{kept} ? 1 : 0;
    is $redis->command('EXISTS', 'sess:4fzd8k2m'), $kept,
        $kept ? 'the session is kept' : 'the session is gone';
    is defined $headers->{'set-cookie'} ? 0 : 1, $kept,
        $kept ? 'so is the cookie' : 'so is the cookie, in the browser';
}

open my $in, '<:raw', 't/clients/captures.json' or die "captures.json: $!\n";
my $captures = JSON::PP->new->utf8->decode(join '', <$in>);

for my $capture (@$captures) {
    subtest $capture->{client} => sub { replay($capture) };
}

unlike $nginx->error_log, qr/eyJ/, 'no token is in the error log';
# the location of auth0 has a federated URL beside queries that are not compared
is_deeply [grep { !/ whose query is not compared here:/ } $nginx->complaints], [],
    'nothing is wrong with the rest of it';

done_testing;
