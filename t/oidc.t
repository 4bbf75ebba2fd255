# logout oidc: OpenID Connect RP-Initiated Logout 1.0, with what browsers and
# SDKs send for it, and the keys that verify an id_token_hint.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use File::Temp ();
use JSON::PP ();
use Logout::Redis;
use Logout::Tokens;

# what nginx itself logs at "debug" holds the request
log_level('info');
no_long_string();
repeat_each(2);

our $HttpConfig = <<'_';
    logout_redis sessions {
        server  127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_session format=raw cookie=sid prefix=sess: redis=sessions;
    client_body_buffer_size 128k;

    logout_client spa {
        return_url  https://spa.example.com/bye
                    https://spa.example.com/bye?x=1&y=2#end;
    }
    logout_client other {
        return_url  https://other.example.com/;
    }
_

our $Config = <<'_';
    location = /logout {
        logout oidc;
    }
_

# The provider's key set once it signs with other keys than that of RS256.
our $rotated = rotated_keys();
$ENV{TEST_NGINX_ROTATED} = "$rotated";

sub rotated_keys {
    open my $in, '<', $ENV{TEST_NGINX_JWKS} or die "$ENV{TEST_NGINX_JWKS}: $!\n";
    my $set = JSON::PP::decode_json(do { local $/; <$in> });
    my $file = File::Temp->new;

    $set->{keys} = [grep { $_->{kty} ne 'RSA' } @{$set->{keys}}];
    print $file JSON::PP::encode_json($set);
    close $file;
    chmod 0644, "$file";
    return $file;
}

# The token of a user of so many groups.
sub groups_token {
    my ($groups) = @_;

    return sign({iss => 'https://id.example.test', aud => 'spa', sub => 'ada',
        groups => [('group' x 20) x $groups]});
}

our $WithKeys = <<'_';
    logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;

    location = /logout {
        logout oidc;
    }
_

# Every request carries the cookie of a session, and no token is ever logged.
add_block_preprocessor(sub {
    my ($block) = @_;

    return if defined $block->must_die;

    if (!defined $block->http_config) {
        $block->set_value(http_config => $::HttpConfig);
    }
    if (!defined $block->x_redis_set) {
        $block->set_value(x_redis_set => "sess:4fzd8k2m = 1\n");
        $block->set_value(x_redis_gone => "sess:4fzd8k2m\n")
            if !defined $block->x_redis_kept;
    }
    my $headers = $block->more_headers // '';
    $block->set_value(more_headers => "Cookie: sid=4fzd8k2m\n$headers");
    $block->set_value(no_error_log => join "\n", '[warn]', '[error]',
        '[crit]', '[alert]', '[emerg]', 'eyJ');
    $block->set_value(no_access_log => 'eyJ');
});

run_tests();

__DATA__

=== TEST 1: a return URL of the client
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https%3A%2F%2Fspa.example.com%2Fbye
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye
Cache-Control: no-store
--- raw_response_headers_like: Set-Cookie: sid=; Path=/;[^\r]*Max-Age=0



=== TEST 2: a form, answered with 303
--- config eval: $::Config
--- request
POST /logout
client_id=spa&post_logout_redirect_uri=https%3A%2F%2Fspa.example.com%2Fbye
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye



=== TEST 3: state is appended as it was sent
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&state=a+b%20c%3Bd%2F
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye?state=a+b%20c%3Bd%2F



=== TEST 4: state comes after a query and before a fragment
--- config eval: $::Config
--- request
GET /logout?state=xyz&client_id=spa&post_logout_redirect_uri=https%3A%2F%2Fspa.example.com%2Fbye%3Fx%3D1%26y%3D2%23end
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye?x=1&y=2&state=xyz#end



=== TEST 5: no state is added to a page of ours
--- config eval: $::Config
--- request
GET /logout?state=xyz
--- more_headers
Accept: text/html
--- response_body_like: You are signed out\.
--- response_headers
! Location



=== TEST 6: a state that no URL can hold
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&state=%zz
--- error_code: 400
--- response_body_like: malformed_request: state
--- error_log
malformed_request, parameter state



=== TEST 7: another query is another URL
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye?x=1
--- error_code: 400
--- response_body_like: return_url_not_allowed



=== TEST 8: the URL of another client
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://other.example.com/
--- error_code: 400
--- response_headers
! Location
--- response_body_like: return_url_not_allowed



=== TEST 9: a return URL needs a client
--- config eval: $::Config
--- request
GET /logout?post_logout_redirect_uri=https://spa.example.com/bye
--- error_code: 400
--- response_body_like: client_required



=== TEST 10: a client that is not configured
--- config eval: $::Config
--- request
GET /logout?client_id=nobody&post_logout_redirect_uri=https://spa.example.com/bye
--- error_code: 400
--- response_body_like: unknown_client



=== TEST 11: without any parameter the user is told
--- config eval: $::Config
--- request
GET /logout
--- response_body
You are signed out.



=== TEST 12: logout_hint, ui_locales and parameters of others do not matter
--- config eval: $::Config
--- request
GET /logout?logout_hint=ola%40example.com&ui_locales=nb+nn&x&client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye



=== TEST 13: the audience of a hint names the client
--- config eval: $::Config
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('rs256')
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye



=== TEST 14: a hint in a form
--- config eval: $::Config
--- request eval
"POST /logout\npost_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('rs256')
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye



=== TEST 15: without keys, a hint that cannot be read says no more than client_id
--- config eval: $::Config
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=eyJ.h.s
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye



=== TEST 16: without keys and client_id, it must be readable
--- config eval: $::Config
--- request
GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=eyJ.h.s
--- error_code: 400
--- response_headers
! Location
--- response_body_like: invalid_id_token_hint
--- error_log
logout: invalid_id_token_hint: a part of the token is not Base64url



=== TEST 17: a hint that contradicts client_id
--- config eval: $::Config
--- request eval
"GET /logout?client_id=other&post_logout_redirect_uri=https://other.example.com/&id_token_hint=" . ::token('rs256')
--- error_code: 400
--- response_headers
! Location
--- response_body_like: invalid_id_token_hint
--- error_log
invalid_id_token_hint: the id_token_hint was made for another client than client_id



=== TEST 18: a contradiction with logout_bad_request default
--- config
    logout_bad_request default;
    location = /logout {
        logout oidc;
    }
--- request eval
"GET /logout?client_id=other&id_token_hint=" . ::token('rs256')
--- error_code: 302
--- response_headers
Location: https://other.example.com/



=== TEST 19: with logout_bad_request refuse nothing is done
--- config
    logout_bad_request refuse;
    location = /logout {
        logout oidc;
    }
--- request
GET /logout?id_token_hint=eyJ.h.s
--- error_code: 400
--- response_headers
! Set-Cookie
--- x_redis_set
sess:4fzd8k2m = 1
--- x_redis_kept
sess:4fzd8k2m



=== TEST 20: signed with RS256
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('rs256')
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye



=== TEST 21: signed with ES256
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('es256')
--- error_code: 302



=== TEST 22: signed with PS256
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('ps256')
--- error_code: 302



=== TEST 23: signed with EdDSA
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('eddsa')
--- error_code: 302



=== TEST 24: expired long ago
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('id_expired_long_ago')
--- error_code: 302



=== TEST 25: two audiences, and client_id says which
--- config eval: $::WithKeys
--- request eval
"GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('id_two_audiences')
--- error_code: 302



=== TEST 26: two audiences, and nothing says which
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('id_two_audiences')
--- error_code: 400
--- response_body_like: invalid_id_token_hint



=== TEST 27: not signed
--- config eval: $::WithKeys
--- request eval
"GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('none')
--- error_code: 400
--- response_headers
! Location
--- response_body_like: invalid_id_token_hint
--- error_log
invalid_id_token_hint: the token is not signed



=== TEST 28: signed by somebody else
--- config eval: $::WithKeys
--- request eval
"GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('signed_by_another_rsa')
--- error_code: 400
--- response_body_like: invalid_id_token_hint



=== TEST 29: an HMAC
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('hs256')
--- error_code: 400
--- response_body_like: invalid_id_token_hint



=== TEST 30: of another provider
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('id_other_issuer')
--- error_code: 400
--- response_body_like: invalid_id_token_hint
--- error_log
the id_token_hint's "iss" is not the configured issuer



=== TEST 31: with keys, a hint that cannot be read is never passed over
--- config eval: $::WithKeys
--- request
GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=eyJ.h.s
--- error_code: 400
--- response_body_like: invalid_id_token_hint



=== TEST 32: a logout token is no ID token
--- config eval: $::WithKeys
--- request eval
"GET /logout?id_token_hint=" . ::logout_token(sid => 's1')
--- error_code: 400
--- response_body_like: invalid_id_token_hint
--- error_log
the id_token_hint is a logout token



=== TEST 33: a script is told in JSON
--- config eval: $::WithKeys
--- request eval
"GET /logout?id_token_hint=" . ::token('none')
--- more_headers
Accept: application/json
--- error_code: 400
--- response_headers
Content-Type: application/json
--- response_body_like: ^\{"result":"logged_out","error":"invalid_id_token_hint",



=== TEST 34: the word is in $logout_error, the tokens are not in the access log
--- http_config eval
$::HttpConfig . "log_format words '\$logout_error \$request \$request_uri \$args';\n"
--- config
    logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
    location = /logout {
        access_log logs/access.log words;
        logout oidc;
    }
--- request eval
"GET /logout?a=1&id%5Ftoken_hint=" . ::token('none') . '&b=2'
--- error_code: 400
--- access_log
invalid_id_token_hint GET /logout?a=1&id%5Ftoken_hint=***&b=2 HTTP/1.1 /logout?a=1&id%5Ftoken_hint=***&b=2 a=1&id%5Ftoken_hint=***&b=2



=== TEST 35: a client with a provider of its own
--- http_config
    logout_redis sessions {
        server  127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_session format=raw cookie=sid prefix=sess: redis=sessions;
    logout_jwks $TEST_NGINX_KEYS/one_rsa.json issuer=https://elsewhere.example;

    logout_client spa {
        return_url  https://spa.example.com/bye;
        jwks        $TEST_NGINX_JWKS issuer=https://id.example.test;
    }
--- config eval: $::Config
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('es256')
--- error_code: 302
--- response_headers
Location: https://spa.example.com/bye



=== TEST 36: no keys where a location has none of its own and inherits none
--- config
    location = /logout {
        logout oidc;
    }
    location = /other {
        logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
        logout oidc;
    }
--- request eval
["GET /logout?id_token_hint=" . ::token('signed_by_another_rsa'),
 "GET /other?id_token_hint=" . ::token('signed_by_another_rsa')]
--- error_code eval
[200, 400]



=== TEST 37: keys that are for something else are passed over
--- config
    logout_jwks $TEST_NGINX_KEYS/nothing_usable.json issuer=https://id.example.test;
    location = /logout {
        logout oidc;
    }
--- must_die
--- error_log eval
[qr/\[emerg\].*nothing_usable\.json": /, qr/\[notice\].*nothing_usable\.json": /]



=== TEST 38: a private key does not belong here
--- config
    logout_jwks $TEST_NGINX_KEYS/private_key.json issuer=https://id.example.test;
    location = /logout {
        logout oidc;
    }
--- must_die
--- error_log eval
qr/\[emerg\].*private_key\.json": .*has a private part/



=== TEST 39: a file that is not there
--- config
    logout_jwks $TEST_NGINX_KEYS/absent.json issuer=https://id.example.test;
    location = /logout {
        logout oidc;
    }
--- must_die
--- error_log eval
qr/\[emerg\].*absent\.json" failed \(2: No such file or directory\)/



=== TEST 40: no issuer
--- config
    logout_jwks $TEST_NGINX_JWKS https://id.example.test;
    location = /logout {
        logout oidc;
    }
--- must_die
--- error_log
invalid parameter "https://id.example.test": it must be a file, and one only, or issuer=URL, exp=optional or max_age=TIME



=== TEST 41: an issuer that is none
--- config
    logout_jwks $TEST_NGINX_JWKS issuer=id.example.test;
    location = /logout {
        logout oidc;
    }
--- must_die
--- error_log
invalid issuer "id.example.test": an issuer is a URL that begins with https:// or http:// and a host



=== TEST 42: twice
--- config
    logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
    location = /logout {
        logout oidc;
    }
--- must_die
--- error_log
invalid issuer "https://id.example.test": it is there twice



=== TEST 43: twice in one client
--- config
    logout_client spa {
        return_url  https://spa.example.com/bye;
        jwks        $TEST_NGINX_JWKS issuer=https://id.example.test;
        jwks        $TEST_NGINX_JWKS issuer=https://id.example.test;
    }
--- must_die
--- error_log
invalid issuer "https://id.example.test": it is there twice



=== TEST 44: keys, algorithms and signatures that are not the provider's
--- config eval: $::WithKeys
--- request eval
['GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('unknown_kid'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('kid_of_another_type'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('pinned_but_ps256'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('key_for_encryption'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('signed_by_another_ec'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('signed_by_another_ed'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('none_spelled_none'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('none_with_signature'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('signature_dropped'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('hs256'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('signature_of_another_token'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('rs256_bit_flipped'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('es256_bit_flipped'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('eddsa_bit_flipped'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('es256_long'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('rs256_long'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('algorithm_swapped_to_ps256'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('payload_swapped'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('critical'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('unencoded_payload'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('algorithm_missing'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('algorithm_a_list'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('claims_a_string'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('encrypted'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('rs512'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('ps384'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('es384')]
--- error_code eval: [(400) x 27]
--- response_headers eval: [("! Location\nCache-Control: no-store") x 27]
--- response_body_like eval: [('invalid_id_token_hint') x 27]



=== TEST 45: audiences and issuers that are not the client's and the provider's
--- config eval: $::WithKeys
--- request eval
['GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_audience_missing'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_audience_empty_list'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_audience_empty'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_audience_number'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_audience_mixed'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_issuer_with_slash'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_issuer_missing'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_issuer_a_list'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_hs256')]
--- error_code eval: [(400) x 9]
--- response_headers eval: [("! Location\nCache-Control: no-store") x 9]
--- response_body_like eval: [('invalid_id_token_hint') x 9]



=== TEST 46: what is unusual, and in order
--- config eval: $::WithKeys
--- request eval
['GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_without_expiry'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_audience_list'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_two_audiences_azp'),
 'GET /logout?client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_sid_missing')]
--- error_code eval: [(302) x 4]
--- response_headers eval: [('Location: https://spa.example.com/bye') x 4]



=== TEST 47: a hint for a client that is not configured
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint="
    . ::sign({iss => 'https://id.example.test', aud => 'nobody'})
--- error_code: 400
--- response_headers
! Location
--- response_body_like: unknown_client



=== TEST 48: parameters that come twice
--- config eval: $::WithKeys
--- request eval
my $good = 'client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye';
[map { "GET /logout?$good&$_" } 'client_id=spa', 'state=a&state=b',
    'post_logout_redirect_uri=https://spa.example.com/bye',
    'id_token_hint=' . ::token('rs256') . '&id_token_hint=' . ::token('rs256')]
--- error_code eval: [(400) x 4]
--- response_headers eval: [('! Location') x 4]
--- response_body_like eval: [('malformed_request') x 4]



=== TEST 49: what is nearly the URL that is registered
--- config eval: $::WithKeys
--- request eval
[map { "GET /logout?client_id=spa&post_logout_redirect_uri=$_" }
    'http://spa.example.com/bye', 'https://spa.example.com/bye/',
    'https://spa.example.com/BYE', 'https://spa.example.com/bye%23x',
    'https://spa.example.com/bye%3F', 'https://spa.example.com:444/bye',
    'https://spa.example.com/bye%3Fx=1%26y=2', '/bye']
--- error_code eval: [(400) x 8]
--- response_headers eval: [('! Location') x 8]
--- response_body_like eval: [('return_url_not_allowed') x 8]



=== TEST 50: a hint for a client other than the one whose URL is asked for
--- config eval: $::WithKeys
--- request eval
"GET /logout?post_logout_redirect_uri=https://other.example.com/&id_token_hint="
    . ::token('rs256')
--- error_code: 400
--- response_headers
! Location
--- response_body_like: return_url_not_allowed



=== TEST 51: keycloak-js without an ID token
It sends "undefined". With keys, too, the client's list says where to go.
--- config eval: $::WithKeys
--- request
POST /logout
client_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=undefined
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye



=== TEST 52: nor does it say who asks
--- config eval: $::WithKeys
--- request
GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=undefined
--- error_code: 400
--- response_body_like: client_required



=== TEST 53: a hint that is too long is not needed beside client_id
--- config eval: $::WithKeys
--- request eval
"POST /logout\nclient_id=spa&post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint="
    . 'eyJ' . 'a' x 26000
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye



=== TEST 54: but alone it names nobody
--- config eval: $::WithKeys
--- request eval
"POST /logout\npost_logout_redirect_uri=https://spa.example.com/bye&id_token_hint="
    . 'eyJ' . 'a' x 26000
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 400
--- response_body_like: invalid_id_token_hint
--- error_log
invalid_id_token_hint: the token is longer than logout_max_token_size



=== TEST 55: a token with many groups, of 18 KB, is verified
--- config eval: $::WithKeys
--- request eval
"POST /logout\npost_logout_redirect_uri=https://spa.example.com/bye&id_token_hint="
    . ::groups_token(128)
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 303
--- response_headers
Location: https://spa.example.com/bye



=== TEST 56: logout_max_token_size says how long a token may be, and is inherited
--- http_config eval: "$::HttpConfig logout_max_token_size 100;"
--- config eval
$::WithKeys . 'location = /long { logout oidc; logout_max_token_size 64k; }'
--- request eval
["GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=" . ::token('rs256'),
 "POST /long\npost_logout_redirect_uri=https://spa.example.com/bye&id_token_hint="
    . ::groups_token(384)]
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code eval: [400, 303]



=== TEST 57: logout_max_token_size has bounds
--- config eval: "logout_max_token_size 2m; $::Config"
--- must_die
--- error_log
"logout_max_token_size" must be between 1 and 1m



=== TEST 58: it is not nothing
--- config eval: "logout_max_token_size 0; $::Config"
--- must_die
--- error_log
"logout_max_token_size" must be between 1 and 1m



=== TEST 59: it is a size
--- config eval: "logout_max_token_size large; $::Config"
--- must_die
--- error_log
"logout_max_token_size" directive invalid value



=== TEST 60: a token of before the provider took new keys
Where the old key is no longer in the set, who is signed in with it is signed
out without a redirect. Where it is still there, nothing happens.
--- config
    location = /new {
        logout      oidc;
        logout_jwks $TEST_NGINX_ROTATED issuer=https://id.example.test;
    }
    location = /both {
        logout      oidc;
        logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
    }
--- request eval
[map { "GET $_?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint="
    . ::token('rs256') } qw(/new /both)]
--- error_code eval: [400, 302]
--- response_headers eval: ['! Location', 'Location: https://spa.example.com/bye']
--- response_body_like eval: ['invalid_id_token_hint', '']



=== TEST 61: several providers
--- config eval
$::WithKeys =~ s/(logout_jwks \S+) \S+;/$1 issuer=https:\/\/other.example.test; $&/r
--- request eval
['GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('rs256'),
 'GET /logout?post_logout_redirect_uri=https://spa.example.com/bye&id_token_hint=' . ::token('id_other_issuer')]
--- error_code eval: [302, 400]
--- response_body_like eval: ['', 'invalid_id_token_hint']
