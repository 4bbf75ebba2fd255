# logout ssf: what RFC 8935, RFC 8417 and the Shared Signals Framework 1.0 want of
# a receiver, through nginx and Redis.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;
use Logout::Tokens;

log_level('info');
no_long_string();
no_shuffle();

our $HttpConfig = <<'_';
    logout_redis sessions {
        server  127.0.0.1:$TEST_NGINX_REDIS_PORT;
        timeout 5s;
    }
    logout_jwks      $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_audience  https://shop.example.test/ssf https://other.example.test/;
    add_header       X-Result $logout_result always;
    add_header       X-Error $logout_error always;
    add_header       X-Signal $logout_signal always;
_

our $Config = <<'_';
    location = /ssf {
        logout             ssf;
        logout_oidc_index  sid_key=oidc:sid:$logout_sid
                           sub_key=oidc:sub:$logout_sub
                           email_key=oidc:email:$logout_email;
    }
    location = /sub {
        logout             ssf;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub;
    }
    location = /all {
        logout             ssf;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub all_of_user;
    }
    location = /few {
        logout             ssf;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub;
        logout_signals     account-disabled account-purged;
    }
    location = /bearer {
        logout             ssf;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub;
        logout_bearer      secret_file=$TEST_NGINX_KEYS/bearer;
    }
_

sub write_secret {
    my ($name, $text) = @_;

    open my $out, '>', "$ENV{TEST_NGINX_KEYS}/$name" or die "$name: $!\n";
    print $out $text;
    close $out;
    chmod 0600, "$ENV{TEST_NGINX_KEYS}/$name";
}

write_secret('bearer', "new-secret-of-the-stream\nold-secret-of-the-stream\n");
write_secret('spaces', "two words\n");

our $revoked = 'caep/event-type/session-revoked';
our $user = {format => 'iss_sub', iss => 'https://id.example.test', sub => 'u1'};
our $session = {format => 'opaque', id => 's1'};

# Pushes a token to a location.
sub push_event {
    my ($location, $token) = @_;

    return "POST $location\n$token";
}

sub subject {
    my ($subject) = @_;

    return push_event('/ssf', security_event($revoked, {}, sub_id => $subject));
}

sub refusal {
    my ($code, $description) = @_;

    return qq({"err":"$code","description":"$description"}\n);
}

# The session s1 is one of two of the user u1, u2 has another.
sub sessions {
    redis('FLUSHDB');
    redis('SET', "sess:$_", '1') for 1 .. 3;
    redis('SET', 'oidc:sid:s1', 'sess:1');
    redis('SADD', 'oidc:sub:u1', 'sess:1', 'sess:2');
    redis('SADD', 'oidc:email:u1@example.test', 'sess:1', 'sess:2');
    redis('SADD', 'oidc:sub:u2', 'sess:3');
}

# x_refused: the code, and what is said; nothing was ended. x_ended: how many of
# the sessions 1 to 3, and 202.
add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::HttpConfig)
        if !defined $block->http_config;
    $block->set_value(config => $::Config) if !defined $block->config;
    return if defined $block->must_die;

    $block->set_value(init => '::sessions();' . ($block->init // ''));
    $block->set_value(more_headers =>
        'Content-Type: application/secevent+jwt')
        if !defined $block->more_headers;
    $block->set_value(no_access_log => 'eyJ');
    $block->set_value(no_error_log => join "\n", '[warn]', '[crit]', '[alert]',
        '[emerg]', 'eyJ', 'of-the-stream',
        (defined $block->x_failure ? () : '[error]'));

    if (defined(my $ended = $block->x_ended)) {
        chomp $ended;
        $block->set_value(error_code => 202);
        $block->set_value(response_body => '');
        $block->set_value(x_redis_gone =>
            join "\n", map { "sess:$_" } 1 .. $ended) if $ended > 0;
        $block->set_value(x_redis_kept =>
            join "\n", map { "sess:$_" } $ended + 1 .. 3) if $ended < 3;
    }

    my ($code, $text) = split /\n/, $block->x_refused // return;
    $block->set_value(error_code => 400);
    $block->set_value(response_headers => "X-Result: bad_request\n"
        . "X-Error: invalid_event\nContent-Type: application/json\n"
        . "Cache-Control: no-store\n! Location\n! Set-Cookie\n");
    $block->set_value(response_body => refusal($code, $text =~ s/"/\\"/gr));
    $block->set_value(error_log => "logout: invalid_event: $text");
    $block->set_value(x_redis_kept => join "\n", map { "sess:$_" } 1 .. 3);
});

