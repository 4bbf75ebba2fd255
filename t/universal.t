# logout universal: Global Token Revocation, as Okta's Universal Logout and an
# operator with curl ask for it, through nginx and Redis.

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
    add_header  X-Result $logout_result always;
    add_header  X-Error $logout_error always;
_

our $Config = <<'_';
    logout_oidc_index  sid_key=oidc:sid:$logout_sid
                       sub_key=oidc:sub:$logout_sub
                       email_key=oidc:email:$logout_email;

    location = /token {
        logout           universal;
        logout_jwks      $TEST_NGINX_JWKS issuer=https://id.example.test;
        logout_audience  https://shop.example.test/universal-logout;
    }
    location = /secret {
        logout           universal;
        logout_bearer    secret_file=$TEST_NGINX_KEYS/bearer;
    }
    location = /both {
        logout             universal;
        logout_jwks        $TEST_NGINX_JWKS issuer=https://id.example.test;
        logout_audience    https://shop.example.test/universal-logout;
        logout_bearer      secret_file=$TEST_NGINX_KEYS/bearer;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub;
    }
    location = /issuer {
        logout             universal;
        logout_bearer      secret_file=$TEST_NGINX_KEYS/bearer;
        logout_oidc_index  sub_key=oidc:$logout_iss:$logout_sub;
    }
_

sub write_secret {
    my ($name, $text) = @_;

    open my $out, '>', "$ENV{TEST_NGINX_KEYS}/$name" or die "$name: $!\n";
    print $out $text;
    close $out;
    chmod 0600, "$ENV{TEST_NGINX_KEYS}/$name";
}

write_secret('bearer', "secret-of-the-operators\n");

our $json = "Content-Type: application/json\n";
our $secret = $json . 'Authorization: Bearer secret-of-the-operators';
our $user = '{"sub_id":{"format":"iss_sub","iss":"https://id.example.test",'
    . '"sub":"u1"}}';

# The header fields of a request with a token.
sub bearer {
    my ($token) = @_;

    return $json . "Authorization: Bearer $token";
}

sub refusal {
    my ($error, $description) = @_;

    return qq({"error":"$error","error_description":"$description"}\n);
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

# x_refused: the status, the error of the body, that of $logout_error, and what
# is said; nothing was ended.
add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::HttpConfig)
        if !defined $block->http_config;
    $block->set_value(config => $::Config) if !defined $block->config;
    return if defined $block->must_die;

    $block->set_value(init => '::sessions();' . ($block->init // ''));
    $block->set_value(no_access_log => 'eyJ');
    $block->set_value(no_error_log => join "\n", '[warn]', '[crit]', '[alert]',
        '[emerg]', 'eyJ', 'of-the-operators',
        (defined $block->x_failure ? () : '[error]'));

    my ($status, $error, $reported, $text)
        = split /\n/, $block->x_refused // return;
    $block->set_value(error_code => $status);
    $block->set_value(response_headers => "X-Result: bad_request\n"
        . "X-Error: $reported\nContent-Type: application/json\n"
        . "Cache-Control: no-store\n! Location\n! Set-Cookie\n"
        . ($status == 401 ? 'WWW-Authenticate: Bearer'
            : '! WWW-Authenticate'));
    $block->set_value(response_body => refusal($error, $text =~ s/"/\\"/gr));
    $block->set_value(error_log => "logout: $reported: $text");
    $block->set_value(x_redis_kept => join "\n", map { "sess:$_" } 1 .. 3);
});

run_tests();

__DATA__

=== TEST 1: a user's sessions, by a provider
--- more_headers eval: ::bearer(::assertion())
--- request eval: "POST /token\n$::user"
--- error_code: 204
--- response_headers
X-Result: logged_out
! X-Error
! WWW-Authenticate
Cache-Control: no-store
--- response_body:
--- x_redis_gone
sess:1
sess:2
oidc:sub:u1
--- x_redis_kept
sess:3



=== TEST 2: by an address, and the member's older name
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{"subject":{"format":"email","email":"U1@example.test"}}
--- error_code: 204
--- x_redis_gone
sess:1
sess:2



=== TEST 3: by an opaque name
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{"sub_id":{"format":"opaque","id":"u2"}}
--- error_code: 204
--- x_redis_gone
sess:3
--- x_redis_kept
sess:1



