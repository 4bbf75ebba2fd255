# A first day: a configuration for an Express application from the table of
# README.md; logout_explain says why a URL is refused; it is listed; the logout
# is seen in logout_status.

use strict;
use warnings;
use utf8;

use lib 't/lib/helpers';
use Digest::SHA qw(hmac_sha256_base64);
use HTTP::Tiny;
use JSON::PP qw(decode_json encode_json);
use Logout::Nginx;
use Logout::Readme;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;

# express-session: "s:ID.SIGNATURE", percent-encoded
my $id = 'Vb8bWm5mEUVYZLEd5NSR0AwjRLpbUS4r';
my $signature = hmac_sha256_base64($id, 'keyboard cat');
my $cookie = "connect.sid=s%3A$id.$signature";
$cookie =~ s/([+\/])/sprintf '%%%02X', ord $1/ge;

# What the table says of Express.
sub line_of_the_table {
    my ($line) = Logout::Readme::text() =~ /^\| Express [^|]*\| `([^`]+)` \|/m;

    return ($line // die "README.md has no line for Express.\n")
        =~ s/secret_file=…/secret_file=session.secret/r;
}

sub configuration {
    my (@urls) = @_;

    return (http => <<"_", server => <<"__");
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
_
    location = /logout {
        logout auth0;
        @{[line_of_the_table()]};
        logout_return_url @urls;
    }
    location = /explain {
        logout_explain;
        allow 127.0.0.1;
        deny  all;
    }
    location = /status {
        logout_status;
        allow 127.0.0.1;
        deny  all;
    }
__
}

my $nginx = Logout::Nginx->start(http => '', server => '');
my $url = 'https://shop.example.com/bye';

sub begin {
    my (@urls) = @_;

    open my $out, '>', "$nginx->{folder}/session.secret" or die "$!\n";
    print $out "keyboard cat\n";
    close $out;
    chmod 0600, "$nginx->{folder}/session.secret";

    $nginx->configure(configuration(@urls));
    like $nginx->test_configuration, qr/test is successful/,
        'nginx accepts it';
    $nginx->reload;
}

sub explanation {
    my $answer = HTTP::Tiny->new->post(
        'http://127.0.0.1:' . $nginx->port . '/explain', {
            headers => {'Content-Type' => 'application/json'},
            content => encode_json({return_url => $url, cookie => $cookie}),
        });

    return decode_json($answer->{content});
}

sub facts {
    my ($explanation, $name) = @_;

    my ($step) = grep { $_->{step} eq $name } @{$explanation->{steps}};
    return {verdict => $step->{verdict},
        map { $_->{name} => $_->{value} } @{$step->{facts}}};
}

begin('https://shop.example.com/ https://shop.example.com/bye/');
my $why = explanation();
is $why->{error}, 'return_url_not_allowed', 'a URL is refused';
is facts($why, 'return_url')->{'nearest entry'},
    'https://shop.example.com/bye/', 'the nearest entry: a slash too many';
is facts($why, 'session')->{verdict}, 'ok', 'the cookie is read';

begin('https://shop.example.com/ https://shop.example.com/bye');
my $now = explanation();
is $now->{error}, undef, 'it is allowed now';
is $now->{location}, $url, 'and where the browser goes';
like facts($now, 'session')->{key}, qr/^sess:\[[0-9a-f]{16}\] in sessions$/,
    'and which key is deleted';

$redis->command('SET', "sess:$id", '{}');
my $response = $nginx->get("/logout?returnTo=$url", {Cookie => $cookie});
is $response->{status}, 302, 'a logout';
is $response->{headers}{location}, $url, 'goes there';
is $redis->command('EXISTS', "sess:$id"), 0, 'and ends the session';

my $status = $nginx->get('/status')->{content};
like $status, qr/^nginx_logout_requests_total\{location="\/logout",protocol="auth0",result="logged_out"\} 1$/m,
    'it is counted';
like $status, qr/^nginx_logout_keys_deleted_total\{[^}]*\} 1$/m, 'with its key';
unlike $status, qr/result="no_session"\} [1-9]/,
    'the explanations are not';

done_testing;