run_tests();

__DATA__

=== TEST 1: a user, by the issuer's name for them
--- request eval: ::subject($::user)
--- x_ended: 2
--- response_headers
X-Result: logged_out
X-Signal: session-revoked
Cache-Control: no-store
! Content-Type
! Set-Cookie



=== TEST 2: a user, by an address, in whatever case
--- request eval: ::subject({format => 'email', email => 'U1@Example.test'})
--- x_ended: 2



=== TEST 3: a user, by an opaque name
--- request eval: ::subject({format => 'opaque', id => 'u1'})
--- x_ended: 2



=== TEST 4: a session of a user
--- request eval: ::subject({format => 'complex', user => $::user, session => $::session})
--- x_ended: 1



=== TEST 5: a session, and nobody's name
--- request eval: ::subject({format => 'complex', session => $::session})
--- x_ended: 1



=== TEST 6: Keycloak's forms: a user and a tenant
--- request eval
[::subject({format => 'complex', user => $::user, tenant => {format => 'opaque', id => 'realm'}}),
 ::subject({format => 'complex', user => {format => 'email', email => 'u1@example.test'}, tenant => {format => 'opaque', id => 'realm'}})]
--- error_code eval: [202, 202]
--- response_headers eval: ['X-Result: logged_out', 'X-Result: logged_out']
--- x_redis_gone
sess:1
sess:2
--- x_redis_kept
sess:3



=== TEST 7: older forms: the subject inside the event, without "format"
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {subject => {user => {subject_type => 'iss-sub', iss => 'https://id.example.test', sub => 'u1'}}}))
--- x_ended: 2



=== TEST 8: a session, where only users can be found, is not all of them
--- request eval: ::push_event('/sub', ::security_event($::revoked, {}, sub_id => {format => 'complex', user => $::user, session => $::session}))
--- x_refused
invalid_request
the subject cannot be looked up here



=== TEST 9: unless that is configured
--- request eval: ::push_event('/all', ::security_event($::revoked, {}, sub_id => {format => 'complex', user => $::user, session => $::session}))
--- x_ended: 2



=== TEST 10: each event that ends sessions
--- request eval
[map { ::push_event('/ssf', ::security_event($_, {}, sub_id => $::user)) } qw(caep/event-type/credential-change risc/event-type/account-disabled risc/event-type/account-purged risc/event-type/sessions-revoked)]
--- error_code eval: [202, 202, 202, 202]
--- response_headers eval
["X-Signal: credential-change\nX-Result: logged_out", "X-Signal: account-disabled\nX-Result: no_session",
 "X-Signal: account-purged\nX-Result: no_session", "X-Signal: sessions-revoked\nX-Result: no_session"]



=== TEST 11: a credential that is added ends nothing
--- request eval: ::push_event('/ssf', ::security_event('caep/event-type/credential-change', {change_type => 'create', credential_type => 'fido2-roaming'}, sub_id => $::user))
--- x_ended: 0
--- response_headers
X-Result: no_session
X-Signal: credential-change



=== TEST 12: what the stream itself has to say
--- request eval
[::push_event('/ssf', ::security_event('ssf/event-type/verification', {state => 'VGhpcyBpcw'}, sub_id => {format => 'opaque', id => 'stream-1'})),
 ::push_event('/ssf', ::security_event('ssf/event-type/stream-updated', {status => 'paused'}, sub_id => {format => 'opaque', id => 'stream-1'}))]