=== TEST 4: a user without sessions
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{"sub_id":{"format":"opaque","id":"u9"}}
--- error_code: 204
--- response_headers
X-Result: no_session



=== TEST 5: an operator reads what was ended
--- more_headers eval: $::secret
--- request eval: "POST /secret\n$::user"
--- error_code: 200
--- response_headers
Content-Type: application/json
X-Result: logged_out
--- response_body
{"result":"logged_out","keys_deleted":3}
--- x_redis_gone
sess:1
sess:2



=== TEST 6: and that nothing was
--- more_headers eval: $::secret
--- request
POST /secret
{"sub_id":{"format":"email","email":"nobody@example.test"}}
--- response_body
{"result":"no_session","keys_deleted":0}
--- x_redis_kept
sess:1



=== TEST 7: a session alone
--- more_headers eval: $::secret
--- request
POST /secret
{"sub_id":{"format":"complex","session":{"format":"opaque","id":"s1"}}}
--- response_body
{"result":"logged_out","keys_deleted":2}
--- x_redis_gone
sess:1
--- x_redis_kept
sess:2



=== TEST 8: a location for both
--- more_headers eval
[$::secret, ::bearer(::assertion())]
--- request eval: ["POST /both\n$::user", qq(POST /both\n{"sub_id":{"format":"opaque","id":"u2"}})]
--- error_code eval: [200, 204]
--- x_redis_gone
sess:1
sess:2



=== TEST 9: an operator speaks for each issuer
--- more_headers eval: $::secret
--- init
::redis('SET', 'oidc:https://other.test:u1', 'sess:3');
--- request
POST /issuer
{"sub_id":{"format":"iss_sub","iss":"https://other.test","sub":"u1"}}
--- response_body
{"result":"logged_out","keys_deleted":2}
--- x_redis_gone
sess:3
--- x_redis_kept
sess:1



=== TEST 10: but for those that are known, if any are
--- more_headers eval: $::secret
--- request
POST /both
{"sub_id":{"format":"iss_sub","iss":"https://other.test","sub":"u1"}}
--- x_refused
400
invalid_request
malformed_request
the subject's "iss" is not that of the sender



=== TEST 11: nobody says who asks
--- more_headers eval: $::json
--- request eval: "POST /both\n$::user"
--- x_refused
401
invalid_token
unauthorized
the Authorization header has no token that is valid here



=== TEST 12: another secret
--- more_headers eval: ::bearer('secret-of-the-others')
--- request eval: "POST /secret\n$::user"
--- x_refused
401
invalid_token
unauthorized
the Authorization header has no token that is valid here



=== TEST 13: a secret, where tokens are asked for
--- more_headers eval: $::secret
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token does not have three parts



=== TEST 14: not signed
--- more_headers eval: ::bearer(::token('none'))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token is not signed



=== TEST 15: signed by somebody else
--- more_headers eval: ::bearer(::token('logout_signed_by_another'))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token's signature is wrong



=== TEST 16: of another issuer
--- more_headers eval: ::bearer(::assertion(iss => 'https://evil.test'))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token's "iss" is not the configured issuer



=== TEST 17: for another audience, such as a client's
--- more_headers eval: ::bearer(::assertion(aud => 'spa'))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token's "aud" is not the configured audience



=== TEST 18: a token for something else
--- more_headers eval: ::bearer(::logout_token(sub => 'u1', aud => 'https://shop.example.test/universal-logout'))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token's "typ" is that of a token for something else



=== TEST 19: without "exp"
--- more_headers eval: ::bearer(::assertion(exp => undef))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token has no "exp"



=== TEST 20: expired
--- more_headers eval: ::bearer(::assertion(exp => time - 61))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token has expired



=== TEST 21: valid for a day
--- more_headers eval: ::bearer(::assertion(exp => time + 86400))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token expires more than an hour from now



=== TEST 22: issued in the future
--- more_headers eval: ::bearer(::assertion(iat => time + 120))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token's "iat" is in the future



=== TEST 23: without "jti"
--- more_headers eval: ::bearer(::assertion(jti => undef))
--- request eval: "POST /token\n$::user"
--- x_refused
401
invalid_token
unauthorized
the token's "jti" is not a string of 1 to 512 bytes



