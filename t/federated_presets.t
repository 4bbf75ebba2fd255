# The lines of README.md for the usual identity providers: each is run as it
# stands there, for a location and for a client.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::Readme;
use Logout::RedisServer;
use Test::More;

# What the browser wants to come back to: each of these bytes is escaped.
use constant RETURN_URL => 'https://www.example.com/bye?x=1&y=%C3%B8%20z+#end';

my %return_parameter = (
    'Auth0'                                    => 'returnTo',
    'Auth0, and the provider behind it'        => 'returnTo',
    'OpenID Connect, its `end_session_endpoint`'
        => 'post_logout_redirect_uri',
    'Amazon Cognito'                           => 'logout_uri',
    'Okta'                                     => 'post_logout_redirect_uri',
    'Keycloak'                                 => 'post_logout_redirect_uri',
    'Microsoft Entra ID'                       => 'post_logout_redirect_uri',
);

my $redis = Logout::RedisServer->start;

sub presets {
    my ($section) = Logout::Readme::text() =~ /^### logout_federated\n(.*?)^### /ms;
    return $section =~ /^\| ([^|]+?) \| `(logout_federated [^`]+;)` \|$/mg;
}

sub start {
    my ($line) = @_;

    my $of_client = $line =~ s/^logout_//r;
    return Logout::Nginx->start(
        http => <<"_" . <<'__', server => <<"___" . <<'____');
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
    logout_client my-spa {
        return_url https://www.example.com/bye;
        $of_client
    }
_
    logout_session    format=raw cookie=sid prefix=sess:;
    logout_return_url https://www.example.com/bye;
__
        location = /logout {
            logout auth0;
            $line
        }
___
        location = /client {
            logout auth0;
        }
____
}

sub escape {
    my ($text) = @_;

    return $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger;
}

sub unescape {
    my ($text) = @_;

    return $text =~ s/%([0-9A-F]{2})/chr hex $1/ger;
}

# The parameter `name` of a URL's query, as it stands there.
sub parameter {
    my ($url, $name) = @_;

    return ($url =~ /[?&]\Q$name\E=([^&#]*)/)[0];
}

sub check {
    my ($nginx, $provider, $line, $path) = @_;

    my ($origin) = $line =~ m{(https://[^/]+/[^?]*)};
    my $separator = $path =~ /\?/ ? '&' : '?';

    $redis->command('SET', 'sess:4fzd8k2m', '1');
    my $answer = $nginx->get("$path${separator}federated&id_token_hint=eyJ.a.b"
        . '&returnTo=' . escape(RETURN_URL), {Cookie => 'sid=4fzd8k2m'});
    my $location = $answer->{headers}{location} // '';

    is $answer->{status}, 302, "$path: status";
    like $location, qr/^\Q$origin\E\?/i, "$path: to the provider";
    is unescape(parameter($location, $return_parameter{$provider}) // ''),
        RETURN_URL, "$path: with the return URL, escaped once";
    unlike $location, qr/[\$#]/, "$path: nothing is left over";
    is $redis->command('EXISTS', 'sess:4fzd8k2m'), 0,
        "$path: our session is ended first";
    like $answer->{headers}{'set-cookie'} // '', qr/^sid=;/,
        "$path: and its cookie";
}

my @presets = presets();
is scalar @presets / 2, scalar keys %return_parameter, 'all rows are read';

while (my ($provider, $line) = splice @presets, 0, 2) {
    subtest $provider => sub {
        my $nginx = start($line);

        check($nginx, $provider, $line, '/logout');
        check($nginx, $provider, $line, '/client?client_id=my-spa');
        my @complaints = $nginx->complaints;
        is scalar(grep { /whose query is not compared here/ } @complaints),
            $provider =~ /^Auth0/ ? 0 : 2, 'warnings of providers that compare';
        is scalar(grep { !/whose query is not compared here/ } @complaints),
            0, 'no other complaints';

        $redis->command('SET', 'sess:4fzd8k2m', '1');
        my $answer = $nginx->get('/logout?federated&returnTo='
            . 'https://evil.example/', {Cookie => 'sid=4fzd8k2m'});
        is $answer->{status}, 400, 'a return URL that is not allowed';
        is $answer->{headers}{location}, undef, 'goes nowhere';
        is $redis->command('EXISTS', 'sess:4fzd8k2m'), 0,
            'and costs nobody the logout';
    };
}

done_testing;
