# Every recorded cookie of t/sessions/session_vectors.json through nginx and
# Redis: the keys of its session go, those of others stay, the browser is told
# to forget the cookie. The Redis user may do no more than that.

use strict;
use warnings;
use utf8;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

use File::Temp ();
use JSON::PP ();
use Test::More ();

my $root = read_json('t/sessions/session_vectors.json');
my @vectors = grep { defined $_->{logout_session} }
    map { my $store = $_; map { { %$_, store => $store->{id} } }
        @{$store->{vectors}} } @{$root->{stores}};
my $folder = File::Temp->newdir('logout-secrets.XXXXXX', TMPDIR => 1);

no_shuffle();
no_long_string();
log_level('info');  # nginx itself logs request headers at debug
repeat_each(2);

create_redis_user();
Test::Nginx::Socket::add_response_body_check(\&check_keys);
spec_string(join "\n", (map { blocks_of($_) } 0 .. $#vectors),
    forbidden_key(), refused_configurations());
run_tests();

sub read_json {
    my ($path) = @_;

    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return JSON::PP->new->utf8->decode(scalar <$in>);
}

# The keys of the session, and one that differs from them in the last byte.
sub keys_of {
    my ($vector) = @_;

    return (@{$vector->{expected_keys}}, @{$vector->{also_delete} // []});
}

sub keys_of_another {
    my ($vector) = @_;

    return map { substr($_, 0, -1) . (substr($_, -1) eq 'x' ? 'y' : 'x') }
        keys_of($vector);
}

# The user that the README recommends, with the patterns of all vectors. Redis
# takes no pattern with a space.
sub create_redis_user {
    my %patterns = map { ("~$_*" => 1) }
        map { substr($_, 0, length($_) - 16) =~ s/ .*//r }
        map { keys_of($_) } @vectors;

    redis('ACL', 'SETUSER', 'edge', 'on', '>a password', 'resetkeys', '-@all',
        '+del', '+unlink', '+ping', '+select', '+auth', sort keys %patterns);
}

sub secret_file_of {
    my ($number) = @_;

    my @secrets = @{$vectors[$number]{secrets}} or return '';
    my $path = "$folder/$number";
    open my $out, '>:utf8', $path or die "$path: $!\n";
    print $out map { "$_\n" } @secrets;
    close $out or die "$path: $!\n";
    chmod 0600, $path;

    return "secret_file=$path";
}

# koa's signature is in a cookie of its own.
sub request_cookies {
    my ($vector) = @_;

    my @signatures = map { /^([^;]*\.sig=[^;]*)/ ? $1 : () }
        @{$vector->{set_cookie} // []};

    return join '; ', 'before=1',
        "$vector->{cookie_name}=$vector->{cookie_value}", @signatures;
}

# A signature that is one bit off, or the whole value of encrypted cookies.
sub forged {
    my ($cookies) = @_;

    return $cookies =~ s/(.)(=*|%3D)\z/($1 eq 'A' ? 'B' : 'A') . $2/er;
}

sub checks_signatures {
    my ($vector) = @_;

    return @{$vector->{secrets}}
        && $vector->{logout_session} !~ /mod_auth_openidc/;
}

sub blocks_of {
    my ($number) = @_;

    my $vector = $vectors[$number];
    my $cookies = request_cookies($vector);
    my $count = () = keys_of($vector);
    my @blocks = block($number, 'is ended', $cookies, 'logged_out', $count);

    if (checks_signatures($vector)) {
        push @blocks, block($number, 'is forged', forged($cookies),
            'no_session', 0);
    }
    return @blocks;
}

sub block {
    my ($number, $what, $cookies, $result, $deleted) = @_;

    my $vector = $vectors[$number];
    my $name = $vector->{cookie_name};
    my $secret_file = secret_file_of($number);
    my $secure = $name =~ /^__/ ? 'secure' : '';
    my $gone = $deleted > 0 ? 1 : 0;

    return <<"END";
=== $vector->{store}: $vector->{name} $what
--- http_config
    logout_redis sessions {
        server   127.0.0.1:\$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
        username edge;
        password "a password";
    }
--- config
    location = /logout {
        logout         auth0;
        logout_session $vector->{logout_session} $secret_file
                       redis=sessions path=/ $secure httponly;
        add_header     X-Result \$logout_result always;
        add_header     X-Keys   \$logout_keys_deleted always;
    }
--- init: main::set_keys($number)
--- x_vector: $number
--- x_gone: $gone
--- request
GET /logout
--- more_headers
Cookie: $cookies
--- response_headers
X-Result: $result
X-Keys: $deleted
--- raw_response_headers_like eval
qr/^Set-Cookie: \\Q$name\\E=; Path=\\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0/m
--- error_code: 200
--- no_error_log
[warn]
[error]
[crit]
[alert]
END
}

# What the Redis user may not delete is not deleted, and nobody is told that it
# was.
sub forbidden_key {
    return <<"END";
=== a key that the Redis user may not delete
--- http_config
    logout_redis sessions {
        server   127.0.0.1:\$TEST_NGINX_REDIS_PORT;
        connect_timeout 30s;
        timeout 30s;
        username edge;
        password "a password";
    }
--- config
    location = /logout {
        logout         auth0;
        logout_session format=raw cookie=sid prefix=secret: redis=sessions;
        add_header     X-Result \$logout_result always;
    }
--- request
GET /logout
--- more_headers
Cookie: sid=abc
--- x_redis_set
secret:abc = 1
--- x_redis_kept
secret:abc
--- response_headers
X-Result: redis_unavailable
! Set-Cookie
--- error_code: 503
--- error_log
NOPERM
--- no_error_log
[alert]
abc
END
}

# What cannot work is refused when nginx starts, with the reason.
sub refused_configurations {
    my %messages = (
        'format=aspnetcore' => 'Data Protection key ring',
        'format=next-auth' => 'the default session is a token',
        'format=django prefix=:1:django.contrib.sessions.cached_db' =>
            'the user would stay logged in',
        'format=expres' => 'is "express" meant?',
        'format=php prefx=p:' => 'is "prefix" meant?',
        'format=rails' => 'needs "cookie="',
        'format=laravel' => 'needs the application\'s APP_KEY',
        'format=express cookie=__Host-sid' => 'with "secure"',
    );

    return map { <<"END" } sort keys %messages;
=== refused: $_
--- http_config
    logout_redis sessions { server 127.0.0.1:\$TEST_NGINX_REDIS_PORT; }
--- config
    location = /logout {
        logout         auth0;
        logout_session $_ redis=sessions;
    }
--- must_die
--- error_log
$messages{$_}
END
}

sub set_keys {
    my ($number) = @_;

    redis('FLUSHALL');
    for my $key (keys_of($vectors[$number]),
        keys_of_another($vectors[$number]))
    {
        redis('SET', $key, 'a session');
    }
}

sub check_keys {
    my ($block) = @_;

    my $number = $block->x_vector // return;
    my $vector = $vectors[$number];

    for my $key (keys_of($vector)) {
        Test::More::is(redis('EXISTS', $key), 1 - $block->x_gone,
            'the key is ' . ($block->x_gone ? 'gone' : 'there'));
    }
    for my $key (keys_of_another($vector)) {
        Test::More::ok(redis('EXISTS', $key), "another session's key stays");
    }
    set_keys($number);
}
