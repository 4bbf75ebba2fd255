# key= with every way in which nginx gives a variable its value: what was
# assigned stays, and what depends on the session is computed for each session.

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $store = "logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }\n";

# Those keys of `all` that a logout with the cookies sid=aaa and sid=bbb leaves,
# and the answer.
sub logout {
    my ($nginx, $all, $path, $headers) = @_;

    $redis->command('FLUSHALL');
    $redis->command('SET', $_, 1) for @$all;
    my $response = get($nginx, $path // '/logout', {
        Cookie => 'sid=aaa; tenant=acme; sid=bbb',
        %{$headers // {}},
    });

    return (join(' ', sort @{$redis->command('KEYS', '*')}), $response);
}

sub get {
    my ($nginx, $path, $headers) = @_;

    return HTTP::Tiny->new(max_redirect => 0)->get(
        'http://acme.example.com:' . $nginx->port . $path,
        {headers => $headers, peer => '127.0.0.1'});
}

# Ways to give $value the value "acme" before the logout begins.
my %ways = (
    'a capture of server_name' => {
        server => 'server_name ~^(?<value>[a-z]+)\.example\.com$;',
    },
    'set in the server'        => {server => 'set $value acme;'},
    'set in the location'      => {location => 'set $value acme;'},
    'set, of another variable' => {location => 'set $value $arg_tenant;'},
    'a capture of the location' => {path => '~ ^/(?<value>acme)/logout$'},
    'a capture of "rewrite"' => {
        server => 'rewrite ^/(?<value>acme)/logout$ /logout;',
    },
    'a capture of "if"' => {
        server => 'if ($host ~ ^(?<value>[a-z]+)\.) { set $seen 1; }',
    },
    'a map'          => {http => 'map $host $value { default acme; }'},
    'a volatile map' => {http => 'map $host $value { volatile; default acme; }'},
    'a map with a capture' => {
        http => 'map $host $value { ~^(?<found>[a-z]+)\. $found; }',
    },
    'a map that was used before' => {
        http   => 'map $host $value { default acme; }',
        server => 'if ($value = none) { return 403; }',
    },
    'geo'           => {http => 'geo $value { default acme; }'},
    'split_clients' => {http => 'split_clients $host $value { * acme; }'},
    'auth_request_set' => {
        http     => 'upstream self { server unix:tenants.sock; }'
            . ' server { listen unix:tenants.sock;'
            . ' add_header X-Tenant acme; return 204; }',
        server   => 'location = /auth { internal; proxy_pass http://self; }',
        location => 'auth_request /auth;'
            . ' auth_request_set $value $upstream_http_x_tenant;',
    },
    'an argument' => {key => '$arg_tenant:sess:$logout_session_id'},
    'a header'    => {key => '$http_x_tenant:sess:$logout_session_id'},
    'a cookie'    => {key => '$cookie_tenant:sess:$logout_session_id'},
    'a numbered capture' => {
        path => '~ ^/(acme)/logout$',
        key  => '$1:sess:$logout_session_id',
    },
    'a limit' => {
        http     => 'limit_req_zone $host zone=one:1m rate=100r/s;'
            . 'map $limit_req_status $value { PASSED acme; }',
        location => 'limit_req zone=one;',
    },
);

