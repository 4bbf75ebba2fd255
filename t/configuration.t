# What cannot work is refused when nginx reads its configuration, with the
# file, the line and the reason; what is unwise is warned of.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';

use File::Temp ();

no_long_string();
no_shuffle();

our $secrets = File::Temp->newdir('logout-secrets.XXXXXX', TMPDIR => 1);
chmod 0755, "$secrets";
secret_file('empty', '', 0600);
secret_file('newline', "\n", 0600);
secret_file('readable', "a-secret-that-is-long-enough\n", 0644);
secret_file('fine', "a-secret-that-is-long-enough\n", 0600);
$ENV{TEST_NGINX_SECRETS} = "$secrets";

sub secret_file {
    my ($name, $text, $mode) = @_;

    open my $out, '>', "$secrets/$name" or die "$name: $!\n";
    print $out $text;
    close $out;
    chmod $mode, "$secrets/$name";
}

our $store = 'logout_redis sessions { server 127.0.0.1:6379; }';
our $session = 'logout_session format=raw cookie=sid prefix=sess:;';

# x_location is what stands in the location, x_http what stands before the
# server. Everything is to be refused, unless it is x_accepted.
add_block_preprocessor(sub {
    my ($block) = @_;

    my $location = $block->x_location // "logout auth0; $session";

    $block->set_value(http_config => $block->x_http // $store);
    $block->set_value(config => ($block->x_server // '')
        . "\nlocation = /logout {\n$location\n}\n");
    if (defined $block->x_accepted) {
        $block->set_value(request => 'GET /');
        $block->set_value(no_error_log => "[emerg]\n[alert]")
            if !defined $block->no_error_log;
    } else {
        $block->set_value(must_die => '');
        $block->set_value(error_log => names_its_place($block));
    }
});

# Whatever else a refusal says, it says where.
sub names_its_place {
    my ($block) = @_;

    my $patterns = $block->error_log;
    my @patterns = ref $patterns eq 'Regexp' ? $patterns
        : grep { length } split /\n/, $patterns;

    # nginx looks at variables at the end
    return \@patterns if defined $block->x_nowhere;

    return [@patterns, qr{\[emerg\] .* in /\S+\.conf:\d+$}m];
}

run_tests();

__DATA__

=== TEST 1: an unknown protocol
--- x_location: logout saml;
--- error_log eval
qr{\[emerg\] .*unknown logout protocol "saml", it must be one of auth0, schibsted, oidc, oidc-frontchannel, oidc-backchannel, ssf, universal in .*/nginx\.conf:\d+}



=== TEST 2: logout twice
--- x_location: logout auth0; logout auth0;
--- error_log
"logout" directive is duplicate



=== TEST 3: logout in a server
--- x_server: logout auth0;
--- error_log
"logout" directive is not allowed here



=== TEST 4: nothing to do; the line is that of "logout"
--- x_location
include ../html/logout.conf;
--- user_files
>>> logout.conf
# one
# two
logout auth0;
# four
--- error_log eval
qr{"logout" has neither a logout_session to end nor a logout_return_url to send to in .*/logout\.conf:3}



=== TEST 5: another handler before it
--- x_location: empty_gif; logout auth0; logout_return_url /;
--- error_log
"logout" directive conflicts with another handler of this location



=== TEST 6: another handler behind it
--- x_location
include ../html/logout.conf;
--- user_files
>>> logout.conf
logout auth0;
logout_return_url /;
proxy_pass http://127.0.0.1:9;
--- error_log eval
qr{"logout" conflicts with another handler of this location in .*/logout\.conf:1}



=== TEST 7: a store that does not exist; the line is that of the session
--- x_location
include ../html/logout.conf;
--- user_files
>>> logout.conf
logout auth0;
logout_session format=raw cookie=sid prefix=sess: redis=session;
--- error_log eval
qr{unknown logout_redis "session" in .*/logout\.conf:2}



=== TEST 8: no store at all
--- x_http:
--- error_log
there is no logout_redis block



=== TEST 9: two stores to choose from
--- x_http
logout_redis a { server 127.0.0.1:6379; }
logout_redis b { server 127.0.0.1:6379; }
--- error_log
redis=NAME is needed, there are several logout_redis blocks



=== TEST 10: two stores of one name
--- x_http
logout_redis a { server 127.0.0.1:6379; }
logout_redis a { server 127.0.0.1:6380; }
--- error_log
duplicate logout_redis "a"



=== TEST 11: a store without a name
--- x_http: logout_redis { server 127.0.0.1:6379; }
--- error_log
invalid number of arguments in "logout_redis" directive



=== TEST 12: a store without a server
--- x_http: logout_redis a { database 1; }
--- error_log
no "server" in logout_redis "a"



=== TEST 13: an unknown parameter of a store, and the one that was meant
--- x_http: logout_redis a { server 127.0.0.1:6379; time_out 1s; }
--- error_log
unknown directive "time_out" in "logout_redis", did you mean "timeout"?



=== TEST 14: parameters of a store that mean nothing
--- x_http: logout_redis a { server 127.0.0.1:99999; }
--- error_log
invalid port in "127.0.0.1:99999"



=== TEST 15: a database that is no number
--- x_http: logout_redis a { server 127.0.0.1:6379; database zero; }
--- error_log
invalid value "zero" in "database"



=== TEST 16: a timeout of nothing
--- x_http: logout_redis a { server 127.0.0.1:6379; timeout 0; }
--- error_log
invalid value "0" in "timeout"



=== TEST 17: a parameter twice
--- x_http: logout_redis a { server 127.0.0.1:6379; timeout 1s; timeout 2s; }
--- error_log
"timeout" directive is duplicate



=== TEST 18: a user without a password
--- x_http: logout_redis a { server 127.0.0.1:6379; username u; }
--- error_log
"username" without a password in logout_redis "a"



=== TEST 19: two passwords
--- x_http: logout_redis a { server 127.0.0.1:6379; password p; password_file f; }
--- error_log
exclude each other



=== TEST 20: a password file that is not there
--- x_http: logout_redis a { server 127.0.0.1:6379; password_file $TEST_NGINX_SECRETS/none; }
--- error_log eval
qr{open\(\) ".*/none" failed \(2: No such file or directory\)}



=== TEST 21: a password file that is empty
--- x_http: logout_redis a { server 127.0.0.1:6379; password_file $TEST_NGINX_SECRETS/empty; }
--- error_log eval
qr{the first line of the password file ".*/empty" is empty}



=== TEST 22: a password file that anybody reads
--- x_http: logout_redis sessions { server 127.0.0.1:6379; password_file $TEST_NGINX_SECRETS/readable; }
--- x_accepted: 1
--- error_log eval
qr{\[warn\] .*the password file ".*/readable" is readable by others}
--- no_error_log
a-secret-that
[emerg]



=== TEST 23: a password file that only its owner reads
--- x_http: logout_redis sessions { server 127.0.0.1:6379; password_file $TEST_NGINX_SECRETS/fine; }
--- x_accepted: 1
--- no_error_log
[warn]



=== TEST 24: a client twice
--- x_http
logout_redis sessions { server 127.0.0.1:6379; }
logout_client a { return_url https://a.example.com/; }
logout_client a { return_url https://b.example.com/; }
--- error_log
client "a" is declared twice



=== TEST 25: a return URL twice
--- x_location
logout auth0;
logout_return_url https://a.example.com/bye https://A.example.com:443/bye;
--- error_log
[emerg]
return URL "https://A.example.com:443/bye": the same as "https://a.example.com/bye" before it



=== TEST 26: a client's return URL twice
--- x_http
logout_client a { return_url https://a.example.com/; return_url https://a.example.com; }
--- error_log
[emerg]
return URL "https://a.example.com":



=== TEST 27: an unknown parameter of a client
--- x_http: logout_client a { redirect_uri https://a.example.com/; }
--- error_log
unknown parameter "redirect_uri" in "logout_client", it must be one of return_url, origin, federated, jwks, include



=== TEST 28: a client without a name
--- x_http: logout_client "" { return_url https://a.example.com/; }
--- error_log
the client_id is empty



=== TEST 29: an origin that is a URL
--- x_http: logout_client a { origin https://a.example.com/; }
--- error_log
origin "https://a.example.com/": an origin has no path



=== TEST 30: a script as a return URL
--- x_location: logout auth0; logout_return_url javascript:alert(1);
--- error_log eval
qr{\[emerg\] .*return URL "javascript:alert\(1\)": }



=== TEST 31: every host of a public suffix
--- x_location: logout auth0; logout_return_url / https://*.com;
--- error_log
"com" is a public suffix



=== TEST 32: a pattern as the default
--- x_location: logout auth0; logout_return_url https://*.example.com/;
--- error_log
the first entry is where a browser goes that asks for nothing: it cannot be a pattern



=== TEST 33: a URL outside the grammar
--- x_location: logout auth0; logout_return_url https://user@example.com/;
--- error_log
return URL "https://user@example.com/": the URL holds a user name or "@" before its path



=== TEST 34: a URL without a scheme
--- x_location: logout auth0; logout_return_url example.com/bye;
--- error_log
an entry begins with "https://", another scheme or "/"



=== TEST 35: no URL at all
--- x_location: logout auth0; logout_return_url;
--- error_log
invalid number of arguments in "logout_return_url" directive



=== TEST 36: http: beside https:
--- x_location
logout auth0;
logout_return_url https://a.example.com/ http://a.example.com/bye;
--- x_accepted: 1
--- error_log eval
qr{\[warn\] .*return URLs: host "a\.example\.com" is listed with "https:" and with "http:", .* in .*/nginx\.conf:\d+}



=== TEST 37: a __Host- cookie with a domain
--- x_location
logout auth0;
logout_session format=raw cookie=__Host-sid prefix=sess: secure domain=example.com;
--- error_log
cookie "__Host-sid": browsers keep a "__Host-" cookie unless it is expired without a domain



=== TEST 38: a __Host- cookie with a path
--- x_location
logout auth0;
logout_clear_cookie __Host-sid secure path=/app;
--- error_log
cookie "__Host-sid": browsers keep a "__Host-" cookie unless it is expired with the path "/"



=== TEST 39: a __Secure- cookie without "secure"
--- x_location: logout auth0; logout_clear_cookie __Secure-a;
--- error_log
cookie "__Secure-a": browsers keep a "__Secure-" cookie unless it is expired with "secure"



=== TEST 40: what is no cookie name
--- x_location: logout auth0; logout_clear_cookie "a b";
--- error_log
cookie "a b": "a b" is not a cookie name



=== TEST 41: every cookie
--- x_location: logout auth0; logout_clear_cookie *;
--- error_log
is not a cookie name



=== TEST 42: an unknown parameter of a cookie
--- x_location: logout auth0; logout_clear_cookie a Path=/;
--- error_log
unknown parameter "Path=" in "logout_clear_cookie", did you mean "path="?



=== TEST 43: an unknown samesite
--- x_location: logout auth0; logout_clear_cookie a samesite=no;
--- error_log
invalid parameter "samesite=no": it must be strict, lax or none



=== TEST 44: an unknown parameter of a session
--- x_location: logout auth0; logout_session format=raw cokie=sid prefix=sess:;
--- error_log
invalid parameter "cokie": there is no parameter "cokie"; is "cookie" meant?



=== TEST 45: an unknown format
--- x_location: logout auth0; logout_session format=expres;
--- error_log
is "express" meant?



=== TEST 46: a session without a format
--- x_location: logout auth0; logout_session cookie=sid;
--- error_log eval
qr{logout_session: .*"format="}



=== TEST 47: a raw session without a cookie
--- x_location: logout auth0; logout_session format=raw prefix=sess:;
--- error_log
needs "cookie="



=== TEST 48: a secret file that is not there
--- x_location: logout auth0; logout_session format=express secret_file=$TEST_NGINX_SECRETS/none;
--- error_log eval
qr{open\(\) ".*/none" failed \(2: No such file or directory\)}



=== TEST 49: a secret file that is empty
--- x_location: logout auth0; logout_session format=express secret_file=$TEST_NGINX_SECRETS/empty;
--- error_log eval
qr{".*/empty" must be a file of 1 to 65536 bytes}



=== TEST 50: a secret file without a secret
--- x_location: logout auth0; logout_session format=express secret_file=$TEST_NGINX_SECRETS/newline;
--- error_log eval
qr{invalid parameter "secret_file=.*/newline": there is no secret in the file}



=== TEST 51: a secret file that anybody reads
--- x_location: logout auth0; logout_session format=express secret_file=$TEST_NGINX_SECRETS/readable;
--- x_accepted: 1
--- error_log eval
qr{\[warn\] .*".*/readable" holds a secret and can be read by others}
--- no_error_log
a-secret-that
[emerg]



=== TEST 52: a key with an unknown variable
--- x_location: logout auth0; logout_session format=raw cookie=sid key=$no_such_variable;
--- x_nowhere: 1
--- error_log
unknown "no_such_variable" variable



=== TEST 53: a key that is the same for everybody
--- x_location: logout auth0; logout_session format=raw cookie=sid key=session;
--- error_log
invalid parameter "key=session": everybody's session would have this key, it needs $logout_session_id in it



=== TEST 54: a token without its key
--- x_location: logout schibsted; logout_token key=token;
--- error_log
"logout_token" needs key= with $logout_token in it



=== TEST 55: a federated URL that the request could choose
--- x_location: logout auth0; logout_return_url /; logout_federated https://$host/logout;
--- error_log
federated URL "https://$host/logout" must begin with http:// or https:// and a host, without variables up to the path



=== TEST 56: a federated URL without a host
--- x_location: logout auth0; logout_return_url /; logout_federated /logout;
--- error_log
federated URL "/logout" must begin with http:// or https:// and a host



=== TEST 57: logout_federated twice
--- x_location: logout auth0; logout_return_url /; logout_federated https://a.example/; logout_federated https://b.example/;
--- error_log
"logout_federated" directive is duplicate



=== TEST 58: an unknown word for logout_bad_request, and one that is meant
--- x_location: logout auth0; logout_return_url /; logout_bad_request refused;
--- error_log
invalid value "refused" in "logout_bad_request" directive, it must be one of error, default, refuse; did you mean "refuse"?



=== TEST 59: logout_bad_request twice
--- x_location: logout auth0; logout_return_url /; logout_bad_request error; logout_bad_request error;
--- error_log
"logout_bad_request" directive is duplicate



=== TEST 60: a method that never ends a session
--- x_location: logout auth0; logout_return_url /; logout_methods GET HEAD;
--- error_log
invalid value "HEAD" in "logout_methods" directive, it must be one of GET, POST, DELETE



=== TEST 61: an unknown word for logout_cross_site
--- x_location: logout auth0; logout_return_url /; logout_cross_site same_site;
--- error_log
invalid value "same_site" in "logout_cross_site" directive, it must be one of navigation, same-site, same-origin, any; did you mean "same-site"?



=== TEST 62: an unknown type for logout_clear_site_data
--- x_location: logout auth0; logout_return_url /; logout_clear_site_data cookie;
--- error_log
invalid value "cookie" in "logout_clear_site_data" directive, it must be one of cache, cookies, storage, executionContexts, clientHints, prefetchCache, prerenderCache; did you mean "cookies"?



=== TEST 63: a block that does not end
--- x_http: logout_redis a { server 127.0.0.1:6379;
--- error_log
[emerg]
unexpected "{" in



=== TEST 64: parts of a block in files of their own
--- x_http
logout_redis sessions { include ../html/store.conf; }
logout_client a { include ../html/client.conf; }
--- user_files
>>> store.conf
server  127.0.0.1:6379;
timeout 1s;
>>> client.conf
return_url https://a.example.com/;
--- x_accepted: 1
--- no_error_log
[warn]



=== TEST 65: an error in such a file is said to be there
--- x_http
logout_client a { include ../html/client.conf; }
--- user_files
>>> client.conf
return_url https://a.example.com/;
return_url ftp://a.example.com/;
--- error_log eval
qr{return URL "ftp://a\.example\.com/": .* in .*/html/client\.conf:2}



=== TEST 66: an error in such a file of a store, too
--- x_http
logout_redis sessions { include ../html/store.conf; }
--- user_files
>>> store.conf
server  127.0.0.1:6379;

timeout soon;
--- error_log eval
qr{invalid value "soon" in "timeout" directive in /\S+/html/store\.conf:3}



=== TEST 67: a file that is not there
--- x_http
logout_redis sessions { include ../html/none.conf; }
--- error_log eval
qr{open\(\) "/\S+/html/none\.conf" failed \(2: No such file or directory\) in /\S+/nginx\.conf:\d+}



=== TEST 68: a store's block that the file does not end
--- x_http
include ../html/store.conf;
--- user_files
>>> store.conf
logout_redis sessions {
    server 127.0.0.1:6379;
--- error_log eval
qr{unexpected end of file, expecting "\}" in /\S+/html/store\.conf:3}



=== TEST 69: a client's block that the file does not end
--- x_http
include ../html/client.conf;
--- user_files
>>> client.conf
logout_client a {
    return_url https://a.example.com/;
--- error_log eval
qr{unexpected end of file, expecting "\}" in /\S+/html/client\.conf:3}



=== TEST 70: a semicolon that is missing
--- x_http
include ../html/client.conf;
--- user_files
>>> client.conf
logout_client a {
    return_url https://a.example.com/
}
--- error_log eval
qr{unexpected "\}" in /\S+/html/client\.conf:3}



=== TEST 71: a misspelled parameter of a client
--- x_http: logout_client a { retrun_url https://a.example.com/; }
--- error_log
unknown parameter "retrun_url" in "logout_client", did you mean "return_url"?



=== TEST 72: a parameter of a client without a value
--- x_http: logout_client a { return_url; }
--- error_log
"return_url" in logout_client needs a value



=== TEST 73: two federated URLs of a client
--- x_http: logout_client a { federated https://a.example/; federated https://b.example/; }
--- error_log
"federated" takes one URL, once



=== TEST 74: a client without a name in the directive
--- x_http: logout_client { return_url https://a.example.com/; }
--- error_log
invalid number of arguments in "logout_client" directive



=== TEST 75: a secret behind a misspelled parameter is not told
--- x_location: logout auth0; logout_session format=express secret=hunter2hunter2;
--- error_log
invalid parameter "secret": there is no parameter "secret"
--- no_error_log
hunter2



=== TEST 76: a flag with a value
--- x_location: logout auth0; logout_session format=express secure=on;
--- error_log
invalid parameter "secure": "secure" takes no value



=== TEST 77: a parameter without its value
--- x_location: logout auth0; logout_session format=express redis=;
--- error_log
invalid parameter "redis": "redis" is empty



=== TEST 78: and without its "="
--- x_location: logout auth0; logout_session format=express path;
--- error_log
invalid parameter "path": "path" is empty



=== TEST 79: a parameter of a session twice
--- x_location: logout auth0; logout_session format=raw cookie=a prefix=sess: cookie=b;
--- error_log
invalid parameter "cookie": it is given twice



=== TEST 80: an attribute of a session's cookie twice
--- x_location: logout auth0; logout_session format=express path=/ secure path=/app;
--- error_log
invalid parameter "path": it is given twice



=== TEST 81: two secret files
--- x_location: logout auth0; logout_session format=express secret_file=$TEST_NGINX_SECRETS/fine secret_file=$TEST_NGINX_SECRETS/fine;
--- error_log
invalid parameter "secret_file": it is given twice



=== TEST 82: prefix and key
--- x_location: logout auth0; logout_session format=raw cookie=a prefix=sess: key=sess:$logout_session_id;
--- error_log
logout_session: "key=" is the whole key, "prefix=" has no place in it



=== TEST 83: a session without anything
--- x_location: logout auth0; logout_session;
--- error_log
invalid number of arguments in "logout_session" directive



=== TEST 84: a flag of a cookie with a value
--- x_location: logout auth0; logout_clear_cookie a httponly=on;
--- error_log
unknown parameter "httponly=" in "logout_clear_cookie", did you mean "httponly"?



=== TEST 85: an attribute of a cookie twice
--- x_location: logout auth0; logout_clear_cookie a path=/ path=/b;
--- error_log
invalid parameter "path": it is given twice



=== TEST 86: a domain that would end the line
--- x_location: logout auth0; logout_clear_cookie a "domain=a.example; Secure";
--- error_log
cookie "a":



=== TEST 87: a misspelled parameter of a token
--- x_location: logout schibsted; logout_token kye=token:$logout_token;
--- error_log
unknown parameter "kye=" in "logout_token", did you mean "key="?



=== TEST 88: a token's store that does not exist
--- x_location: logout schibsted; logout_token key=token:$logout_token redis=tokens;
--- error_log
unknown logout_redis "tokens"



=== TEST 89: logout_token's parameter twice
--- x_location: logout schibsted; logout_token key=a:$logout_token key=b:$logout_token;
--- error_log
invalid parameter "key": it is given twice



=== TEST 90: neither refuse nor defer
--- x_location: logout auth0; logout_redis_failure retry;
--- error_log
invalid parameter "retry": it must be refuse or defer



=== TEST 91: later, but nowhere to keep it
--- x_location
include ../html/logout.conf;
--- user_files
>>> logout.conf
logout auth0;
logout_session format=raw cookie=sid prefix=sess:;
logout_redis_failure defer;
--- error_log eval
qr{a logout_zone is needed to keep deletions for later in /\S+/logout\.conf:1}



=== TEST 92: later, in a zone that does not exist
--- x_location: logout auth0; logout_session format=raw cookie=sid prefix=sess:; logout_redis_failure defer zone=z;
--- error_log
unknown logout_zone "z"



=== TEST 93: later, in one of two zones
--- x_http
logout_redis sessions { server 127.0.0.1:6379; }
logout_zone a 64k;
logout_zone b 64k;
--- x_location: logout auth0; logout_session format=raw cookie=sid prefix=sess:; logout_redis_failure defer;
--- error_log
zone=NAME is needed, there are several logout_zone



=== TEST 94: a misspelled parameter of logout_redis_failure
--- x_location: logout auth0; logout_return_url /; logout_redis_failure defer zon=a;
--- error_log
unknown parameter "zon=" in "logout_redis_failure", did you mean "zone="?



=== TEST 95: parameters of refuse
--- x_location: logout auth0; logout_return_url /; logout_redis_failure refuse zone=a;
--- error_log
invalid parameter "zone=a": only "defer" has parameters



=== TEST 96: a time that is none
--- x_location: logout auth0; logout_return_url /; logout_redis_failure defer for=ever;
--- error_log
invalid parameter "for=ever": it is no time



=== TEST 97: logout_redis_failure twice
--- x_location: logout auth0; logout_return_url /; logout_redis_failure refuse; logout_redis_failure refuse;
--- error_log
"logout_redis_failure" directive is duplicate



=== TEST 98: again at a time that is none
--- x_location: logout auth0; logout_return_url /; logout_again soon;
--- error_log
invalid parameter "soon": it must be a time or zone=NAME



=== TEST 99: again at no time
--- x_location: logout auth0; logout_return_url /; logout_again zone=a;
--- error_log
"logout_again" takes 1 to 8 times



=== TEST 100: again too often
--- x_location: logout auth0; logout_return_url /; logout_again 1s 2s 3s 4s 5s 6s 7s 8s 9s;
--- error_log
"logout_again" takes 1 to 8 times



=== TEST 101: logout_again twice
--- x_location: logout auth0; logout_return_url /; logout_again 1s; logout_again 2s;
--- error_log
"logout_again" directive is duplicate



=== TEST 102: a zone without room
--- x_http: logout_zone a 1k;
--- error_log
zone size "1k" must be a size of at least 32768



=== TEST 103: a zone of no size
--- x_http: logout_zone a big;
--- error_log
zone size "big" must be a size of at least 32768



=== TEST 104: two zones of one name
--- x_http
logout_zone a 64k;
logout_zone a 64k;
--- error_log
duplicate logout_zone "a"



=== TEST 105: a zone in a server
--- x_server: logout_zone a 64k;
--- error_log
"logout_zone" directive is not allowed here



=== TEST 106: a store in a server
--- x_server: logout_redis b { server 127.0.0.1:6379; }
--- error_log
"logout_redis" directive is not allowed here



=== TEST 107: neither on nor off
--- x_location: logout auth0; logout_return_url /; logout_match_query yes;
--- error_log
invalid value "yes" in "logout_match_query" directive, it must be "on" or "off"



=== TEST 108: logout_cross_site twice
--- x_location: logout auth0; logout_return_url /; logout_cross_site any; logout_cross_site any;
--- error_log
"logout_cross_site" directive is duplicate



=== TEST 109: logout_clear_site_data twice
--- x_location: logout auth0; logout_return_url /; logout_clear_site_data storage; logout_clear_site_data storage;
--- error_log
"logout_clear_site_data" directive is duplicate



=== TEST 110: what is unwise to clear is warned of
--- x_location: logout auth0; logout_return_url /; logout_clear_site_data cache cookies;
--- x_accepted: 1
--- error_log eval
[qr{\[warn\] .*"cache" makes Chrome stall}, qr{\[warn\] .*"cookies" takes the cookies of sibling domains}]



=== TEST 111: the status of something else
--- x_location: logout_status on;
--- error_log
invalid number of arguments in "logout_status" directive



=== TEST 112: status and logout in one location
--- x_location: logout auth0; logout_return_url /; logout_status;
--- error_log
"logout_status" directive conflicts with another handler of this location



=== TEST 113: logout_status_zone twice
--- x_location: logout auth0; logout_return_url /; logout_status_zone a; logout_status_zone b;
--- error_log
"logout_status_zone" directive is duplicate



=== TEST 114: an ID token's keys without a provider
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json exp=optional;
--- error_log
"logout_jwks" needs a file and issuer=URL



=== TEST 115: a provider that is no URL
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json issuer=idp.example;
--- error_log
invalid issuer "idp.example":



=== TEST 116: keys that are not there
--- x_location: logout oidc; logout_return_url /; logout_jwks $TEST_NGINX_SECRETS/none issuer=https://idp.example;
--- error_log eval
qr{open\(\) ".*/none" failed \(2: No such file or directory\)}



=== TEST 117: keys that are no JSON
--- x_location: logout oidc; logout_return_url /; logout_jwks $TEST_NGINX_SECRETS/fine issuer=https://idp.example;
--- error_log eval
qr{".*/fine": }
--- no_error_log
a-secret-that



=== TEST 118: a client's keys without a provider
--- x_http: logout_client a { jwks keys.json; }
--- error_log
"jwks" needs a file and issuer=URL



=== TEST 119: to ask, or not to
--- x_location: logout auth0; logout_return_url /; logout_confirm yes;
--- error_log
invalid value "yes" in "logout_confirm", it must be "on" or "off"



=== TEST 120: to ask, with a secret in the wrong place
--- x_location: logout auth0; logout_return_url /; logout_confirm on secret=hunter2hunter2;
--- error_log
unknown parameter "secret=" in "logout_confirm"
--- no_error_log
hunter2



=== TEST 121: to ask, with a secret that is none
--- x_location: logout auth0; logout_return_url /; logout_confirm on secret_file=$TEST_NGINX_SECRETS/newline;
--- error_log eval
qr{invalid parameter "secret_file=.*/newline": there is no secret in the file}



=== TEST 122: to ask about the end of nothing; the line is that of "logout"
--- x_location
include ../html/logout.conf;
--- user_files
>>> logout.conf
# one
logout auth0;
logout_return_url /;
logout_confirm on;
--- error_log eval
qr{"logout_confirm" needs a logout_session: what is confirmed is its end in /\S+/logout\.conf:2}



=== TEST 123: to ask without a way to answer
--- x_location: logout auth0; logout_session format=raw cookie=sid prefix=sess:; logout_confirm on; logout_methods GET;
--- error_log
"logout_confirm" needs POST in logout_methods



=== TEST 124: a folder as a secret
--- x_location: logout auth0; logout_session format=express secret_file=$TEST_NGINX_SECRETS;
--- error_log eval
qr{".*" must be a file of 1 to 65536 bytes}



=== TEST 125: a password file of one empty line
--- x_http: logout_redis a { server 127.0.0.1:6379; password_file $TEST_NGINX_SECRETS/newline; }
--- error_log eval
qr{the first line of the password file ".*/newline" is empty}



=== TEST 126: a password behind a misspelled parameter is not told
--- x_http: logout_redis a { server 127.0.0.1:6379; pasword hunter2hunter2; }
--- error_log
unknown directive "pasword" in "logout_redis", did you mean "password"?
--- no_error_log
hunter2



=== TEST 127: a URL of each dangerous scheme, whatever its letters' case
--- x_location: logout auth0; logout_return_url / DATA:text/html,x;
--- error_log eval
qr{return URL "DATA:text/html,x": }



=== TEST 128: vbscript:
--- x_location: logout auth0; logout_return_url / vbscript:x;
--- error_log eval
qr{return URL "vbscript:x": }



=== TEST 129: file:
--- x_location: logout auth0; logout_return_url / file:///etc/passwd;
--- error_log eval
qr{return URL "file:///etc/passwd": }



=== TEST 130: blob:
--- x_location: logout auth0; logout_return_url / blob:https://a.example.com/1;
--- error_log eval
qr{return URL "blob:https://a\.example\.com/1": }



=== TEST 131: another site by two slashes
--- x_location: logout auth0; logout_return_url / //a.example.com/;
--- error_log eval
qr{return URL "//a\.example\.com/": }



=== TEST 132: an origin that is none, in a client's file
--- x_http
logout_client a { include ../html/client.conf; }
--- user_files
>>> client.conf
return_url https://a.example.com/;

origin a.example.com;
--- error_log eval
qr{"a\.example\.com".* in /\S+/html/client\.conf:3}



=== TEST 133: a misspelled parameter in a client's file
--- x_http
logout_client a { include ../html/client.conf; }
--- user_files
>>> client.conf
return_url https://a.example.com/;
retrun_url https://a.example.com/bye;
--- error_log eval
qr{unknown parameter "retrun_url" in "logout_client", did you mean "return_url"\? in /\S+/html/client\.conf:2}



=== TEST 134: a mistake in a file that a client's file includes
--- x_http
logout_client a { include ../html/client.conf; }
--- user_files
>>> client.conf
return_url https://a.example.com/;
include ../html/more.conf;
>>> more.conf
return_url https://a.example.com/a
           https://a.example.com/a/../b;
--- error_log eval
qr{return URL "https://a\.example\.com/a/\.\./b": .* in /\S+/html/more\.conf:\d}




=== TEST 135: a token that is the whole key is warned of
--- x_location: logout schibsted; logout_token key=$logout_token;
--- x_accepted: 1
--- error_log eval
qr{\[warn\] .*logout_token: a client can name any key of the database; give a text in "key=", and let nginx's Redis user delete nothing else in .*/nginx\.conf:\d+}



=== TEST 136: and so is a session id
--- x_location: logout auth0; logout_session format=raw cookie=sid key=${logout_session_id};
--- x_accepted: 1
--- error_log eval
qr{\[warn\] .*logout_session: without a prefix the cookie of "format=raw" can name any key of the database that looks like a session id; give a text in "key=", and let nginx's Redis user delete nothing else in .*/nginx\.conf:\d+}



=== TEST 137: not where there is a text, or a map
--- x_http
logout_redis sessions { server 127.0.0.1:6379; }
map $logout_session_id $made { default "sess:$logout_session_id"; }
--- x_location: logout auth0; logout_session format=raw cookie=sid key=$made; logout_token key=t:$logout_token;
--- x_accepted: 1
--- no_error_log
[warn]



=== TEST 138: an underscore in a scheme
--- x_location: logout auth0; logout_return_url / com.exam_ple.app://bye;
--- error_log
return URL "com.exam_ple.app://bye": "_" cannot be in a scheme, which has letters, digits, "+", "-" and "." (RFC 3986, section 3.1)



=== TEST 139: an app's origin that is a URL
--- x_http: logout_client a { origin capacitor://localhost/; }
--- error_log
origin "capacitor://localhost/": an origin has no path



=== TEST 140: an origin that nobody's page has
--- x_http: logout_client a { origin file://localhost; }
--- error_log
origin "file://localhost": an origin begins with "https://" or "http://", or with the lower-case scheme of an app ("capacitor://localhost")



=== TEST 141: logout_https with a word that it does not know
--- x_location: logout auth0; logout_return_url /; logout_https https;
--- error_log
invalid value "https" in "logout_https" directive, it must be one of auto, on, off, a variable



=== TEST 142: logout_https twice
--- x_location: logout auth0; logout_return_url /; logout_https on; logout_https off;
--- error_log
"logout_https" directive is duplicate



=== TEST 143: logout_https with a variable that nobody has
--- x_location: logout auth0; logout_return_url /; logout_https $nobodys;
--- error_log
unknown "nobodys" variable
--- x_nowhere: 1



=== TEST 144: two files of keys
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json other.json issuer=https://idp.example;
--- error_log
invalid parameter "other.json": it must be a file, and one only, or issuer=URL, exp=optional or max_age=TIME



=== TEST 145: an expiry that is something else
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json issuer=https://idp.example exp=required;
--- error_log
invalid parameter "exp=required": it must be exp=optional



=== TEST 146: an age that is no time
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json issuer=https://idp.example exp=optional max_age=2d;
--- error_log
invalid parameter "max_age=2d": it must be a time of one second to one day



=== TEST 147: an age of what has an expiry
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json issuer=https://idp.example max_age=2m;
--- error_log
"max_age" means nothing without "exp=optional"



=== TEST 148: a provider with a variable
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json issuer=https://idp.example/$tenant;
--- error_log
invalid issuer "https://idp.example/$tenant": an issuer takes no variables: name each provider by itself



=== TEST 149: a provider with a wildcard
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json issuer=https://idp.example/*/v2.0;
--- error_log
invalid issuer "https://idp.example/*/v2.0": an issuer takes no "*": name each provider by itself



=== TEST 150: a provider with a place to fill in
--- x_location: logout oidc; logout_return_url /; logout_jwks keys.json "issuer=https://idp.example/{tenantid}/v2.0";
--- error_log
invalid issuer "https://idp.example/{tenantid}/v2.0": what is in braces is a place to fill in: write the tenant's own id, and name each tenant by itself
