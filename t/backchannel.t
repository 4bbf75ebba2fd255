# logout oidc-backchannel: what OpenID Connect Back-Channel Logout 1.0 wants of
# a client, through nginx and Redis.

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
        connect_timeout 30s;
        timeout 30s;
    }
    logout_jwks    $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_client  spa { return_url https://spa.example.com/; }
    add_header     X-Result $logout_result always;
    add_header     X-Error $logout_error always;
    add_header     X-Deleted $logout_keys_deleted always;
_

our $Config = <<'_';
    location = /backchannel {
        logout             oidc-backchannel;
        logout_oidc_index  sid_key=oidc:sid:$logout_sid
                           sub_key=oidc:sub:$logout_sub;
    }
    location = /sid {
        logout             oidc-backchannel;
        logout_oidc_index  sid_key=oidc:sid:$logout_sid;
    }
    location = /sub {
        logout             oidc-backchannel;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub prefix=sess:;
    }
    location = /few {
        logout             oidc-backchannel;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub max=2;
    }
    location = /all {
        logout             oidc-backchannel;
        logout_oidc_index  sid_key=oidc:sid:$logout_sid
                           sub_key=oidc:sub:$logout_sub all_of_user;
    }
    location = /no-exp {
        logout             oidc-backchannel;
        logout_jwks        $TEST_NGINX_JWKS issuer=https://id.example.test
                           exp=optional max_age=2m;
        logout_oidc_index  sid_key=oidc:sid:$logout_sid;
    }
    location = /several {
        logout             oidc-backchannel;
        logout_jwks        $TEST_NGINX_JWKS issuer=https://id.example.test;
        logout_jwks        $TEST_NGINX_KEYS/other.json
                           issuer=https://other.example.test;
        logout_jwks        $TEST_NGINX_JWKS issuer=https://third.example.test;
        logout_oidc_index  sid_key=oidc:$logout_iss:$logout_sid;
    }
    location = /own {
        logout             oidc-backchannel;
        logout_jwks        $TEST_NGINX_JWKS issuer=https://id.example.test;
        logout_client      spa { return_url /; }
        logout_client      own {
            return_url     /;
            jwks           $TEST_NGINX_JWKS issuer=https://own.example.test;
        }
        logout_oidc_index  sid_key=oidc:$logout_iss:$logout_sid;
    }
_

# Of another provider, whose keys are not those that the tokens name.
sub write_other_keys {
    my ($folder) = @_;
    my $keys = Logout::Tokens::read_json("$folder/provider.json")->{keys};

    open my $out, '>', "$folder/other.json" or die "$folder: $!\n";
    print $out JSON::PP::encode_json(
        {keys => [grep { $_->{kid} ne 'rsa' } @$keys]});
    close $out;
}

write_other_keys($ENV{TEST_NGINX_KEYS});

# POSTs the token to a location.
sub call {
    my ($location, $token) = @_;

    return "POST $location\nlogout_token=$token";
}

sub refusal {
    my ($description) = @_;

    return qq({"error":"invalid_request","error_description":"$description"}\n);
}

# The session s1 is one of two of the user u1, u2 has another. What is refused
# ends none.
sub sessions {
    redis('FLUSHDB');
    redis('SET', "sess:$_", '1') for 1 .. 3;
    redis('SET', 'oidc:sid:s1', 'sess:1');
    redis('SADD', 'oidc:sub:u1', 'sess:1', 'sess:2');
    redis('RPUSH', 'oidc:sub:u2', 'sess:3');
}

our $event = 'http://schemas.openid.net/event/backchannel-logout';

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::HttpConfig)
        if !defined $block->http_config;
    $block->set_value(config => $::Config) if !defined $block->config;
    return if defined $block->must_die;

    $block->set_value(init => '::sessions();' . ($block->init // ''));
    $block->set_value(more_headers =>
        'Content-Type: application/x-www-form-urlencoded')
        if !defined $block->more_headers;
    $block->set_value(no_access_log => 'eyJ');
    $block->set_value(no_error_log => join "\n",
        (defined $block->x_warned ? () : '[warn]'), '[crit]', '[alert]',
        '[emerg]', 'eyJ', 'panicked',
        (defined $block->x_failure ? () : '[error]'));

    my $text = $block->x_refused // return;
    chomp $text;
    $block->set_value(error_code => 400);
    $block->set_value(response_headers => "X-Result: bad_request\n"
        . "X-Error: invalid_logout_token\nContent-Type: application/json\n"
        . "Cache-Control: no-store\n! Location\n! Set-Cookie\n");
    $block->set_value(response_body => refusal($text =~ s/"/\\"/gr));
    $block->set_value(error_log => "logout: invalid_logout_token: $text");
    $block->set_value(x_redis_kept => join "\n", map { "sess:$_" } 1 .. 3);
});