--- error_code eval: [202, 202]
--- response_headers eval: ["X-Result: no_session\nX-Signal: verification", "X-Result: no_session\nX-Signal: stream-updated"]
--- response_body eval: ['', '']



=== TEST 13: an event that nobody knows here, of a subject that cannot be found
--- request eval: ::push_event('/ssf', ::security_event('caep/event-type/device-compliance-change', {current_status => 'not-compliant'}, sub_id => {format => 'complex', device => $::session}))
--- x_ended: 0
--- response_headers
X-Result: no_session
X-Signal: other
! X-Error



=== TEST 14: an event that is not to end anything here
--- request eval: ::push_event('/few', ::security_event($::revoked, {}, sub_id => $::user))
--- x_ended: 0



=== TEST 15: and one that is
--- request eval: ::push_event('/few', ::security_event('risc/event-type/account-disabled', {reason => 'hijacking'}, sub_id => $::user))
--- x_ended: 2



=== TEST 16: the same event again is acknowledged, and ends nothing
--- request eval
my $token = ::security_event($::revoked, {}, sub_id => $::user, jti => 'again');
[::push_event('/ssf', $token), ::push_event('/ssf', $token)]
--- init
::redis('SADD', 'oidc:sub:u1', 'sess:3');
--- error_code eval: [202, 202]
--- response_headers eval: ['X-Result: logged_out', "X-Result: no_session\n! X-Error"]



=== TEST 17: for how long one is remembered
--- request eval: ::subject($::user)
--- init
::add_response_body_check(sub {
    my ($block) = @_;
    return if $block->name !~ /for how long one is remembered/;
    my ($key) = @{::redis('KEYS', 'logout:jti:*')};
    my $ttl = ::redis('TTL', $key);
    ::ok($ttl > 7 * 86400 - 60 && $ttl <= 7 * 86400 + 1, "seven days: $ttl");
});
--- x_ended: 2



=== TEST 18: with a character set, and another audience besides
--- more_headers
Content-Type: application/secevent+jwt; charset=utf-8
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, aud => ['https://x.test', 'https://other.example.test/']))
--- x_ended: 2



=== TEST 19: the secret of the stream
--- more_headers
Content-Type: application/secevent+jwt
Authorization: Bearer new-secret-of-the-stream
--- request eval: ::push_event('/bearer', ::security_event($::revoked, {}, sub_id => $::user))
--- x_ended: 2



=== TEST 20: the older one
--- more_headers
Content-Type: application/secevent+jwt
Authorization: Bearer old-secret-of-the-stream
--- request eval: ::push_event('/bearer', ::security_event($::revoked, {}, sub_id => $::user))
--- x_ended: 2



=== TEST 21: another secret
--- more_headers
Content-Type: application/secevent+jwt
Authorization: Bearer wrong-secret-of-the-stream
--- request eval: ::push_event('/bearer', ::security_event($::revoked, {}, sub_id => $::user))
--- x_refused
authentication_failed
the Authorization header has not the configured secret



=== TEST 22: no secret
--- request eval: ::push_event('/bearer', ::security_event($::revoked, {}, sub_id => $::user))
--- x_refused
authentication_failed
the Authorization header has not the configured secret



=== TEST 23: a form is not a token
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval: ::subject($::user)
--- x_refused
invalid_request
the body is not a token of type application/secevent+jwt



=== TEST 24: no body
--- request
POST /ssf
--- x_refused
invalid_request
the body is not a token of type application/secevent+jwt



=== TEST 25: no token
--- request
POST /ssf
{}
--- x_refused
invalid_request
the token does not have three parts



=== TEST 26: not signed
--- request eval: ::push_event('/ssf', ::token('none'))
--- x_refused
authentication_failed
the token is not signed