=== TEST 24: a token is good for one revocation
--- more_headers eval: ::bearer(::assertion(jti => 'once'))
--- request eval: ["POST /token\n$::user", qq(POST /token\n{"sub_id":{"format":"opaque","id":"u2"}})]
--- error_code eval: [204, 401]
--- response_headers eval: ['X-Result: logged_out', "X-Error: unauthorized\nWWW-Authenticate: Bearer"]
--- response_body eval: ['', ::refusal('invalid_token', 'the token was used before')]
--- x_redis_kept
sess:3



=== TEST 25: a body that is not JSON
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
sub_id=u1
--- x_refused
400
invalid_request
malformed_request
the body is not a JSON object of type application/json



=== TEST 26: a JSON body of another type
--- more_headers eval: "Content-Type: text/plain\nAuthorization: Bearer " . ::assertion()
--- request eval: "POST /token\n$::user"
--- x_refused
400
invalid_request
malformed_request
the body is not a JSON object of type application/json



=== TEST 27: no body
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
--- x_refused
400
invalid_request
malformed_request
the body is not a JSON object of type application/json



=== TEST 28: nobody
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{}
--- x_refused
400
invalid_request
malformed_request
there is no subject, an object "sub_id" with a "format"



=== TEST 29: both names of the member
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{"sub_id":{"format":"opaque","id":"u1"},"subject":{"format":"opaque","id":"u2"}}
--- x_refused
400
invalid_request
malformed_request
there is no subject, an object "sub_id" with a "format"



=== TEST 30: a format that is not known
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{"sub_id":{"format":"phone_number","phone_number":"+12065550100"}}
--- x_refused
400
invalid_request
malformed_request
the subject's format is not iss_sub, email, opaque, or complex with such a user or an opaque session



=== TEST 31: an address, where none can be looked up
--- more_headers eval: $::secret
--- request
POST /both
{"sub_id":{"format":"email","email":"u1@example.test"}}
--- x_refused
422
invalid_request
unknown_subject
there is no index for this kind of subject



=== TEST 32: a provider's token does not speak of another's users
--- more_headers eval: ::bearer(::assertion())
--- request
POST /token
{"sub_id":{"format":"iss_sub","iss":"https://other.test","sub":"u1"}}
--- x_refused
400
invalid_request
malformed_request
the subject's "iss" is not that of the sender



=== TEST 33: other methods
--- request eval: ['GET /secret', 'DELETE /secret', 'PUT /secret', 'HEAD /secret']
--- error_code eval: [405, 405, 405, 405]
--- response_headers eval: [("X-Result: method_not_allowed\nAllow: POST") x 4]



=== TEST 34: Redis is not there
--- x_failure: 1
--- http_config
    logout_redis away { server 127.0.0.1:1; }
    add_header   X-Result $logout_result always;
--- more_headers eval: $::secret
--- request eval: "POST /secret\n$::user"
--- error_code: 503
--- response_headers
X-Result: redis_unavailable
Retry-After: 5
--- response_body eval: ::refusal('temporarily_unavailable', 'the sessions could not be ended')



=== TEST 35: nobody is asked who they are
--- config
    location = /universal { logout universal; logout_oidc_index sub_key=a:$logout_sub; }
--- must_die
--- error_log
"logout universal" needs logout_bearer or logout_jwks: otherwise everybody could end everybody's sessions



=== TEST 36: tokens for anybody
--- config
    location = /universal {
        logout            universal;
        logout_jwks       $TEST_NGINX_JWKS issuer=https://id.example.test;
        logout_oidc_index sub_key=a:$logout_sub;
    }
--- must_die
--- error_log
"logout universal" with logout_jwks needs logout_audience: whom its tokens are for



=== TEST 37: no index
--- config
    location = /universal { logout universal; logout_bearer secret_file=$TEST_NGINX_KEYS/bearer; }
--- must_die
--- error_log
"logout universal" needs logout_oidc_index to find sessions by



=== TEST 38: logout_explain
--- config eval
"$::Config location = /explain { logout_explain; allow 127.0.0.1; deny all; }"
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/secret", "method": "POST", "url": "/secret"}
--- response_body_like: ^\{"result":"bad_request","error":"unauthorized","status":401,
