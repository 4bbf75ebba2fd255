# Every file of conf-examples/ is accepted by "nginx -t" without a word but
# success, started, and does what it says.

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use Logout::Example;
use Logout::Tokens;
use Test::More;

my %examples = (
    'minimal.conf' => [
        {
            path     => '/logout',
            location => '/',
        },
        {
            path     => '/logout?returnTo=https://evil.example/',
            status   => 400,
        },
    ],
    'defer.conf' => [
        {
            path     => '/logout',
            location => '/',
        },
    ],
    'guard.conf' => [
        {
            path     => '/logout',
            location => '/',
            session  => 'appSession=4fzd8k2m.of-what-is-sealed',
        },
    ],
    'guard-hosts.conf' => [
        {
            path     => '/logout',
            location => '/',
            session  => 'appSession=4fzd8k2m.of-what-is-sealed',
        },
    ],
    'status.conf' => [
        {
            path     => '/logout',
            location => '/',
        },
    ],
    'events.conf' => [
        {
            path     => '/logout',
            location => '/',
        },
    ],
    'explain.conf' => [
        {
            path     => '/logout?returnTo=https://www.example.com/bye',
            location => 'https://www.example.com/bye',
        },
    ],
    'auth0.conf' => [
        {
            path     => '/v2/logout',
            location => 'https://www.example.com/',
        },
        {
            path     => '/v2/logout?returnTo=/signed-out',
            location => '/signed-out',
        },
        {
            path     => '/v2/logout?client_id=my-spa',
            location => 'https://spa.example.com/',
        },
        {
            path     => '/v2/logout?client_id=my-spa'
                . '&returnTo=https%3A%2F%2Fpr-7.preview.example.com%2Fbye',
            location => 'https://pr-7.preview.example.com/bye',
        },
        {
            path     => '/v2/logout?client_id=my-spa&federated',
            location => 'https://idp.example.com/logout'
                . '?returnTo=https%3A%2F%2Fspa.example.com%2F',
        },
        {
            path     => '/v2/logout?client_id=other',
            status   => 400,
        },
    ],
    'confirm.conf' => [
        {
            path     => '/logout',
            asks     => 1,
            status   => 303,
            location => '/',
        },
    ],
    'frontchannel.conf' => [
        {
            path     => '/frontchannel-logout'
                . '?iss=https%3A%2F%2Fid.example.com&sid=08a5019c-17e1',
            redis    => [qw(SET oidc:sid:08a5019c-17e1 sess:4fzd8k2m)],
            status   => 200,
        },
        {
            path     => '/frontchannel-logout',
            status   => 200,
        },
    ],
    'ssf.conf' => [
        map { {
            path     => '/ssf',
            method   => 'POST',
            headers  => {'Content-Type' => 'application/secevent+jwt'},
            content  => security_event('caep/event-type/session-revoked', {},
                aud => 'https://www.example.com/ssf',
                iss => 'https://id.example.com', sub_id => $_->{subject}),
            redis    => ['SADD', $_->{index}, 'sess:4fzd8k2m'],
            gone     => [$_->{index}],
            status   => 202,
            cookie   => 0,
        } } {
            subject => {format => 'iss_sub', sub => '248289761001',
                iss => 'https://id.example.com'},
            index   => 'oidc:sub:248289761001',
        }, {
            subject => {format => 'email', email => 'Jane.Doe@example.com'},
            index   => 'oidc:email:jane.doe@example.com',
        },
    ],
    'universal.conf' => [
        {
            path     => '/universal-logout',
            method   => 'POST',
            headers  => {
                'Content-Type' => 'application/json',
                Authorization  => 'Bearer ' . assertion(
                    aud => 'https://www.example.com/universal-logout',
                    iss => 'https://id.example.com'),
            },
            content  => '{"subject": {"format": "email",'
                . ' "email": "jane@example.com"}}',
            redis    => [qw(SADD oidc:email:jane@example.com sess:4fzd8k2m)],
            gone     => ['oidc:email:jane@example.com'],
            status   => 204,
            cookie   => 0,
        },
    ],
    'backchannel.conf' => [
        {
            path     => '/backchannel-logout',
            form     => {logout_token => logout_token(aud => 'my-app',
                iss => 'https://id.example.com', sid => '08a5019c-17e1')},
            redis    => [qw(SET oidc:sid:08a5019c-17e1 sess:4fzd8k2m)],
            status   => 200,
            cookie   => 0,
        },
        {
            path     => '/backchannel-logout',
            form     => {logout_token => logout_token(aud => 'my-app',
                iss => 'https://id.example.com', sub => '248289761001')},
            redis    => [qw(SADD oidc:sub:248289761001 sess:4fzd8k2m)],
            status   => 200,
            cookie   => 0,
        },
    ],
    'mobile.conf' => [
        {
            path     => '/logout?client_id=my-app',
            method   => 'DELETE',
            headers  => {Authorization => 'Bearer t1'},
            redis    => [qw(SET oauth:t1 sess:4fzd8k2m)],
            status   => 200,
            body     => qr/^\{"result":"logged_out"/,
            gone     => 'oauth:t1',
        },
        {
            path     => '/logout?client_id=my-app&oauth_token=t1',
            redis    => [qw(SET oauth:t1 sess:4fzd8k2m)],
            status   => 200,
            gone     => 'oauth:t1',
        },
    ],
    'keycloak.conf' => [
        {
            path     => '/realms/my-realm/protocol/openid-connect/logout'
                . '?client_id=my-spa&post_logout_redirect_uri'
                . '=https%3A%2F%2Fspa.example.com%2Fsigned-out&id_token_hint='
                . sign({iss => 'https://id.example.com/realms/my-realm',
                    aud => 'my-spa'}),
            location => 'https://spa.example.com/signed-out',
        },
        {
            path     => '/realms/my-realm/protocol/openid-connect/logout',
            form     => {
                client_id                => 'my-spa',
                post_logout_redirect_uri =>
                    'https://spa.example.com/signed-out',
            },
            status   => 303,
            location => 'https://spa.example.com/signed-out',
        },
    ],
    'okta.conf' => [
        {
            path     => '/oauth2/default/v1/logout?id_token_hint='
                . sign({iss => 'https://id.example.com/oauth2/default',
                    aud => 'my-spa'})
                . '&post_logout_redirect_uri=https%3A%2F%2Fspa.example.com'
                . '%2Fsigned-out&state=from-the-menu',
            location => 'https://spa.example.com/signed-out'
                . '?state=from-the-menu',
        },
        {
            path     => '/api/v1/sessions/me',
            method   => 'DELETE',
            headers  => {
                'Origin'         => 'https://spa.example.com',
                'Sec-Fetch-Site' => 'cross-site',
                'Sec-Fetch-Mode' => 'cors',
                'Sec-Fetch-Dest' => 'empty',
            },
            status   => 204,
        },
    ],
    'oidc.conf' => [
        {
            path     => '/connect/endsession?client_id=my-spa'
                . '&post_logout_redirect_uri'
                . '=https%3A%2F%2Fspa.example.com%2Fsigned-out&state=1%3B2',
            location => 'https://spa.example.com/signed-out?state=1%3B2',
        },
        {
            path     => '/connect/endsession?post_logout_redirect_uri'
                . '=https://spa.example.com/signed-out&id_token_hint='
                . sign({iss => 'https://id.example.com', aud => 'my-spa'}),
            location => 'https://spa.example.com/signed-out',
        },
        {
            path     => '/connect/endsession?client_id=my-spa&id_token_hint='
                . sign({iss => 'https://id.example.com', aud => 'other'}),
            status   => 400,
        },
        {
            path     => '/connect/endsession',
            status   => 200,
        },
    ],
    'schibsted.conf' => [
        {
            path     => '/logout?client_sdrn=sdrn%3Aschibsted.com%3Aclient'
                . '%3A56e9a5d1eee0000000000000'
                . '&redirect_uri=https%3A%2F%2Fwww.example.com%2Fbye'
                . '&sdk_version=5.1.1',
            location => 'https://www.example.com/bye',
        },
        {
            path     => '/logout?client_id=56e9a5d1eee0000000000000'
                . '&redirect_uri=https://evil.example/',
            location => 'https://www.example.com/',
        },
        {
            path     => '/ajax/logout.js?callback=fdf7084342a194'
                . '&redirect_uri=https%3A%2F%2Fwww.example.com%2F'
                . '&client_id=56e9a5d1eee0000000000000',
            status   => 200,
            body     => qr/^SPiD\.Talk\.response\("fdf7084342a194",/,
        },
        {
            path     => '/logout',
            status   => 400,
        },
    ],
);

# Sends the form in the page that was answered.
sub confirm {
    my ($example, $case, $page) = @_;

    is $example->redis->command('EXISTS', 'sess:4fzd8k2m'), 1,
        "$case->{path}: the session is kept until the user says so";

    my %form = $page->{content} =~ /name="(\w+)" value="(\w+)"/g;
    return $example->post($case->{path}, \%form, {Cookie => 'sid=4fzd8k2m'});
}

sub send_request {
    my ($example, $case) = @_;

    my %headers = (Cookie => $case->{session} // 'sid=4fzd8k2m',
        %{$case->{headers} // {}});
    return $example->post($case->{path}, $case->{form}, \%headers)
        if $case->{form};
    return HTTP::Tiny->new(max_redirect => 0)->request(
        $case->{method} // 'GET', 'http://127.0.0.1:' . $example->port
        . $case->{path}, {headers => \%headers,
            content => $case->{content} // ''});
}

sub try_logout {
    my ($example, $case) = @_;

    $example->redis->command('SET', 'sess:4fzd8k2m', '1');
    $example->redis->command(@{$case->{redis}}) if $case->{redis};
    my $response = send_request($example, $case);
    $response = confirm($example, $case, $response) if $case->{asks};

    is $response->{status}, $case->{status} // 302, "$case->{path}: status";
    is $response->{headers}{location}, $case->{location},
        "$case->{path}: Location";
    if ($case->{cookie} // 1) {
        my ($name) = ($case->{session} // 'sid=') =~ /^(\w+)=/;
        like $response->{headers}{'set-cookie'}, qr/^$name=; Path=\/;.*Max-Age=0/,
            "$case->{path}: the cookie is expired";
    }
    like $response->{content}, $case->{body}, "$case->{path}: body"
        if $case->{body};
    is $example->redis->command('EXISTS', $_), 0, "$case->{path}: $_ is gone"
        for $case->{session} ? () : 'sess:4fzd8k2m', $case->{gone} // ();
}

for my $name (sort keys %examples) {
    subtest $name => sub {
        my $example = Logout::Example->start($name);

        unlike $example->test_configuration, qr/\[(warn|error|emerg)\]/,
            'nginx -t has nothing to say';
        try_logout($example, $_) for @{$examples{$name}};
        unlike $example->error_log, qr/\[(warn|error|crit|alert|emerg)\]/,
            'the error log is clean';
    };
}

done_testing;