=== TEST 27: signed by somebody else
--- request eval: ::push_event('/ssf', ::token('logout_signed_by_another'))
--- x_refused
authentication_failed
the token's signature is wrong



=== TEST 28: an HMAC
--- request eval: ::push_event('/ssf', ::token('hs256'))
--- x_refused
invalid_key
the token's algorithm is not RS256, PS256, ES256 or EdDSA



=== TEST 29: a logout token
--- request eval: ::push_event('/ssf', ::logout_token(sub => 'u1', aud => 'https://shop.example.test/ssf'))
--- x_refused
invalid_request
the token's "typ" is not secevent+jwt



=== TEST 30: of another issuer
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, iss => 'https://evil.test'))
--- x_refused
invalid_issuer
the token's "iss" is not the configured issuer



=== TEST 31: for others
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, aud => 'https://shop.example.test/'))
--- x_refused
invalid_audience
the token's "aud" is not the configured audience



=== TEST 32: a "sub"
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, sub => 'u1'))
--- x_refused
invalid_request
the token has a "sub", which a security event never has



=== TEST 33: an "exp"
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, exp => time + 60))
--- x_refused
invalid_request
the token has an "exp", which a security event never has



=== TEST 34: without "iat"
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, iat => undef))
--- x_refused
invalid_request
the token has no "iat"



=== TEST 35: issued in the future
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, iat => time + 120))
--- x_refused
invalid_request
the token's "iat" is in the future



=== TEST 36: issued long ago
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, iat => time - 7 * 86400 - 1))
--- x_refused
invalid_request
the token was issued more than seven days ago



=== TEST 37: without "jti"
--- request eval: ::push_event('/ssf', ::security_event($::revoked, {}, sub_id => $::user, jti => undef))
--- x_refused
invalid_request
the token's "jti" is not a string of 1 to 512 bytes



=== TEST 38: two events
--- request eval: ::push_event('/ssf', ::security_event('', {}, sub_id => $::user, events => {"https://schemas.openid.net/secevent/$::revoked" => {}, 'urn:other' => {}}))
--- x_refused
invalid_request
the token's "events" are not one event, an object



=== TEST 39: no event
--- request eval: ::push_event('/ssf', ::security_event('', {}, sub_id => $::user, events => {}))
--- x_refused
invalid_request
the token's "events" are not one event, an object



=== TEST 40: an event that is not an object
--- request eval: ::push_event('/ssf', ::security_event($::revoked, 'yes', sub_id => $::user))
--- x_refused
invalid_request
the token's "events" are not one event, an object



=== TEST 41: nobody
--- request eval: ::subject(undef)
--- x_refused
invalid_request
there is no subject, an object "sub_id" with a "format"



=== TEST 42: a text
--- request eval: ::subject('u1')
--- x_refused
invalid_request
there is no subject, an object "sub_id" with a "format"



=== TEST 43: a format that cannot be looked up
--- request eval: ::subject({format => 'phone_number', phone_number => '+12065550100'})
--- x_refused
invalid_request
the subject's format is not iss_sub, email, opaque, or complex with such a user or an opaque session



=== TEST 44: a tenant is not all its users
--- request eval: ::subject({format => 'complex', tenant => {format => 'opaque', id => 'realm'}})
--- x_refused
invalid_request
the subject's format is not iss_sub, email, opaque, or complex with such a user or an opaque session



=== TEST 45: a device of a user is not all their sessions
--- request eval: ::subject({format => 'complex', user => $::user, device => {format => 'opaque', id => 'd1'}})
--- x_refused
invalid_request
the subject is a device, an application or a group, which cannot be looked up here



=== TEST 46: another issuer's user
--- request eval: ::subject({format => 'iss_sub', iss => 'https://other.test', sub => 'u1'})
--- x_refused
invalid_request
the subject's "iss" is not that of the sender