for my $way (sort keys %ways) {
    my %conf = %{$ways{$way}};

    subtest "$way is kept" => sub {
        my $path = $conf{path} // '= /logout';
        my $key = $conf{key} // '$value:sess:$logout_session_id';
        my $seen = $conf{key} ? 'acme' : '$value';
        my $nginx = Logout::Nginx->start(http => $store . ($conf{http} // ''),
            server => ($conf{server} // '') . <<"_");
    location $path {
        logout         auth0;
        logout_session format=raw cookie=sid key=$key;
        add_header     X-Result \$logout_result;
        add_header     X-Value  $seen;
        @{[$conf{location} // '']}
    }
_
        my ($left, $response) = logout($nginx,
            [qw(acme:sess:aaa acme:sess:bbb :sess:aaa)],
            ($conf{path} // $conf{server} // '') =~ m{acme.*/logout}
                ? '/acme/logout?tenant=acme' : '/logout?tenant=acme',
            {'X-Tenant' => 'acme'});

        is $left, ':sess:aaa', 'both keys of the tenant are gone, no other is';
        is $response->{headers}{'x-result'}, 'logged_out', 'the result';
        is $response->{headers}{'x-value'}, 'acme', 'the variable afterwards';
        is_deeply [$nginx->complaints], [], 'the log is clean';
    };
}

# Ways to make $value of $logout_session_id.
my %made = (
    'a map'         => 'map $logout_session_id $value { default "s:$logout_session_id"; }',
    'chained maps'  => 'map $logout_session_id $a { ~^(.*)$ $1; }'
        . ' map $a $value { default "s:$a"; }',
    'three chained maps' => 'map $logout_session_id $a { default $logout_session_id; }'
        . ' map $a $b { default $a; } map $b $value { default "s:$b"; }',
    'a map with a named capture' =>
        'map $logout_session_id $value { ~^(?<found>.*)$ "s:$found"; }',
    'a volatile map of a map' =>
        'map $logout_session_id $a { default $logout_session_id; }'
        . ' map $a $value { volatile; default "s:$a"; }',
    'split_clients of a map' =>
        'map $logout_session_id $a { aaa s:aaa; bbb s:bbb; }'
        . ' split_clients $a $same { * ""; }'
        . ' map $same $value { default $a; }',
);

for my $way (sort keys %made) {
    subtest "$way of the session's id is computed for each session" => sub {
        my $nginx = Logout::Nginx->start(http => "$store$made{$way}",
            server => <<'_');
    location = /logout {
        logout         auth0;
        logout_session format=raw cookie=sid key=$value;
        add_header     X-Result $logout_result;
        add_header     X-Value  "($value)";
    }
    location = /rules {
        logout         auth0;
        logout_session format=raw cookie=sid key=$value;
        logout_session format=raw cookie=two key=$value:two;
    }
_
        my ($left, $response) = logout($nginx, [qw(s:aaa s:bbb s:)]);
        is $left, 's:', 'both keys are gone';
        is $response->{headers}{'x-result'}, 'logged_out', 'the result';
        unlike $response->{headers}{'x-value'}, qr/aaa|bbb/,
            'no id is in the variable afterwards';

        ($left) = logout($nginx, [qw(s:aaa s:bbb s:bbb:two)], '/rules',
            {Cookie => 'sid=aaa; two=bbb'});
        is $left, 's:bbb', 'two rules with the same variable';
        is_deeply [$nginx->complaints], [], 'the log is clean';
    };
}

subtest 'a capture of the location, beside a map that captures' => sub {
    my $nginx = Logout::Nginx->start(http => "$store" . <<'_',
    map $logout_session_id $id { ~^(?<first>.)(.*)$ "$first$2"; }
_
        server => <<'_');
    location ~ ^/(?<tenant>acme)/logout$ {
        logout         auth0;
        logout_session format=raw cookie=sid key=$tenant:$id;
        add_header     X-Tenant "$tenant $1";
    }
_
    my ($left, $response) = logout($nginx, [qw(acme:aaa acme:bbb)],
        '/acme/logout');
    is $left, '', 'both keys are gone';
    is $response->{headers}{'x-tenant'}, 'acme acme', 'afterwards';
};

subtest 'logout_token, all=, logout_federated and events' => sub {
    my $nginx = Logout::Nginx->start(http => $store . <<'_',
    map $logout_session_id $id    { default $logout_session_id; }
    map $id                $made  { default "sess:$id"; }
    map $logout_token      $token { default $logout_token; }
_
        server => <<'_');
    server_name ~^(?<tenant>[a-z]+)\.example\.com$;
    location = /logout {
        set              $realm main;
        logout           auth0;
        logout_session   format=raw cookie=sid key=$tenant:$made
                         all=$realm:$tenant:all;
        logout_token     key=$realm:$tenant:$token;
        logout_event     stream=events tenant=$tenant realm=$realm id=$made;
        logout_return_url https://app.test/;
        logout_federated https://idp.test/$realm/$tenant?made=$made;
        add_header       X-Result $logout_result;
    }
_
    my @keys = qw(acme:sess:aaa acme:sess:bbb acme:sess:ccc main:acme:t1
        :sess:aaa :acme:t1 main::all);

    $redis->command('FLUSHALL');
    $redis->command('SET', $_, 1) for @keys;
    $redis->command('SADD', 'main:acme:all', 'acme:sess:ccc');
    my $response = get($nginx, '/logout?federated', {
        Authorization => 'Bearer t1',
        Cookie        => 'sid=aaa; sid=bbb',
        Accept        => 'text/html',
    });

    is $response->{headers}{'x-result'}, 'logged_out', 'the result';
    is $response->{headers}{location}, 'https://idp.test/main/acme?made=sess:',
        'the federated URL knows what was assigned, and no id';
    is join(' ', sort @{$redis->command('KEYS', '*')}),
        ':acme:t1 :sess:aaa events main::all', 'the keys that are left';

    my %event = @{$redis->command('XRANGE', 'events', '-', '+')->[0][1]};
    is "$event{tenant} $event{realm} $event{id}", 'acme main sess:',
        'the event knows what was assigned, and no id';
    is_deeply [$nginx->complaints], [], 'the log is clean';
};

subtest 'a second logout in the same request' => sub {
    my $nginx = Logout::Nginx->start(http => $store . <<'_',
    map $logout_session_id $id  { default $logout_session_id; }
    map $id                $key { default "sess:$id"; }
    logout_redis gone { server 127.0.0.1:1; }
_
        server => <<'_');
    location = /logout {
        set            $tenant acme;
        logout         auth0;
        logout_session format=raw cookie=sid key=$tenant:$key redis=gone;
        error_page     503 = @second;
    }
    location @second {
        logout         auth0;
        logout_session format=raw cookie=two key=$tenant:$key redis=sessions;
        add_header     X-Result $logout_result;
    }
_
    my ($left, $response) = logout($nginx, [qw(acme:sess:aaa acme:sess:bbb)],
        '/logout', {Cookie => 'sid=aaa; two=bbb'});
    is $left, 'acme:sess:aaa', 'ends its own session';
    is $response->{headers}{'x-result'}, 'logged_out', 'and says so';
};

# "set" and its kin run before nginx knows of any session: what they make of
# $logout_session_id would be a key that nobody has.
my $too_early = qr/store "sessions": \$logout_session_id or one of its kind was used before the logout began, when it was empty/;

for my $early (
    ['set',       'set $key "sess:$logout_session_id";', '$key'],
    ['if',        'if ($made) { set $x 1; }',            '$made'],
    ['a limit',   'limit_req zone=by_id;',               'a:$made'],
    ['a subrequest', 'auth_request /auth;'
        . ' auth_request_set $key "$logout_session_id";', 's:$key']) {
    my ($name, $directives, $key) = @$early;

    subtest "$name that uses the session's id before" => sub {
        my $nginx = Logout::Nginx->start(http => $store . <<'_',
    map $logout_session_id $made { default "sess:$logout_session_id"; }
    limit_req_zone $made zone=by_id:1m rate=100r/s;
_
            server => <<"_");
    location = /auth { return 204; }
    location = /logout {
        logout         auth0;
        logout_session format=raw cookie=sid key=$key;
        logout_session format=raw cookie=other prefix=other:;
        add_header     X-Result \$logout_result always;
        $directives
    }
_
        my ($left, $response) = logout($nginx, [qw(sess: other:ccc)],
            '/logout', {Cookie => 'sid=aaa; other=ccc'});

        is $left, 'sess:', 'the others end';
        is $response->{status}, 503, 'the status';
        is $response->{headers}{'x-result'}, 'redis_unavailable', 'the result';
        like join("\n", $nginx->complaints), $too_early, 'the log says why';
    };
}

# Only key= takes variables; elsewhere they would be taken literally.
my %refused = (
    'cookie=sid prefix=$tenant:' => '"prefix" takes no variables, only'
        . ' "key=", which is the whole key, does: "$tenant:"',
    'cookie=sid prefix=a suffix=${host}' => '"suffix" takes no variables',
    'cookie=$host prefix=a'      => '"cookie" takes no variables',
    'cookie=sid prefix=a lead=$1' => '"lead" takes no variables',
);

my $tested = Logout::Nginx->start(http => $store);

for my $session (sort keys %refused) {
    $tested->configure(http => $store, server => <<"_");
    location = /logout { logout auth0; logout_session format=raw $session; }
_
    like $tested->test_configuration,
        qr/\[emerg\].*\Q$refused{$session}\E.* in \S+:\d+/,
        "refused: $session";
}

done_testing;
