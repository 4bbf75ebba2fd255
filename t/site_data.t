# logout_clear_site_data: with a logout only, and where the client may speak
# HTTPS. What logout_https says of that, the check of Origin and Referer heeds.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $tls_port = Logout::Example::free_port();
my $folder = File::Temp->newdir('logout-tls.XXXXXX', TMPDIR => 1);

chmod 0755, "$folder";
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    . " -keyout $folder/key.pem -out $folder/cert.pem 2>/dev/null") == 0
    or die "openssl does not run.\n";

my $nginx = Logout::Nginx->start(http => <<"_", server => <<"__" . <<'___');
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
_
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate     $folder/cert.pem;
        ssl_certificate_key $folder/key.pem;
__
        logout_session         format=raw cookie=sid prefix=sess:;
        logout_clear_site_data storage executionContexts;

        location = /logout {
            logout            auth0;
            logout_return_url /bye;
        }
        location = /refuse {
            logout             auth0;
            logout_return_url  /bye;
            logout_bad_request refuse;
        }
        location = /own {
            logout                 auth0;
            logout_return_url      /bye;
            logout_clear_site_data prefetchCache prerenderCache clientHints;
        }
        location = /off {
            logout            auth0;
            logout_return_url /bye;
            logout_cross_site same-origin;
            logout_https      off;
        }
        location = /on {
            logout            auth0;
            logout_return_url /bye;
            logout_cross_site same-origin;
            logout_https      on;
        }
        location = /proxied {
            logout            auth0;
            logout_return_url /bye;
            logout_cross_site same-origin;
            logout_https      $http_x_forwarded_proto;
        }
___

# The answer's headers, as curl sees them.
sub headers {
    my ($url, @options) = @_;

    my @command = ('curl', '-sk', '-o', '/dev/null', '-D', '-', @options,
        '--max-time', '10', '-b', 'sid=4fzd8k2m', $url);
    open my $out, '-|', @command or die "curl: $!\n";
    return join '', <$out>;
}

# The header's value; empty if there is none.
sub site_data {
    return headers(@_) =~ /^clear-site-data: ([^\r\n]*)/mi ? $1 : '';
}

# Whether a page of this scheme, of the endpoint's own host, may log out.
sub may_log_out {
    my ($scheme, $url, @options) = @_;

    my ($authority) = $url =~ m{//([^/]+)};
    return headers($url, '-H', "Origin: $scheme://$authority", @options)
        =~ m{^HTTP/\S+ 302 } ? 1 : 0;
}

my $https = "https://127.0.0.1:$tls_port";
my $http = 'http://127.0.0.1:' . $nginx->port;

is site_data("$https/logout"), '"storage", "executionContexts"',
    'a logout over HTTPS';
is site_data("$https/own"), '"prefetchCache", "prerenderCache", "clientHints"',
    'what a location asks for';
is site_data("$https/logout?returnTo=https://evil.example/"),
    '"storage", "executionContexts"', 'a logout whose return URL is refused';
is site_data("$http/logout"), '"storage", "executionContexts"',
    'without TLS: a proxy in front may have ended it';
is site_data("$https/refuse?returnTo=https://evil.example/"), '',
    'not where nothing was done';
is site_data("$https/logout", '-X', 'PUT'), '', 'nor for another method';
is site_data("$https/logout", '-H', 'Sec-Purpose: prefetch'), '',
    'nor for a prefetch';
is site_data("$https/logout", '-H', 'Sec-Fetch-Site: cross-site', '-H',
    'Sec-Fetch-Dest: image'), '', 'nor for an image of others';

my @https_in_front = ('-H', 'X-Forwarded-Proto: https');
my @http_in_front = ('-H', 'X-Forwarded-Proto: http');
my $types = '"storage", "executionContexts"';

# [what is asked, Clear-Site-Data, a page of https: logs out, one of http:]
for my $case (
    ['over HTTPS', $types, 1, 0, "$https/logout"],
    ['without TLS', $types, 1, 1, "$http/logout"],
    ['logout_https off', '', 0, 1, "$http/off"],
    ['logout_https off, over HTTPS', '', 0, 1, "$https/off"],
    ['logout_https on', $types, 1, 0, "$http/on"],
    ['a proxy that ends TLS', $types, 1, 0, "$http/proxied", @https_in_front],
    ['a proxy without TLS', '', 0, 1, "$http/proxied", @http_in_front],
    ['two proxies', $types, 1, 0, "$http/proxied",
        '-H', 'X-Forwarded-Proto: https, http'],
    ['no proxy', $types, 1, 1, "$http/proxied"],
    ['no proxy, over HTTPS', $types, 1, 0, "$https/proxied"],
) {
    my ($name, $types, $of_https, $of_http, $url, @options) = @$case;

    is site_data($url, @options, '-H', 'Sec-Fetch-Site: same-origin'), $types,
        "$name: Clear-Site-Data";
    is may_log_out('https', $url, @options), $of_https,
        "$name: a page of https:";
    is may_log_out('http', $url, @options), $of_http,
        "$name: a page of http:";
}

done_testing;
