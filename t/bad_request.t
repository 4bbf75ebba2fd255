# What a problem with the parameters costs (logout_bad_request), and how it is
# told: in the body, in the variables, in the log, with pages of one's own.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

no_long_string();
no_shuffle();
log_level('info');

our $http = <<'_';
    log_format logout '"$request_method $uri" $status $logout_result '
                      '$logout_error $logout_keys_deleted';
    logout_redis sessions {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
    }
    logout_client my-spa {
        return_url https://spa.example.com/;
    }
    logout_client no-urls {
    }
    logout_return_url https://www.example.com/ https://www.example.com/bye;
    logout_session    format=raw cookie=sid prefix=sess:;
    add_header        X-Result $logout_result always;
    add_header        X-Error  $logout_error always;
_

our $config = <<'_';
    access_log logs/access.log logout;

    location = /error {
        logout auth0;
    }
    location = /default {
        logout             auth0;
        logout_bad_request default;
    }
    location = /refuse {
        logout             auth0;
        logout_bad_request refuse;
    }
    location = /required {
        logout schibsted;
    }
    location = /required-default {
        logout             schibsted;
        logout_bad_request default;
    }
_

our $not_allowed = 'returnTo=https://evil.example/%3Cscript%3E';
our $malformed = 'returnTo=%';
our $unknown = 'client_id=nobody';

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $::http);
    $block->set_value(config => $::config . ($block->config // ''));
    $block->set_value(no_error_log => "[warn]\n[error]\n[crit]\n[alert]\nabc")
        if !defined $block->no_error_log;
    $block->set_value(x_redis_set => 'sess:abc = 1');
    $block->set_value(defined $block->x_kept ? 'x_redis_kept' : 'x_redis_gone',
        'sess:abc');
    $block->set_value(more_headers => "Cookie: sid=abc\n"
        . ($block->more_headers // '')) if !ref $block->more_headers;
});

run_tests();

__DATA__

=== TEST 1: error: the session is ended, the browser gets a page
--- more_headers
Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8
--- request eval: "GET /error?$::not_allowed"
--- error_code: 400
--- response_headers
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
X-Result: logged_out
X-Error: return_url_not_allowed
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0
! Location
--- response_body_like chomp
<h1>Signed out</h1>\n<p>You are signed out. The address to return to is not allowed.</p>\n<p><small>return_url_not_allowed</small></p>
--- access_log
"GET /error" 400 logged_out return_url_not_allowed 1



=== TEST 2: a refused URL is not shown
--- more_headers eval
[map { "Cookie: sid=abc\nAccept: $_" } 'text/html', 'application/json', 'text/plain']
--- request eval: [("GET /error?$::not_allowed") x 3]
--- error_code eval: [400, 400, 400]
--- response_body_unlike eval: [('evil|<script|%3C') x 3]
--- raw_response_headers_unlike eval: [('evil|<script|%3C') x 3]



=== TEST 3: as JSON
--- more_headers
Accept: application/json
--- request eval: "GET /error?$::not_allowed"
--- error_code: 400
--- response_headers
Content-Type: application/json
--- response_body
{"result":"logged_out","error":"return_url_not_allowed","error_description":"The address to return to is not allowed."}



=== TEST 4: as plain text
--- request eval: "GET /error?$::not_allowed"
--- error_code: 400
--- response_headers
Content-Type: text/plain; charset=utf-8
--- response_body
You are signed out. The address to return to is not allowed. (return_url_not_allowed)



=== TEST 5: malformed_request names the parameter
--- request eval: "GET /error?$::malformed"
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: malformed_request
--- response_body
You are signed out. The request is malformed. (malformed_request: returnTo)
--- error_log
logout: malformed_request, parameter returnTo: "%" is not followed by two hexadecimal digits



=== TEST 6: unknown_client
--- request eval: "GET /error?$::unknown"
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: unknown_client
--- response_body
You are signed out. The application (client_id) is not known here. (unknown_client)
--- error_log
logout: unknown_client



=== TEST 7: client_required
--- request
GET /required
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: client_required
--- response_body
You are signed out. The request does not name the application (client_id). (client_required)
--- error_log
logout: client_required



=== TEST 8: the log says why, and what was probably meant, but not the URL
--- request
GET /error?returnTo=https://www.example.com/bey
--- error_code: 400
--- error_log eval
qr{\[info\] .* logout: return_url_not_allowed: .*, the nearest entry is "https://www.example.com/bye", client: 127.0.0.1, server: localhost, request: "GET /error", host: "localhost"}
--- no_error_log
[error]
bey



=== TEST 9: a problem is said once
--- request eval: "GET /error?$::not_allowed"
--- error_code: 400
--- grep_error_log: return_url_not_allowed
--- grep_error_log_out
return_url_not_allowed



=== TEST 10: default: the session is ended, the browser goes to the default URL
--- request eval
["GET /default?$::not_allowed", "GET /default?$::malformed", "GET /default?$::unknown",
    "GET /default?client_id=my-spa&$::not_allowed", 'GET /required-default']
--- error_code eval: [(302) x 5]
--- response_headers eval
[
    "Location: https://www.example.com/\nX-Error: return_url_not_allowed",
    "Location: https://www.example.com/\nX-Error: malformed_request",
    "Location: https://www.example.com/\nX-Error: unknown_client",
    "Location: https://spa.example.com/\nX-Error: return_url_not_allowed",
    "Location: https://www.example.com/\nX-Error: client_required",
]



=== TEST 11: default: without a default URL there is the page
--- request eval: "GET /default?client_id=no-urls&$::not_allowed"
--- error_code: 400
--- response_headers
X-Result: logged_out
X-Error: return_url_not_allowed
! Location



=== TEST 12: refuse: nothing is done
--- request eval
["GET /refuse?$::not_allowed", "GET /refuse?$::malformed", "GET /refuse?$::unknown"]
--- x_kept: 1
--- error_code eval: [(400) x 3]
--- response_headers eval
[map { "X-Result: bad_request\nX-Error: $_\n! Set-Cookie\n! Location" }
    qw(return_url_not_allowed malformed_request unknown_client)]
--- response_body eval
[qr/^The request was not understood, and nothing was done\. The address to return to is not allowed\. \(return_url_not_allowed\)$/,
    qr/nothing was done/, qr/nothing was done/]



=== TEST 13: refuse: as a page and as JSON
--- more_headers eval
["Cookie: sid=abc\nAccept: text/html", "Cookie: sid=abc\nAccept: application/json"]
--- request eval: [("GET /refuse?$::unknown") x 2]
--- x_kept: 1
--- error_code eval: [(400) x 2]
--- response_body eval
[qr{<h1>Not signed out</h1>}, qr/^\{"result":"bad_request","error":"unknown_client",/]



=== TEST 14: refuse: what is right is served
--- request
GET /refuse?client_id=my-spa
--- error_code: 302
--- response_headers
Location: https://spa.example.com/
X-Result: logged_out



=== TEST 15: error_page with a file
--- config
    location = /page {
        logout     auth0;
        error_page 400 /sorry.html;
    }
--- user_files
>>> sorry.html
Sorry.
--- request eval: "GET /page?$::not_allowed"
--- error_code: 400
--- response_headers
Content-Type: text/html
Cache-Control: no-store
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0
X-Result: logged_out
X-Error: return_url_not_allowed
! Location
--- response_body
Sorry.
--- access_log
"GET /sorry.html" 400 logged_out return_url_not_allowed 1



=== TEST 16: error_page with a named location that knows the variables
--- config
    location = /page {
        logout     auth0;
        error_page 400 @sorry;
    }
    location @sorry {
        default_type text/plain;
        return 400 "$logout_result $logout_error\n";
    }
--- request eval: "GET /page?$::unknown"
--- error_code: 400
--- response_headers
Content-Type: text/plain
Cache-Control: no-store
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0
--- response_body
logged_out unknown_client
--- access_log
"GET /page" 400 logged_out unknown_client 1



=== TEST 17: error_page that changes the status, by internal redirect
--- config
    location = /page {
        logout     auth0;
        error_page 400 =200 /sorry;
    }
    location = /sorry {
        return 200 "$logout_result\n";
    }
--- request eval: "GET /page?$::malformed"
--- error_code: 200
--- response_body
logged_out
--- access_log
"GET /sorry" 200 logged_out malformed_request 1



=== TEST 18: error_page that sends the browser elsewhere
--- config
    location = /page {
        logout     auth0;
        error_page 400 https://help.example.com/?reason=$logout_error;
    }
--- request eval: "GET /page?$::unknown"
--- error_code: 302
--- response_headers
Location: https://help.example.com/?reason=unknown_client
Set-Cookie: sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0
--- access_log
"GET /page" 302 logged_out unknown_client 1



=== TEST 19: error_page for a refusal
--- config
    location = /page {
        logout             auth0;
        logout_bad_request refuse;
        error_page         400 405 413 403 @sorry;
    }
    location @sorry {
        return 200 "$status $logout_result\n";
    }
--- more_headers eval
[("Cookie: sid=abc\nAccept: text/html") x 3,
    "Cookie: sid=abc\nSec-Fetch-Site: cross-site\nSec-Fetch-Dest: image"]
--- request eval
["GET /page?$::unknown", "PUT /page", "POST /page\n" . 'x' x 40000, "GET /page"]
--- x_kept: 1
--- error_code eval: [400, 405, 413, 403]
--- response_body eval
["400 bad_request\n", "405 method_not_allowed\n", "413 body_too_large\n", "403 cross_site\n"]
--- response_headers eval
['! Set-Cookie', "! Set-Cookie\nAllow: GET, POST", '! Set-Cookie', '! Set-Cookie']



=== TEST 20: error_page for other statuses changes nothing
--- config
    location = /page {
        logout     auth0;
        error_page 404 500 /sorry;
    }
--- request eval: "GET /page?$::unknown"
--- error_code: 400
--- response_body_like: unknown_client



=== TEST 21: a logout that is fine leaves error_page alone
--- config
    location = /page {
        logout     auth0;
        error_page 302 400 /sorry;
    }
--- request
GET /page
--- error_code: 302
--- response_headers
Location: https://www.example.com/