run_tests();

__DATA__

=== TEST 1: the session that the token names
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', sub => 'u1'))
--- response_headers
X-Result: logged_out
X-Deleted: 2
Cache-Control: no-store
! Set-Cookie
! Location
! Content-Type
--- response_body:
--- x_redis_gone
sess:1
oidc:sid:s1
--- x_redis_kept
sess:2
sess:3



=== TEST 2: without "sid" all sessions of the user
--- request eval: ::call('/backchannel', ::logout_token(sub => 'u1'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1
sess:2
oidc:sub:u1
--- x_redis_kept
sess:3



=== TEST 3: a list of sessions, and a set whose members lack a prefix
--- init
::redis('DEL', 'oidc:sub:u1');
::redis('SADD', 'oidc:sub:u1', '1', '2');
--- request eval
[::call('/backchannel', ::logout_token(sub => 'u2')),
 ::call('/sub', ::logout_token(sub => 'u1'))]
--- response_headers eval: ['X-Result: logged_out', 'X-Result: logged_out']
--- x_redis_gone
sess:3
--- error_code eval: [200, 200]



=== TEST 4: an index of users alone is used for a token with both
--- init
::redis('DEL', 'oidc:sub:u1');
::redis('SADD', 'oidc:sub:u1', '1', '2');
--- request eval: ::call('/sub', ::logout_token(sid => 's1', sub => 'u1'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1
sess:2



=== TEST 5: a session that is gone already
--- request eval: ::call('/backchannel', ::logout_token(sid => 's9', sub => 'u1'))
--- response_headers
X-Result: no_session
X-Deleted: 0
--- response_body:
--- x_redis_kept
sess:1
sess:2



=== TEST 6: ES256, PS256 and EdDSA
--- request eval
[map { ::call('/backchannel', ::sign({iss => 'https://id.example.test', aud => ['spa'],
    iat => time, exp => time + 3600, jti => "j-$_", sid => 's1', events => {$::event => {}}},
    alg => $_)) } qw(ES256 PS256 EdDSA)]
--- error_code eval: [200, 200, 200]
--- response_headers eval: ['X-Result: logged_out', ('X-Result: no_session') x 2]



=== TEST 7: a token is good for one logout
--- request eval
my $token = ::logout_token(sub => 'u1');
[::call('/backchannel', $token), ::call('/backchannel', $token)]
--- error_code eval: [200, 400]
--- response_headers eval: ['X-Result: logged_out', "X-Result: bad_request\nX-Error: invalid_logout_token"]
--- response_body eval: ['', ::refusal('the token was used before')]



=== TEST 8: a replay does not end what came later
--- request eval
my $token = ::logout_token(sub => 'u1', jti => 'once');
[::call('/backchannel', $token), ::call('/backchannel', $token)]
--- error_code eval: [200, 400]
--- x_redis_set
sess:1 = 1
--- init
::redis('SADD', 'oidc:sub:u1', 'sess:1');



=== TEST 9: another issuer's identifiers are others; how long one is remembered
--- request eval: ::call('/backchannel', ::logout_token(sub => 'u1', jti => 'remembered', exp => time + 3600))
--- init
::add_response_body_check(sub {
    my ($block) = @_;
    return if $block->name !~ /how long one is remembered/;
    my ($key) = @{::redis('KEYS', 'logout:jti:*')};
    ::like($key, qr/^logout:jti:[0-9a-f]{32}$/, 'one key, of a hash');
    my $ttl = ::redis('TTL', $key);
    ::ok($ttl > 3600 && $ttl <= 3600 + 62, "until the token has expired: $ttl");
});
--- response_headers
X-Result: logged_out



=== TEST 10: a failed logout leaves the token usable
--- x_failure: 1
--- init
::redis('DEL', 'oidc:sub:u1');
::redis('HSET', 'oidc:sub:u1', 'sess:1', '1');
--- request eval
my $token = ::logout_token(sub => 'u1');
[::call('/backchannel', $token), ::call('/backchannel', $token)]
--- error_code eval: [400, 400]
--- response_headers eval
[("X-Result: redis_unavailable\n! X-Error\nContent-Type: application/json\nCache-Control: no-store\n! Retry-After") x 2]
--- response_body eval
[(qq({"error":"temporarily_unavailable","error_description":"the sessions could not be ended"}\n)) x 2]
--- x_redis_kept
sess:1
--- error_log
the index is not a set, sorted set, list or string



=== TEST 11: more sessions than allowed
--- x_failure: 1
--- init
::redis('SADD', 'oidc:sub:u1', 'sess:3');
--- request eval: ::call('/few', ::logout_token(sub => 'u1'))
--- error_code: 400
--- response_headers
X-Result: redis_unavailable
--- x_redis_kept
sess:1
sess:2
sess:3
--- error_log
the index has more sessions than all_max allows



=== TEST 12: Redis is not there
--- x_failure: 1
--- http_config
    logout_redis away { server 127.0.0.1:1; }
    logout_jwks    $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_client  spa { return_url https://spa.example.com/; }
    add_header     X-Result $logout_result always;
--- config
    location = /backchannel {
        logout             oidc-backchannel;
        logout_oidc_index  sub_key=oidc:sub:$logout_sub;
    }
--- request eval: ::call('/backchannel', ::logout_token(sub => 'u1'))
--- error_code: 400
--- response_headers
X-Result: redis_unavailable
--- response_body_like: temporarily_unavailable
--- error_log
logout: redis_unavailable, 1 of the session's keys could not be deleted, store "away": no reply



=== TEST 13: a query is in everybody's log, and not read
--- request eval: 'POST /backchannel?logout_token=' . ::logout_token(sid => 's1')
--- x_refused
there is no logout_token



=== TEST 14: a JSON body is not a form
--- more_headers
Content-Type: application/json
--- request eval: "POST /backchannel\n{\"logout_token\":\"" . ::logout_token(sid => 's1') . '"}'
--- x_refused
there is no logout_token



=== TEST 15: an empty parameter
--- request
POST /backchannel
logout_token=
--- x_refused
there is no logout_token



=== TEST 16: two tokens
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1')) . '&logout_token=' . ::logout_token(sid => 's1')
--- error_code: 400
--- response_headers
X-Result: bad_request
X-Error: malformed_request
--- response_body eval: ::refusal('the parameter is given twice')
--- x_redis_kept
sess:1



=== TEST 17: other methods
--- request eval
['GET /backchannel?logout_token=x', 'DELETE /backchannel', 'PUT /backchannel', 'HEAD /backchannel', 'OPTIONS /backchannel']
--- error_code eval: [405, 405, 405, 405, 405]
--- response_headers eval: [("X-Result: method_not_allowed\nAllow: POST\nCache-Control: no-store") x 5]



=== TEST 18: signed by somebody else
--- request eval: ::call('/backchannel', ::token('logout_signed_by_another'))
--- x_refused
the token's signature is wrong



=== TEST 19: not signed
--- request eval: ::call('/backchannel', ::token('none'))
--- x_refused
the token is not signed



=== TEST 20: an HMAC
--- request eval: ::call('/backchannel', ::token('hs256'))
--- x_refused
the token's algorithm is not RS256, PS256, ES256 or EdDSA



=== TEST 21: encrypted
--- request eval: ::call('/backchannel', ::token('encrypted'))
--- x_refused
the token is encrypted, which is not supported



=== TEST 22: no token at all
--- request eval: ::call('/backchannel', 'eyJ')
--- x_refused
the token does not have three parts



=== TEST 23: of another issuer
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', iss => 'https://evil.test'))
--- x_refused
the token's "iss" is not the configured issuer



=== TEST 24: without an issuer
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', iss => undef))
--- x_refused
the token's "iss" is not the configured issuer



=== TEST 25: for another client
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', aud => 'other'))
--- x_refused
the token's "aud" is not the configured client



=== TEST 26: for another client, too
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', aud => ['spa', 'other']))
--- x_refused
the token's "aud" is not the configured client



=== TEST 27: for nobody
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', aud => undef))
--- x_refused
the token's "aud" is not the configured client



=== TEST 28: without "iat"
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', iat => undef))
--- x_refused
the token has no "iat"



=== TEST 29: issued in the future
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', iat => time + 3600))
--- x_refused
the token's "iat" is in the future



=== TEST 30: without "exp"
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', exp => undef))
--- x_refused
the token has no "exp"



=== TEST 31: expired
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', exp => time - 61))
--- x_refused
the token has expired



=== TEST 32: valid for a year
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', exp => time + 365 * 86400))
--- x_refused
the token expires more than a day from now



=== TEST 33: an ID Token, which has no events
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', events => undef))
--- x_refused
the token's "events" do not have the back-channel logout event



=== TEST 34: another event
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', events => {'http://schemas.openid.net/event/other' => {}}))
--- x_refused
the token's "events" do not have the back-channel logout event



=== TEST 35: an event that is not an object
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', events => {$::event => 'x'}))
--- x_refused
the token's "events" do not have the back-channel logout event



=== TEST 36: with a nonce
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', nonce => 'n'))
--- x_refused
the token has a "nonce", which a logout token never has



=== TEST 37: naming nobody
--- request eval: ::call('/backchannel', ::logout_token())
--- x_refused
the token has neither "sid" nor "sub"



=== TEST 38: without "jti"
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1', jti => undef))
--- x_refused
the token has no "jti"



=== TEST 39: a name that is no text
--- request eval: ::call('/backchannel', ::logout_token(sid => ['s1']))
--- x_refused
the token's "sid", "sub" or "jti" is not a string of 1 to 512 bytes



=== TEST 40: a user, and no index of users
--- request eval: ::call('/sid', ::logout_token(sub => 'u1'))
--- x_refused
the token's "sid" or "sub" cannot be looked up here



=== TEST 41: a token of another type
--- request eval: ::call('/backchannel', ::sign({iss => 'https://id.example.test', aud => 'spa', iat => time, exp => time + 3600, jti => 'j', sid => 's1', events => {$::event => {}}}, typ => 'at+jwt'))
--- x_refused
the token's "typ" is not logout+jwt



=== TEST 42: a refused token is not remembered
--- request eval
my %claims = (sid => 's1', jti => 'the same');
[::call('/backchannel', ::logout_token(%claims, nonce => 'n')), ::call('/backchannel', ::logout_token(%claims))]
--- error_code eval: [400, 200]



=== TEST 43: a key with a variable of nginx in it
--- config
    location = /backchannel {
        set                $tenant t1;
        logout             oidc-backchannel;
        logout_oidc_index  sid_key=oidc:$tenant:$logout_sid jti_prefix=jti: redis=sessions;
    }
--- init
::redis('SET', 'oidc:t1:s1', 'sess:2');
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 44: no keys
--- http_config
    logout_redis sessions { server 127.0.0.1:6379; }
    logout_client spa { return_url https://spa.example.com/; }
--- must_die
--- error_log
"logout oidc-backchannel" needs logout_jwks: the keys that verify its tokens



=== TEST 45: no index
--- config
    location = /backchannel { logout oidc-backchannel; }
--- must_die
--- error_log
"logout oidc-backchannel" needs logout_oidc_index with sid_key= or sub_key= to find sessions by



=== TEST 46: no client
--- http_config
    logout_redis sessions { server 127.0.0.1:6379; }
    logout_jwks  $TEST_NGINX_JWKS issuer=https://id.example.test;
--- must_die
--- error_log
"logout oidc-backchannel" needs a logout_client: the audience of its tokens



=== TEST 47: no store
--- http_config
    logout_jwks   $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_client spa { return_url https://spa.example.com/; }
--- must_die
--- error_log
logout_oidc_index: there is no logout_redis block



=== TEST 48: an unknown store
--- config
    location = /backchannel {
        logout             oidc-backchannel;
        logout_oidc_index  sid_key=oidc:$logout_sid redis=other;
    }
--- must_die
--- error_log
logout_oidc_index: unknown logout_redis "other"



=== TEST 49: an index without a key
--- config
    logout_oidc_index max=3;
--- must_die
--- error_log
"logout_oidc_index" needs sid_key=, sub_key= or email_key=



=== TEST 50: a key that could be any key
--- config
    logout_oidc_index sid_key=$logout_sid;
--- must_die
--- error_log
invalid parameter "sid_key=$logout_sid": it must be a text and then $logout_sid



=== TEST 51: one key for all
--- config
    logout_oidc_index sub_key=oidc:$logout_sid;
--- must_die
--- error_log
invalid parameter "sub_key=oidc:$logout_sid": it must be a text and then $logout_sub



=== TEST 52: a number that is none
--- config
    logout_oidc_index sub_key=oidc:$logout_sub max=0;
--- must_die
--- error_log
invalid parameter "max=0": it must be a number from 1 to 10000



=== TEST 53: an unknown parameter
--- config
    logout_oidc_index sub_key=oidc:$logout_sub field=x;
--- must_die
--- error_log
invalid parameter "field=x": it must be one of sid_key=, sub_key=, email_key=, prefix=, jti_prefix=, max=, redis=, with a value, or all_of_user



=== TEST 54: a variable where none is computed
--- config
    logout_oidc_index sub_key=oidc:$logout_sub prefix=$tenant:;
--- must_die
--- error_log
invalid parameter "prefix=$tenant:": it takes no variables



=== TEST 55: twice
--- config
    logout_oidc_index sub_key=oidc:$logout_sub;
    logout_oidc_index sid_key=oidc:$logout_sid;
--- must_die
--- error_log
"logout_oidc_index" directive is duplicate



=== TEST 56: a cluster in which the index and its sessions are elsewhere
--- http_config
    logout_redis sessions { server 127.0.0.1:6379; cluster on; }
    logout_jwks   $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_client spa { return_url https://spa.example.com/; }
--- config
    location = /backchannel {
        logout             oidc-backchannel;
        logout_oidc_index  sid_key=oidc:$logout_sid prefix=sess:;
    }
--- must_die
--- error_log
logout_oidc_index: in a cluster a script reaches the keys of one slot only



=== TEST 57: logout_explain
--- config eval
"$::Config location = /explain { logout_explain; allow 127.0.0.1; deny all; }"
--- request
POST /explain
{"location": "/backchannel", "method": "POST", "url": "/backchannel"}
--- more_headers
Content-Type: application/json
--- response_body_like: ^\{"result":"bad_request","error":"invalid_logout_token","status":400,



=== TEST 58: other parameters of the form are ignored
--- request eval: ::call('/backchannel', ::logout_token(sid => 's1')) . '&trace=on&state=1'
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1



=== TEST 58: a token with both that means all sessions of the user
--- request eval: ::call('/all', ::logout_token(sid => 's1', sub => 'u1'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1
sess:2
--- x_redis_kept
sess:3



=== TEST 59: without a user it means its session
--- request eval: ::call('/all', ::logout_token(sid => 's1'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1
--- x_redis_kept
sess:2



=== TEST 60: without "exp", where it is optional
--- request eval
my $token = ::logout_token(sid => 's1', exp => undef, jti => 'no-exp');
[::call('/no-exp', $token), ::call('/no-exp', $token)]
--- init
::add_response_body_check(sub {
    my ($block) = @_;
    return if $block->name !~ /where it is optional/;
    my ($key) = @{::redis('KEYS', 'logout:jti:*')};
    my $ttl = ::redis('TTL', $key);
    ::ok($ttl > 120 && $ttl <= 182, "remembered as long as it is good: $ttl");
});
--- error_code eval: [200, 400]
--- response_headers eval: ['X-Result: logged_out', 'X-Error: invalid_logout_token']
--- x_redis_gone
sess:1



=== TEST 61: without "exp", and too old
--- request eval: ::call('/no-exp', ::logout_token(sid => 's1', exp => undef, iat => time - 190))
--- x_refused
the token has no "exp" and was issued longer ago than max_age



=== TEST 62: an "exp" that is there counts
--- request eval: ::call('/no-exp', ::logout_token(sid => 's1', exp => time - 61))
--- x_refused
the token has expired



=== TEST 63: several providers, and a session of each with the same name
--- init
::redis('SET', 'oidc:https://id.example.test:s1', 'sess:1');
::redis('SET', 'oidc:https://third.example.test:s1', 'sess:2');
--- request eval: ::call('/several', ::logout_token(sid => 's1', iss => 'https://third.example.test'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:2
--- x_redis_kept
sess:1



=== TEST 64: a provider with another's keys
--- request eval: ::call('/several', ::logout_token(sid => 's1', iss => 'https://other.example.test'))
--- x_refused
no key of the key set has the token's "kid" and fits its algorithm



=== TEST 65: none of several providers
--- request eval: ::call('/several', ::logout_token(sid => 's1', iss => 'https://evil.test'))
--- x_refused
the token's "iss" is not the configured issuer



=== TEST 66: a client's own provider
--- init
::redis('SET', 'oidc:https://own.example.test:s1', 'sess:1');
--- request eval: ::call('/own', ::logout_token(sid => 's1', iss => 'https://own.example.test', aud => 'own'))
--- response_headers
X-Result: logged_out
--- x_redis_gone
sess:1



=== TEST 67: which does not speak of other clients
--- request eval: ::call('/own', ::logout_token(sid => 's1', iss => 'https://own.example.test', aud => 'spa'))
--- x_refused
the token's "aud" is not the configured client



=== TEST 68: nor the location's of that client
--- request eval: ::call('/own', ::logout_token(sid => 's1', aud => 'own'))
--- x_refused
the token's "aud" is not the configured client



=== TEST 69: several providers that can name each other's sessions
--- http_config eval: $::HttpConfig . 'logout_jwks $TEST_NGINX_JWKS issuer=https://other.example.test;'
--- x_warned: 1
--- request eval: ::call('/sid', ::logout_token(sid => 's1'))
--- response_headers
X-Result: logged_out
--- error_log
logout_oidc_index: each of several providers can end the sessions of the others, there is no $logout_iss in "oidc:sid:$logout_sid" in



=== TEST 70: all of a user, who cannot be found
--- config
    logout_oidc_index sid_key=oidc:$logout_sid all_of_user;
--- must_die
--- error_log
"logout_oidc_index": "all_of_user" needs "sub_key=" or "email_key=", the user's sessions



=== TEST 71: a provider twice
--- config
    logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
    logout_jwks $TEST_NGINX_JWKS issuer=https://id.example.test;
--- must_die
--- error_log
invalid issuer "https://id.example.test": it is there twice
