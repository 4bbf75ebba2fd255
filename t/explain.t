# logout_explain: what a logout request would do, and why, without doing it;
# and what `nginx -t` says of a mistake.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

use File::Temp ();

no_long_string();
no_shuffle();

our $http = <<'_';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
_

our $config = <<'_';
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_return_url https://www.app.test/ https://app.test/docs/*;
        logout_client my-spa {
            return_url https://spa.app.test/bye;
            origin https://spa.app.test;
        }
    }
    location = /logout {
        logout schibsted;
        logout_client 56e9 {
            return_url https://www.app.test/;
        }
    }
_

our $explain = <<'_';
    location = /explain {
        logout_explain;
        allow 127.0.0.1;
        deny all;
    }
_

our $secret = File::Temp->new;
print $secret "keyboard cat\n";
close $secret;

our $json = "Content-Type: application/json";

add_block_preprocessor(sub {
    my ($block) = @_;

    if (!defined $block->http_config) {
        $block->set_value(http_config => $::http);
    }
    if (!defined $block->config) {
        $block->set_value(config => $::config);
    }
    if ($block->config !~ /logout_explain/) {
        $block->set_value(config => $block->config . $::explain);
    }
    if (!defined $block->must_die && !defined $block->error_log) {
        $block->set_value(no_error_log => "[error]\n[alert]\n[crit]\nabc");
    }
});

log_level('info');
run_tests();

__DATA__

=== TEST 1: a form
--- request
GET /explain
--- response_headers_like
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
Content-Security-Policy: default-src 'none'; img-src data:; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
--- response_body_like eval
qr{<option>/v2/logout</option>\n<option>/logout</option>.*<label for="cookie">.*<textarea [^>]*name="headers"}s



