# logout_clear_site_data: over HTTPS only, and only with a logout.

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
___

# The header's value, as curl sees it; empty if there is none.
sub site_data {
    my ($url, @options) = @_;

    my @command = ('curl', '-sk', '-o', '/dev/null', '-D', '-', @options,
        '--max-time', '10', '-b', 'sid=4fzd8k2m', $url);
    open my $out, '-|', @command or die "curl: $!\n";
    my $headers = join '', <$out>;
    return $headers =~ /^clear-site-data: ([^\r\n]*)/mi ? $1 : '';
}

my $https = "https://127.0.0.1:$tls_port";
my $http = 'http://127.0.0.1:' . $nginx->port;

is site_data("$https/logout"), '"storage", "executionContexts"',
    'a logout over HTTPS';
is site_data("$https/own"), '"prefetchCache", "prerenderCache", "clientHints"',
    'what a location asks for';
is site_data("$https/logout?returnTo=https://evil.example/"),
    '"storage", "executionContexts"', 'a logout whose return URL is refused';
is site_data("$http/logout"), '', 'not over HTTP: browsers would ignore it';
is site_data("$https/refuse?returnTo=https://evil.example/"), '',
    'not where nothing was done';
is site_data("$https/logout", '-X', 'PUT'), '', 'nor for another method';
is site_data("$https/logout", '-H', 'Sec-Purpose: prefetch'), '',
    'nor for a prefetch';
is site_data("$https/logout", '-H', 'Sec-Fetch-Site: cross-site', '-H',
    'Sec-Fetch-Dest: image'), '', 'nor for an image of others';

done_testing;
