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
    }
});

run_tests();

__DATA__

=== TEST 1: an unknown protocol
--- x_location: logout saml;
--- error_log eval
qr{\[emerg\] .*unknown logout protocol "saml", it must be one of auth0, schibsted, oidc in .*/nginx\.conf:\d+}



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
unknown parameter "redirect_uri" in logout_client, it must be one of return_url,



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
qr{\[warn\] .*logout_return_url: host "a\.example\.com" is listed with "https:" and with "http:", .* in .*/nginx\.conf:\d+}



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
invalid parameter "Path=/": it must be one of path=, domain=, samesite=, secure, httponly, partitioned



=== TEST 43: an unknown samesite
--- x_location: logout auth0; logout_clear_cookie a samesite=no;
--- error_log
invalid parameter "samesite=no": it must be strict, lax or none



=== TEST 44: an unknown parameter of a session
--- x_location: logout auth0; logout_session format=raw cokie=sid prefix=sess:;
--- error_log
invalid parameter "cokie=sid":
is "cookie" meant?



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



=== TEST 58: an unknown word for logout_bad_request
--- x_location: logout auth0; logout_return_url /; logout_bad_request page;
--- error_log
invalid value "page"



=== TEST 59: logout_bad_request twice
--- x_location: logout auth0; logout_return_url /; logout_bad_request error; logout_bad_request error;
--- error_log
"logout_bad_request" directive is duplicate



=== TEST 60: a method that never ends a session
--- x_location: logout auth0; logout_return_url /; logout_methods GET HEAD;
--- error_log
invalid value "HEAD"



=== TEST 61: an unknown word for logout_cross_site
--- x_location: logout auth0; logout_return_url /; logout_cross_site same_site;
--- error_log
invalid value "same_site", it must be one of navigation, same-site, same-origin, any



=== TEST 62: an unknown type for logout_clear_site_data
--- x_location: logout auth0; logout_return_url /; logout_clear_site_data cookie;
--- error_log
invalid value "cookie", it must be one of cache, cookies, storage



=== TEST 63: a block that does not end
--- x_http: logout_redis a { server 127.0.0.1:6379;
--- error_log
[emerg]
unexpected "{" in



=== TEST 64: parts of a block in files of their own
--- x_http
logout_redis sessions { include ../html/redis.conf; }
logout_client a { include ../html/client.conf; }
--- user_files
>>> redis.conf
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