=== TEST 47: a name that is none
--- request eval: ::subject({format => 'email', email => ''})
--- x_refused
invalid_request
a name in the subject is not a string of 1 to 512 bytes



=== TEST 48: an address, where none can be looked up
--- request eval: ::push_event('/sub', ::security_event($::revoked, {}, sub_id => {format => 'email', email => 'u1@example.test'}))
--- x_refused
invalid_request
the subject cannot be looked up here



=== TEST 49: other methods
--- request eval: ['GET /ssf', 'DELETE /ssf', 'PUT /ssf', 'HEAD /ssf']
--- error_code eval: [405, 405, 405, 405]
--- response_headers eval: [("X-Result: method_not_allowed\nAllow: POST") x 4]



=== TEST 50: too large
--- request eval: "POST /ssf\n" . 'x' x 70000
--- error_code: 413



=== TEST 51: Redis is not there
--- x_failure: 1
--- http_config
    logout_redis away { server 127.0.0.1:1; }
    logout_jwks      $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_audience  https://shop.example.test/ssf;
    add_header       X-Result $logout_result always;
--- config
    location = /ssf {
        logout             ssf;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub;
    }
--- request eval: ::subject($::user)
--- error_code: 503
--- response_headers
X-Result: redis_unavailable
Retry-After: 5
--- response_body:



=== TEST 52: a failed logout is tried again by the same event
--- x_failure: 1
--- init
::redis('DEL', 'oidc:sub:u1');
::redis('HSET', 'oidc:sub:u1', 'sess:1', '1');
--- request eval
my $token = ::security_event($::revoked, {}, sub_id => $::user);
[::push_event('/sub', $token), ::push_event('/sub', $token)]
--- error_code eval: [503, 503]
--- response_headers eval: [('X-Result: redis_unavailable') x 2]



=== TEST 53: logout_explain
--- config eval
"$::Config location = /explain { logout_explain; allow 127.0.0.1; deny all; }"
--- request
POST /explain
{"location": "/ssf", "method": "POST", "url": "/ssf"}
--- more_headers
Content-Type: application/json
--- response_body_like: ^\{"result":"bad_request","error":"invalid_event","status":400,.*the body is not a token of type application



=== TEST 54: no keys
--- http_config: logout_redis sessions { server 127.0.0.1:6379; }
--- must_die
--- error_log
"logout ssf" needs logout_jwks: the keys that verify its tokens



=== TEST 55: no audience
--- http_config
    logout_redis sessions { server 127.0.0.1:6379; }
    logout_jwks  $TEST_NGINX_JWKS issuer=https://id.example.test;
--- must_die
--- error_log
"logout ssf" needs logout_audience: whom its tokens are for



=== TEST 56: no index
--- config
    location = /ssf { logout ssf; }
--- must_die
--- error_log
"logout ssf" needs logout_oidc_index to find sessions by



=== TEST 57: an event that ends nothing
--- config
    logout_signals session-revoked verification;
--- must_die
--- error_log
invalid parameter "verification": it must be one of session-revoked, credential-change, account-disabled, account-purged, sessions-revoked



=== TEST 58: an audience with a variable
--- config
    logout_audience https://$host/ssf;
--- must_die
--- error_log
invalid parameter "https://$host/ssf": an audience is a text without variables



=== TEST 59: a secret that no header can hold
--- config
    logout_bearer secret_file=$TEST_NGINX_KEYS/spaces;
--- must_die
--- error_log
a line of the file is not what an Authorization header can hold: letters, digits, "-._~+/", and "=" at the end



=== TEST 60: a secret in the open
--- config
    logout_bearer new-secret;
--- must_die
--- error_log
unknown parameter "new-secret" in "logout_bearer", it must be one of secret_file=



=== TEST 61: an index by an address of somebody else
--- config
    logout_oidc_index email_key=oidc:email:$arg_email;
--- must_die
--- error_log
invalid parameter "email_key=oidc:email:$arg_email": it must be a text and then $logout_email
