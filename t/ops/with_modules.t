# A logout beside the modules that Debian packages, and beside those of nginx
# that stand in front of a logout or behind it.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Certificates;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
chomp(my $folder = `t/lib/tools/nginx-modules-path $ENV{TEST_NGINX_BINARY}`);

# An nginx with `modules` besides this one. `logout` goes into its location.
sub start {
    my (%options) = @_;

    local $ENV{TEST_NGINX_LOAD_MODULES} = join ' ',
        map({ "$folder/$_" } @{$options{modules} // []}),
        $ENV{TEST_NGINX_LOAD_MODULES};

    return Logout::Nginx->start(http => ($options{http} // '') . <<"_",
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
_
        server => ($options{server} // '') . <<"_");
    location = /logout {
        logout            auth0;
        logout_session    format=raw cookie=sid prefix=sess:;
        logout_return_url https://app.test/bye;
        @{[$options{logout} // '']}
    }
_
}

# Whether a logout by this request answers with `status`, and ends the session
# `id` if `ended`.
sub logs_out {
    my ($nginx, $ended, $status, $path, $headers, $id) = @_;
    $id //= 'abc';

    $redis->command('SET', "sess:$id", 1);
    my $response = $nginx->get($path // '/logout',
        $headers // {Cookie => "sid=$id"});

    is $response->{status}, $status, 'the status';
    is $redis->command('EXISTS', "sess:$id"), $ended ? 0 : 1,
        $ended ? 'the session is ended' : 'the session is kept';
    return $response->{headers};
}

sub is_clean {
    my ($nginx) = @_;

    # nginx 1.25.1 and later would rather have `http2 on`, which older ones lack
    is_deeply [grep { !/"listen .* http2" directive is deprecated/ }
        $nginx->complaints], [], 'the log is clean';
}

subtest 'headers-more: headers of the answer' => sub {
    my $nginx = start(modules => ['ngx_http_headers_more_filter_module.so'],
        logout => "more_set_headers 'X-Result: \$logout_result';\n"
            . "more_clear_headers Server Cache-Control;");
    my $headers = logs_out($nginx, 1, 302);

    is $headers->{'x-result'}, 'logged_out', 'one is added';
    is $headers->{server}, undef, 'one is removed';
    like join(' ', map { ref ? @$_ : $_ } $headers->{'cache-control'}),
        qr/no-store/, 'not Cache-Control: an answer is never kept';
    is $headers->{location}, 'https://app.test/bye', 'Location is as it was';
    is_clean($nginx);
};

subtest 'headers-more: a cookie that it sets' => sub {
    my $nginx = start(modules => ['ngx_http_headers_more_filter_module.so'],
        logout => "more_set_input_headers 'Cookie: sid=abc';");

    logs_out($nginx, 1, 302, '/logout', {});
    is_clean($nginx);
};

my @lua = qw(ndk_http_module.so ngx_http_lua_module.so);

subtest 'lua: who decides before' => sub {
    my $nginx = start(modules => \@lua, logout => <<'_');
        access_by_lua_block {
            ngx.sleep(0.01)
            if ngx.var.arg_key ~= 'right' then
                return ngx.exit(403)
            end
        }
_
    logs_out($nginx, 0, 403);
    logs_out($nginx, 1, 302, '/logout?key=right');
};

subtest 'lua: who looks at the answer, and logs' => sub {
    my $nginx = start(modules => \@lua, logout => <<'_');
        header_filter_by_lua_block {
            ngx.header['X-Result'] = ngx.var.logout_result
        }
        log_by_lua_block {
            ngx.log(ngx.NOTICE, 'lua saw ', ngx.var.logout_keys_deleted)
        }
_
    is logs_out($nginx, 1, 302)->{'x-result'}, 'logged_out', 'the result';
    ok $nginx->eventually(sub { $nginx->error_log =~ /lua saw 1/ }),
        'the variables are there when the request is logged';
    is_clean($nginx);
};

subtest 'lua: a subrequest' => sub {
    my $nginx = start(modules => \@lua, server => <<'_');
    location = /bye {
        content_by_lua_block {
            local answer = ngx.location.capture('/logout',
                {args = {client = ngx.var.arg_client}})
            ngx.header['X-Location'] = answer.header['Location']
            ngx.header['Set-Cookie'] = answer.header['Set-Cookie']
            ngx.status = 200
            ngx.say(answer.status)
        }
    }
_
    my $headers = logs_out($nginx, 1, 200, '/bye');
    is $headers->{'x-location'}, 'https://app.test/bye', 'Location';
    like $headers->{'set-cookie'}, qr/^sid=;.*Max-Age=0/, 'Set-Cookie';
    is_clean($nginx);
};

# njs reads the file when nginx starts.
my $script = File::Temp->new(SUFFIX => '.js');
print $script <<'_';
function result(r) {
    r.headersOut['X-Result'] = r.variables.logout_result;
}
function tenant(r) {
    return r.headersIn['X-Tenant'] || 'none';
}
async function bye(r) {
    const answer = await r.subrequest('/logout');
    r.return(200, answer.status + ' ' + answer.headersOut.Location);
}
export default { result, tenant, bye };
_
close $script;
chmod 0644, "$script";

subtest 'njs: headers of the answer, and a variable in key=' => sub {
    my $nginx = start(modules => ['ngx_http_js_module.so'],
        http => "js_import t from $script;\njs_set \$tenant t.tenant;\n",
        server => <<'_');
    location = /tenant {
        logout            auth0;
        logout_session    format=raw cookie=sid
                          key=sess:$tenant:$logout_session_id;
        logout_return_url /;
        js_header_filter  t.result;
    }
_
    $redis->command('SET', 'sess:one:abc', 1);
    my $response = $nginx->get('/tenant',
        {Cookie => 'sid=abc', 'X-Tenant' => 'one'});
    is $response->{headers}{'x-result'}, 'logged_out', 'the result';
    is $redis->command('EXISTS', 'sess:one:abc'), 0, 'the key is gone';
    is_clean($nginx);
};

subtest 'njs: a subrequest' => sub {
    my $nginx = start(modules => ['ngx_http_js_module.so'],
        http => "js_import t from $script;\n",
        server => "location = /bye { js_content t.bye; }\n");

    $redis->command('SET', 'sess:abc', 1);
    is $nginx->get('/bye', {Cookie => 'sid=abc'})->{content},
        '302 https://app.test/bye', 'the answer';
    is $redis->command('EXISTS', 'sess:abc'), 0, 'the key is gone';
    is_clean($nginx);
};

subtest 'all of them at once' => sub {
    my $nginx = start(
        modules => [@lua, qw(ngx_http_headers_more_filter_module.so
            ngx_http_js_module.so)],
        http => "js_import t from $script;\n",
        logout => <<'_');
        access_by_lua_block { ngx.var.foo = 'bar' }
        set $foo '';
        js_header_filter t.result;
        more_set_headers 'X-Foo: $foo';
_
    my $headers = logs_out($nginx, 1, 302);
    is $headers->{'x-result'}, 'logged_out', 'njs';
    is $headers->{'x-foo'}, 'bar', 'lua and headers-more';
    is_clean($nginx);
};

subtest 'auth_request' => sub {
    my $nginx = start(logout => 'auth_request /may;', server => <<'_');
    location = /may {
        internal;
        if ($http_x_may) { return 204; }
        return 401;
    }
_
    logs_out($nginx, 0, 401);
    logs_out($nginx, 1, 302, '/logout', {Cookie => 'sid=abc', 'X-May' => 1});
    is_clean($nginx);
};

subtest 'realip' => sub {
    my $nginx = start(http => "set_real_ip_from 127.0.0.1;\n",
        logout => "logout_log_level warn;\n"
            . 'add_header X-Address $remote_addr always;');
    my $headers = logs_out($nginx, 1, 400, '/logout?returnTo=https://x.test/',
        {Cookie => 'sid=abc', 'X-Real-IP' => '192.0.2.7'});

    is $headers->{'x-address'}, '192.0.2.7', 'the address';
    like join("\n", $nginx->complaints), qr/client: 192\.0\.2\.7, /,
        'the error log has it';
};

subtest 'map, of a result and for a key' => sub {
    my $nginx = start(http => <<'_', server => <<'__');
    map $logout_result $words { logged_out good; default bad; }
    map $http_x_host $tenant { a.test one; default two; }
_
    location = /map {
        logout            auth0;
        logout_session    format=raw cookie=sid key=$tenant:$logout_session_id;
        logout_return_url /;
        add_header        X-Words $words always;
    }
__
    $redis->command('SET', 'one:abc', 1);
    my $response = $nginx->get('/map',
        {Cookie => 'sid=abc', 'X-Host' => 'a.test'});
    is $response->{headers}{'x-words'}, 'good', 'the result';
    is $redis->command('EXISTS', 'one:abc'), 0, 'the key is gone';
};

subtest 'error_page' => sub {
    my $nginx = start(server => <<'_',
    location @sorry { return 200 "sorry, $logout_error\n"; }
_
        logout => 'error_page 400 =200 @sorry;');

    logs_out($nginx, 1, 200, '/logout?returnTo=https://x.test/');
    is $nginx->get('/logout?returnTo=https://x.test/')->{content},
        "sorry, return_url_not_allowed\n", 'the page';
    is_clean($nginx);
};

subtest 'proxy_pass beside it, and X-Accel-Redirect to it' => sub {
    my $application = Logout::Nginx->start(http => '', server => <<'_');
    location / { return 200 "hello\n"; }
    location = /leave {
        add_header X-Accel-Redirect /logout;
        return 200;
    }
_
    my $address = '127.0.0.1:' . $application->port;
    my $nginx = start(server => "location / { proxy_pass http://$address; }\n");

    is $nginx->get('/')->{content}, "hello\n", 'the application answers';
    logs_out($nginx, 1, 302);
    is logs_out($nginx, 1, 302, '/leave')->{location}, 'https://app.test/bye',
        'the application hands over';
    is_clean($nginx);
};

subtest 'a logout behind proxy_pass, with a cookie path of its own' => sub {
    my $logout = start();
    my $nginx = Logout::Nginx->start(http => '', server =>
        "location /app/ { proxy_pass http://127.0.0.1:@{[$logout->port]}/;\n"
        . "proxy_cookie_path / /app/; }\n");
    my $headers = logs_out($nginx, 1, 302, '/app/logout');

    like $headers->{'set-cookie'}, qr{; Path=/app/;}, 'the path is replaced';
    is $headers->{location}, 'https://app.test/bye', 'Location';
};

subtest 'TLS and HTTP/2' => sub {
    my $certificates = Logout::Certificates->new;
    my $port = Logout::Example::free_port();

    $certificates->authority('server');
    my $nginx = start(server => <<"_",
    listen 127.0.0.1:$port ssl http2;
    ssl_certificate     @{[$certificates->file('server.crt')]};
    ssl_certificate_key @{[$certificates->file('server.key')]};
_
        logout => 'logout_clear_site_data storage;');

    for my $version ('--http2', '--http1.1') {
        $redis->command('SET', 'sess:abc', 1);
        my $headers = `curl -sk -m 10 $version -D- -o /dev/null \\
            -b sid=abc https://127.0.0.1:$port/logout`;
        like $headers, qr{^HTTP/[\d.]+ 302}, "$version: the status";
        like $headers, qr{^location: https://app\.test/bye\r$}mi,
            "$version: Location";
        like $headers, qr{^clear-site-data: "storage"\r$}mi,
            "$version: Clear-Site-Data";
        is $redis->command('EXISTS', 'sess:abc'), 0,
            "$version: the session is ended";
    }
    is_clean($nginx);
};

done_testing;