=== TEST 2: a logout that works: nothing is deleted
--- x_redis_set
sess:abc = 1
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "url": "https://www.app.test/v2/logout?returnTo=https%3A%2F%2Fapp.test%2Fdocs%2Fa%3Fx", "cookie": "a=b; sid=abc"}
--- response_headers
Content-Type: application/json
--- response_body_like eval
qr{^\{"result":"logged_out","status":302,"location":"https://app.test/docs/a\?x","steps":\[
\{"step":"request","verdict":"ok","text":"GET\ is\ a\ method\ that\ logs\ out\.","facts":\[\{"name":"method","value":"GET"\},\{"name":"protocol","value":"auth0"\},\{"name":"host","value":"www\.app\.test"\},\{"name":"scheme","value":"HTTPS"\}\]\},
\{"step":"parameters","verdict":"ok",.*\{"name":"returnTo","value":"https://app\.test/docs/a\?x"\}.*
\{"step":"client","verdict":"ok","text":"No\ client\ is\ named:\ logout_return_url\ is\ used\.".*
\{"step":"source","verdict":"ok","text":"No\ header\ says\ where\ it\ comes\ from\.".*
\{"step":"return_url","verdict":"ok",.*\{"name":"by\ the\ entry","value":"https://app\.test/docs/\*"\}.*
\{"step":"session","verdict":"ok","text":"One\ key\ would\ be\ deleted\.","facts":\[\{"name":"cookie","value":"sid"\},\{"name":"session","value":"([0-9a-f]{16})"\},\{"name":"key","value":"sess:\[\1\]\ in\ sessions"\}\].*
\{"step":"cookies","verdict":"ok",.*\{"name":"Set-Cookie","value":"sid=;\ Path=/;.*
\{"step":"answer","verdict":"ok",.*\{"name":"if\ Redis\ is\ away","value":"redis_unavailable:
}sx
--- x_redis_kept
sess:abc



=== TEST 3: the same in the page
--- request
POST /explain
location=%2Fv2%2Flogout&url=%2Fv2%2Flogout%3FreturnTo%3Dhttps%3A%2F%2Fapp.test%2Fdocs%2Fa&cookie=sid%3Dabc&headers=&body=
--- response_body_like eval
qr{<h3>The session <span class="good">.*<dt>key</dt><dd><code>sess:\[[0-9a-f]{16}\] in sessions</code>.*name="cookie"[^>]* value="sid=abc"}s



=== TEST 4: a return URL that is refused: the rule and the nearest entry
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "client_id": "my-spa", "return_url": "https://spa.app.test/bye/"}
--- response_body_like eval
qr{^\{"result":"no_session","error":"return_url_not_allowed","status":400,.*"step":"client","verdict":"ok".*"value":"my-spa".*\{"step":"return_url","verdict":"problem","text":"[A-Z][^"]*\.",.*\{"name":"list","value":"return_url of logout_client my-spa"\}.*\{"name":"nearest entry","value":"https://spa\.app\.test/bye"\}}



=== TEST 5: what is no URL
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "return_url": "https://app.test\\@evil.test/"}
--- response_body_like eval
qr{"step":"return_url","verdict":"problem","text":"[A-Z][^"]*byte[^"]*\.".*"status":400|"step":"return_url","verdict":"problem"}
--- response_body_unlike: nearest entry



=== TEST 6: an unknown client, a required one
--- more_headers eval: $::json
--- request eval
[
    qq{POST /explain\n{"location": "/v2/logout", "client_id": "x"}},
    qq{POST /explain\n{"location": "/logout"}},
]
--- response_body_like eval
[
    qr{"error":"unknown_client".*"step":"client","verdict":"problem".*\{"step":"return_url","verdict":"note"},
    qr{"error":"client_required".*"step":"client","verdict":"problem"},
]



=== TEST 7: the location is that of the URL, else the first
--- more_headers eval: $::json
--- request eval
[
    qq{POST /explain\n{"url": "https://x.test/logout?client_id=56e9"}},
    qq{POST /explain\n{"url": "client_id=my-spa"}},
    qq{POST /explain\n{"url": "https://x.test"}},
]
--- response_body_like eval
[
    qr{"location":"https://www\.app\.test/".*"value":"schibsted"},
    qr{"location":"https://spa\.app\.test/bye".*"value":"auth0"},
    qr{"name":"host","value":"x\.test"},
]



=== TEST 8: a location that is not there
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v3/logout"}
--- error_code: 400
--- response_body
{"problem":"There is no such location"}



=== TEST 9: parameters that are not read, and what may have been meant
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "url": "?returnto=https://www.app.test/&x=1"}
--- response_body_like eval
qr{"step":"parameters","verdict":"note".*\{"name":"not read","value":"returnto \(did you mean returnTo\?\)"\},\{"name":"not read","value":"x"\}}



=== TEST 10: parameters that cannot be read
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "url": "?returnTo=a&returnTo=b"}
--- response_body_like eval
qr{"error":"malformed_request".*"step":"parameters","verdict":"problem","text":"The parameter is given twice\.".*\{"name":"parameter","value":"returnTo"\}}



=== TEST 11: another site's image
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "headers": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}}
--- response_body_like eval
qr{^\{"result":"cross_site","status":403,.*"step":"source","verdict":"problem"(?!.*"step":"session")}



=== TEST 12: a script of the client
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "client_id": "my-spa", "cookie": "sid=abc", "headers": "Origin: https://spa.app.test\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors"}
--- response_body_like eval
qr{"step":"source","verdict":"ok".*\{"name":"may read the answer","value":"https://spa\.app\.test"\}}



=== TEST 13: a method that logs nobody out, and a prefetch
--- more_headers eval: $::json
--- request eval
[
    qq{POST /explain\n{"location": "/v2/logout", "method": "HEAD"}},
    qq{POST /explain\n{"location": "/v2/logout", "headers": "Sec-Purpose: prefetch"}},
]
--- response_body_like eval
[
    qr{^\{"result":"method_not_allowed","status":405,"steps":\[\{"step":"request","verdict":"problem","text":"HEAD logs nobody out here\. Methods that do: GET, POST\."},
    qr{^\{"result":"prefetch","status":503,"steps":\[\{"step":"request","verdict":"problem"},
]



=== TEST 14: a form's body
--- more_headers eval: $::json
--- request
POST /explain
{"location": "/v2/logout", "method": "POST", "body": "client_id=my-spa"}
--- response_body_like eval
qr{^\{"result":"no_session","status":303,"location":"https://spa\.app\.test/bye"}



=== TEST 15: the same, to those who may
--- config eval
qq{
    location = /v2/logout {
        logout auth0;
        logout_session format=express secret_file=$::secret;
        logout_return_url https://www.app.test/;
    }
}
--- more_headers eval: $::json
--- request eval
[
    qq{POST /explain\n{"cookie": "connect.sid=s%3Aabc.def"}},
    qq{POST /explain\n{"cookie": "other=1"}},
]
--- response_body_like eval
[
    qr{"step":"session","verdict":"note","text":"The request has the cookie, but},
    qr{"step":"session","verdict":"note","text":"The request has no cookie of this name},
]



=== TEST 16: keys and sessions as they are
--- config
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain show_keys;
        allow 127.0.0.1;
        deny all;
    }
--- more_headers eval: $::json
--- request
POST /explain
{"cookie": "sid=abc"}
--- response_body_like eval
qr{\{"name":"session","value":"abc"\},\{"name":"key","value":"sess:abc in sessions"\}}



=== TEST 17: the hash is that of the log, and keys that key= makes
--- http_config eval
$::http . q{
    log_format hash '$logout_session_hash';
}
--- config
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid key=user:$logout_session_id:$host;
        logout_return_url https://www.app.test/;
        add_header X-Hash $logout_session_hash;
    }
    location = /explain {
        logout_explain /v2/logout;
        allow 127.0.0.1;
        deny all;
    }
    location = /both {
        internal;
    }
--- more_headers eval
["Cookie: sid=abc", $::json]
--- request eval
["GET /v2/logout", qq{POST /explain\n{"cookie": "sid=abc"}}]
--- error_code eval
[302, 200]
--- raw_response_headers_like eval
[qr/X-Hash: [0-9a-f]{16}/, '']
--- response_body_like eval
['', qr/"value":"([0-9a-f]{16})"\},\{"name":"key","value":"user:\[\1\]:localhost in sessions"/]



=== TEST 18: federated
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
        logout_federated https://idp.test/logout?to=$logout_return_url_escaped;
    }
    location = /other {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
--- more_headers eval: $::json
--- request eval
[
    qq{POST /explain\n{"url": "/v2/logout?federated"}},
    qq{POST /explain\n{"url": "/other?federated"}},
]
--- response_body_like eval
[
    qr{"location":"https://idp\.test/logout\?to=https%3A%2F%2Fwww\.app\.test%2F".*"step":"federated","verdict":"ok"},
    qr{"location":"https://www\.app\.test/".*"step":"federated","verdict":"note"},
]



=== TEST 19: a location that defers
--- http_config eval: $::http . 'logout_zone later 1m;'
--- config
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_return_url https://www.app.test/;
        logout_redis_failure defer;
    }
--- more_headers eval: $::json
--- request
POST /explain
{"cookie": "sid=abc"}
--- response_body_like: "if Redis is away","value":"deferred



=== TEST 20: descriptions that are none
--- more_headers eval
[$::json, $::json, $::json, '']
--- request eval
[
    qq{POST /explain\n["a"]},
    qq{POST /explain\n{"url": 1}},
    qq{POST /explain\n{"headers": "Origin"}},
    qq{POST /explain\nurl=%zz},
]
--- error_code eval
[400, 400, 400, 400]
--- response_body_like eval
[
    qr/^\{"problem":"The body is not a JSON object of strings"\}$/,
    qr/^\{"problem":"The body is not a JSON object of strings"\}$/,
    qr/^\{"problem":"The header line \\"Origin\\" is not \\"Name: value\\""\}$/,
    qr/<p class="bad">The body is not a form\.<\/p>/,
]



=== TEST 21: a description that is too long
--- more_headers eval: $::json
--- request eval
['POST /explain' . "\n" . '{"url": "' . ('a' x 70000) . '"}']
--- error_code: 400
--- response_body
{"problem":"The description is too long"}
--- no_error_log
[alert]



=== TEST 22: markup in what was typed
--- request
POST /explain
url=%22%3E%3Cscript%3E&cookie=%3C%2Ftextarea%3E&headers=X%3A+%3Cb%3E&client_id=%3Ci%3E
--- response_body_unlike eval
qr/<script|<b>|<i>|value=""><|<\/textarea>"/
--- response_body_like: &lt;script&gt;



=== TEST 23: other methods
--- request
PUT /explain
x
--- error_code: 405



=== TEST 24: who may not
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        deny all;
    }
--- request
GET /explain
--- error_code: 403
--- error_log
access forbidden by rule



=== TEST 25: everybody: refused
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
    }
--- must_die
--- error_log eval
qr/\[emerg\] .*"logout_explain" tells what the configuration allows: restrict who may ask with "allow" and "deny", "auth_basic", "auth_request" or "internal", or add "unprotected" if something else does in .*nginx\.conf:\d+/
--- suppress_stderr



=== TEST 26: "allow" alone keeps nobody out
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        allow 127.0.0.1;
    }
--- must_die
--- error_log
"logout_explain" tells what the configuration allows, and "allow" and "deny" let strangers ask here: end them with "deny all", or add "unprotected" if something else keeps strangers out in
--- suppress_stderr



=== TEST 27: a password that is switched off again
--- config
    auth_basic secret;
    auth_basic_user_file users;
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        auth_basic off;
    }
--- must_die
--- error_log
"logout_explain" tells what the configuration allows
--- suppress_stderr



=== TEST 28: a password, from the level above
--- config
    auth_basic secret;
    auth_basic_user_file users;
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
    }
--- request
GET /explain
--- error_code: 401



=== TEST 29: a subrequest that decides
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        auth_request /auth;
    }
    location = /auth {
        return 403;
    }
--- request
GET /explain
--- error_code: 403
--- no_error_log
[alert]



=== TEST 30: something else that restricts it
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain unprotected;
    }
--- request
GET /explain
--- response_body_like: <form



=== TEST 31: inside nginx only
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        internal;
    }
    location = /t {
        rewrite ^ /explain;
    }
--- request
GET /t
--- response_body_like: <form



=== TEST 32: one location of two
--- config
    logout_return_url https://www.app.test/;
    location = /a {
        logout auth0;
    }
    location = /b {
        logout auth0;
    }
    location = /explain {
        logout_explain /b unprotected;
    }
--- request
GET /explain
--- response_body_like: <option>/b</option>
--- response_body_unlike: <option>/a</option>



=== TEST 33: a location of another server
--- http_config
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_2;
        location = /a {
            logout auth0;
            logout_return_url https://www.app.test/;
        }
    }
--- config
    location = /explain {
        logout_explain /a unprotected;
    }
--- must_die
--- error_log
"logout_explain": "/a" is not a location of this server with "logout" in
--- suppress_stderr



=== TEST 34: nothing to explain
--- config
    location = /explain {
        logout_explain unprotected;
    }
--- must_die
--- error_log
"logout_explain": there is no location with "logout" in this server in
--- suppress_stderr



=== TEST 35: a parameter that is misspelt
--- config
    location = /explain {
        logout_explain show_key;
    }
--- must_die
--- error_log
"logout_explain": unknown parameter "show_key", did you mean "show_keys"? in
--- suppress_stderr



=== TEST 36: a parameter that is nothing
--- config
    location = /explain {
        logout_explain logout;
    }
--- must_die
--- error_log
"logout_explain": unknown parameter "logout": it is neither a location, which begins with "/" or "@", nor show_keys, nor unprotected in
--- suppress_stderr



=== TEST 37: twice
--- config
    location = /explain {
        logout_explain;
        logout_explain;
    }
--- must_die
--- error_log
"logout_explain" directive is duplicate in
--- suppress_stderr



=== TEST 38: beside another handler, before and after
--- config
    location = /explain {
        proxy_pass http://127.0.0.1:1;
        logout_explain;
    }
--- must_die
--- error_log
"logout_explain" directive conflicts with another handler of this location in
--- suppress_stderr



=== TEST 39: after it
--- config
    location = /explain {
        logout_explain unprotected;
        proxy_pass http://127.0.0.1:1;
    }
--- must_die
--- error_log
"logout_explain" conflicts with another handler of this location in
--- suppress_stderr



=== TEST 40: an event that applications would be told
--- config
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_return_url https://www.app.test/;
        logout_event stream=logouts;
        logout_event channel=bye;
    }
--- more_headers eval: $::json
--- request
POST /explain
{"cookie": "sid=abc"}
--- response_body_like eval
qr/"step":"events","verdict":"ok","text":"Applications would be told\.","facts":\[\{"name":"goes to","value":"the stream logouts in sessions"\},\{"name":"goes to","value":"the channel bye in sessions"\}\]/



=== TEST 41: a confirmation is asked for first
--- config
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess:;
        logout_return_url https://www.app.test/;
        logout_confirm on;
    }
--- more_headers eval: $::json
--- request
POST /explain
{"cookie": "sid=abc", "return_url": "https://www.app.test/", "headers": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}}
--- response_body_like eval
qr/^\{"result":"confirmation_required",.*"step":"return_url","verdict":"ok".*"step":"question","verdict":"note"/



=== TEST 42: the other sessions of the user
--- config
    location = /v2/logout {
        logout auth0;
        logout_session format=raw cookie=sid prefix=sess: all=user:$arg_user;
        logout_return_url https://www.app.test/;
    }
--- more_headers eval: $::json
--- request
POST /explain
{"cookie": "sid=abc"}
--- response_body_like eval
qr/"text":"One key would be deleted\.".*\{"name":"besides","value":"the user's other sessions, which all= finds"\}/



=== TEST 43: one stranger of many is denied
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        deny 192.0.2.1;
    }
--- must_die
--- error_log
"allow" and "deny" let strangers ask here: end them with "deny all"
--- suppress_stderr



=== TEST 44: everybody is allowed before everybody is denied
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        allow all;
        deny all;
    }
--- must_die
--- error_log
"allow" and "deny" let strangers ask here: end them with "deny all"
--- suppress_stderr



=== TEST 45: half of everybody, twice
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        allow 0.0.0.0/1;
        allow 128.0.0.0/1;
        deny all;
    }
