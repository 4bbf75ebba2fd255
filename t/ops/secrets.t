# No session id, cookie, token or password is in any line that the module
# writes, at the level "debug", whatever happens.
#
# At that level nginx itself writes down the requests that it reads. Which lines
# are nginx's own is found out by the same requests to locations without this
# module: a line of the module's is one whose like is not among them.

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use JSON::PP qw(encode_json);
use Logout::Nginx;
use Logout::RedisServer;
use Logout::Tokens;
use MIME::Base64 qw(encode_base64url);
use Test::More;

my $redis = Logout::RedisServer->start;

# Each is in a request, in Redis or in a file, and must be in no line.
my %secrets = (
    'the session id'       => 'k7sessionid0123456789',
    'another session id'   => 'k8othersession0123456',
    'a cookie of no use'   => 'k9rubbishcookie',
    'an access token'      => 'q1accesstoken0123456789',
    'a bearer token'       => 'q2bearertoken0123456789',
    'the Redis password'   => 'w3password0123456789',
    'a wrong password'     => 'w4wrongpassword012345',
    'the signing secret'   => 'w5signingsecret0123456789',
    'the confirmation key' => 'w6confirmation0123456789',
);

# An ID token, whose payload is as secret as the whole.
my $hint = sign({iss => 'https://id.test', aud => 'spa', sub => 'mallory'});
my (undef, $payload) = split /\./, $hint;
$secrets{'an ID token'} = $payload;

sub store {
    my ($name, $user, $password) = @_;

    return "logout_redis $name { server 127.0.0.1:@{[$redis->port]};"
        . " username $user; password $password; }\n";
}

my $stores = store('sessions', 'nginx', $secrets{'the Redis password'})
    . store('wrong', 'nginx', $secrets{'a wrong password'})
    . 'logout_redis gone { server 127.0.0.1:' . Logout::Example::free_port()
    . "; }\n";

my $locations = <<'_';
    logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
    logout_return_url https://app.test/;
    logout_client     spa { return_url https://spa.test/; }
    logout_log_level  info;

    location = /logout { logout auth0; }
    location = /refuse { logout auth0; logout_bad_request refuse; }
    location = /signed {
        logout         auth0;
        logout_session format=express secret_file=signing.secret redis=sessions;
    }
    location = /noperm {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=other: redis=sessions;
    }
    location = /wrong {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=wrong;
    }
    location = /gone {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=gone;
    }
    location = /later {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=sess: redis=gone;
        logout_event   stream=logouts redis=gone;
        logout_redis_failure defer for=1s;
        logout_again   10ms;
    }
    location = /event {
        logout         auth0;
        logout_event   stream=forbidden redis=sessions;
    }
    location = /token {
        logout         schibsted;
        logout_methods GET POST DELETE;
        logout_token   key=oauth:$logout_token redis=sessions;
    }
    location = /oidc  { logout oidc; }
    location = /confirm {
        logout         oidc;
        logout_confirm on secret_file=confirmation.secret;
    }
    location = /explain { logout_explain unprotected; }
    location = /status  { logout_status; }
_

# Every way that a request can go.
sub send_requests {
    my ($nginx) = @_;

    my $base = 'http://127.0.0.1:' . $nginx->port;
    my $client = HTTP::Tiny->new(max_redirect => 0, timeout => 20);
    my $cookie = "sid=$secrets{'the session id'}; rest="
        . "$secrets{'a cookie of no use'}; "
        . "connect.sid=s%3A$secrets{'another session id'}.x";
    my %cookie = (Cookie => $cookie);
    my $spa = 'client_id=spa';
    my $token = $secrets{'an access token'};

    for my $path (qw(/logout /refuse /signed /noperm /wrong /gone /later /event
        /status)) {
        $client->get("$base$path", {headers => \%cookie});
        $client->get("$base$path?returnTo=https://evil.test/",
            {headers => \%cookie});
    }

    my @tokens = ("/token?$spa&oauth_token=$token",
        "/token?$spa&oauth_token=$token&oauth_token=$token",
        "/oidc?$spa&id_token_hint=$hint", "/oidc?$spa&id_token_hint=$hint.x",
        "/confirm?$spa&id_token_hint=$hint");
    $client->get("$base$_", {headers => \%cookie}) for @tokens;
    $client->post_form("$base/token",
        {client_id => 'spa', oauth_token => $token}, {headers => \%cookie});
    $client->delete("$base/token?$spa", {headers => {
        Authorization => "Bearer $secrets{'a bearer token'}"}});
    $client->post("$base/explain", {
        headers => {'Content-Type' => 'application/json'},
        content => encode_json({location => '/logout', cookie => $cookie,
            url => "?$spa&id_token_hint=$hint"}),
    });
}

# Lines that are alike have the same one: without what changes from one request
# to the next.
sub likeness {
    my ($line) = @_;

    $line =~ s/^\S+ \S+ \[\w+\] \d+#\d+: (?:\*\d+ )?//;
    $line =~ s/"[^"]*"/""/g;
    $line =~ s/\b[0-9A-Fa-f]+\b/N/g;
    $line =~ s/^(http (?:header|request line|uri|args|exten|cookie|process \w+|[\w ]+?)): .*/$1/;

    return $line;
}

sub lines_with_secrets {
    my ($log) = @_;

    my $any = join '|', map { quotemeta } values %secrets;
    return grep { /$any/ } split /\n/, $log;
}

sub write_secret {
    my ($nginx, $file, $secret) = @_;

    open my $out, '>', "$nginx->{folder}/$file" or die "$file: $!\n";
    print $out "$secret\n";
    close $out;
    chmod 0600, "$nginx->{folder}/$file";
}

sub allow_user {
    $redis->command('ACL', 'SETUSER', 'nginx', 'reset', 'on',
        ">$secrets{'the Redis password'}", '~sess:*', '~oauth:*', '-@all',
        '+unlink', '+del', '+ping', '+select', '+xadd');
    $redis->command('SET', "sess:$secrets{'the session id'}", 1);
    $redis->command('SET', "oauth:$secrets{'an access token'}", 1);
}

my $plain = Logout::Nginx->start(log => 'debug', http => '', server =>
    'location / { return 200; }');
send_requests($plain);
my %known = map { likeness($_) => 1 } lines_with_secrets($plain->error_log);

allow_user();
my $nginx = Logout::Nginx->start(http => '', server => '');
write_secret($nginx, 'signing.secret', $secrets{'the signing secret'});
write_secret($nginx, 'confirmation.secret', $secrets{'the confirmation key'});
$nginx->configure(log => 'debug', server => $locations, http => $stores
    . "logout_zone later 1m;\naccess_log logs/access.log;\n");
$nginx->reload;
send_requests($nginx);

# what was put off is given up
$nginx->eventually(sub { $nginx->error_log =~ /were given up/ });

my $log = $nginx->error_log;
cmp_ok scalar(grep { /logout/ } split /\n/, $log), '>', 20,
    'the module has something to say';
like $log, qr/$_/, "it told of $_"
    for qw(return_url_not_allowed NOPERM redis_unavailable refused);

my @told = grep { !$known{likeness($_)} } lines_with_secrets($log);
is scalar @told, 0, 'none of its lines has a secret'
    or diag join "\n", @told[0 .. ($#told < 9 ? $#told : 9)];

my $access = $nginx->read_log('access.log');
for my $name ('an access token', 'an ID token') {
    unlike $access, qr/\Q$secrets{$name}\E/, "the access log: not $name";
}

# this test is one that can say no
ok !$known{likeness('2026/01/01 00:00:00 [info] 1#1: *1 logout: '
    . $secrets{'the session id'})}, 'a line of the module is not nginx\'s';

done_testing;