--- must_die
--- error_log
"allow" and "deny" let strangers ask here: end them with "deny all"
--- suppress_stderr



=== TEST 46: of one family of addresses only
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        allow 127.0.0.1;
        deny 0.0.0.0/0;
    }
--- must_die
--- error_log
"allow" and "deny" let strangers ask here: end them with "deny all"
--- suppress_stderr



=== TEST 47: a password that strangers need not know
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        satisfy any;
        allow all;
        auth_basic secret;
        auth_basic_user_file users;
    }
--- must_die
--- error_log
"allow" and "deny" let strangers ask here: end them with "deny all"
--- suppress_stderr



=== TEST 48: a network, and nobody else
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        allow 127.0.0.0/8;
        allow fc00::/7;
        deny 0.0.0.0/0;
        deny ::/0;
    }
--- request
GET /explain
--- error_code: 200



=== TEST 49: a network, or a password
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        satisfy any;
        allow 192.0.2.0/24;
        auth_basic secret;
        auth_basic_user_file users;
    }
--- request
GET /explain
--- error_code: 401
--- error_log
no user/password was provided



=== TEST 50: a password for everybody who is allowed
--- config
    location = /v2/logout {
        logout auth0;
        logout_return_url https://www.app.test/;
    }
    location = /explain {
        logout_explain;
        allow all;
        auth_basic secret;
        auth_basic_user_file users;
    }
--- request
GET /explain
--- error_code: 401
--- error_log
no user/password was provided
