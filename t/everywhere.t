# Log out everywhere: logout_session ... all=KEY ends all sessions of an index.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

# The user of Redis that the README recommends for this.
my @PERMISSIONS = qw(-@all +unlink +del +ping +select +auth +eval +type +hget
    +get +scard +smembers +zcard +zrange +llen +lrange);

my $redis = Logout::RedisServer->start;
create_user();

sub create_user {
    $redis->command('ACL', 'SETUSER', 'edge', 'on', '>secret', 'resetkeys',
        '~sess:*', '~user:*', '~ids:*', @PERMISSIONS);
}

my $port = $redis->port;
my $nginx = Logout::Nginx->start(
    http => <<"_",
    logout_redis sessions {
        server   127.0.0.1:$port;
        timeout  5s;
        username edge;
        password secret;
    }
    logout_zone deferred 1m;
    map \$request_uri \$user {
        ~user=(?<name>[a-z]+)\$ \$name;
    }
_
    server => join '', map { location(@$_) } (
        ['/variable', 'all=user:$user:sessions'],
        ['/field', 'all=user:$logout_user:sessions user_field=passport.user'],
        ['/braced', 'all=user:${logout_user}s user_field=user'],
        ['/ids', 'all=ids:$user all_prefix=sess:'],
        ['/few', 'all=user:$user:sessions all_max=3'],
        ['/again', 'all=user:$user:sessions', 'logout_again 3s;'],
        ['/defer', 'all=user:$user:sessions', 'logout_redis_failure defer;'],
        ['/key', 'key=sess:$logout_session_id all=user:$user:sessions'],
    ));

sub location {
    my ($path, $session, @more) = @_;

    my $prefix = $session =~ /^key=/ ? '' : 'prefix=sess:';
    return <<"_";
        location = $path {
            logout         auth0;
            logout_session format=raw cookie=sid $prefix $session;
            add_header     X-Result \$logout_result always;
            add_header     X-Keys   \$logout_keys_deleted always;
            @more
        }
_
}

# Sets the sessions of a few people.
sub sign_in {
    $redis->command('FLUSHALL');
    $redis->command('SET', "sess:$_", '{"passport":{"user":"ann"}}')
        for qw(a1 a2 a3 b1);
}

# "result keys" of a logout of `id`.
sub logout {
    my ($path, $id) = @_;

    my $response = $nginx->get($path, {Cookie => "sid=$id"});
    return join ' ', map { $response->{headers}{$_} // '' }
        qw(x-result x-keys);
}

sub is_left {
    my ($expected, $name) = @_;

    is join(' ', sort @{$redis->command('KEYS', '*')}), $expected, $name;
}

sub is_gone {
    my ($key) = @_;

    return $nginx->eventually(sub { !$redis->command('EXISTS', $key) });
}

my @mine = map { "sess:$_" } qw(a1 a2 a3);
my %fill = (
    set            => sub { $redis->command('SADD', $_[0], @_[1 .. $#_]) },
    'sorted set'   => sub {
        $redis->command('ZADD', $_[0], map { (1, $_) } @_[1 .. $#_]);
    },
    list           => sub { $redis->command('RPUSH', $_[0], @_[1 .. $#_]) },
);

for my $type (sort keys %fill) {
    sign_in();
    $fill{$type}->('user:ann:sessions', @mine);
    is logout('/variable?user=ann', 'a1'), 'logged_out 4',
        "a $type of keys: three sessions and the index";
    is_left 'sess:b1', "a $type of keys: others are kept";
}

sign_in();
$redis->command('SET', 'user:ann:sessions', 'sess:a2');
is logout('/variable?user=ann', 'a1'), 'logged_out 3', 'a string with a key';
is_left 'sess:a3 sess:b1', 'a string with a key: others are kept';

sign_in();
$redis->command('SADD', 'ids:ann', qw(a1 a2));
is logout('/ids?user=ann', 'a1'), 'logged_out 3', 'members that are ids';
is_left 'sess:a3 sess:b1', 'members that are ids: others are kept';

sign_in();
$redis->command('SADD', 'user:ann:sessions', @mine);
is logout('/key?user=ann', 'a2'), 'logged_out 4', 'with key=';
is_left 'sess:b1', 'with key=: others are kept';

subtest 'the user is a field of the session' => sub {
    sign_in();
    $redis->command('SADD', 'user:ann:sessions', @mine);
    is logout('/field', 'a2'), 'logged_out 4', 'a member of JSON';
    is_left 'sess:b1', 'others are kept';

    sign_in();
    $redis->command('DEL', 'sess:a1');
    $redis->command('HSET', 'sess:a1', 'passport.user', 'ann');
    $redis->command('SADD', 'user:ann:sessions', @mine);
    is logout('/field', 'a1'), 'logged_out 4', 'a field of a hash';
    is_left 'sess:b1', 'others are kept';

    sign_in();
    $redis->command('SET', 'sess:a1', '{"user":17}');
    $redis->command('SADD', 'user:17s', @mine);
    is logout('/braced', 'a1'), 'logged_out 4', 'a number';
    is_left 'sess:b1', 'others are kept';

    for my $nobody ('{}', '{"user":null}', '{"user":1.5}', '{"user":""}',
        '{"user":{"id":1}}', '{"user":9007199254740993}', '[1]', '"x"')
    {
        sign_in();
        $redis->command('SET', 'sess:a1', $nobody);
        $redis->command('SADD', "user:${_}s", 'sess:a2') for '', 1.5;
        is logout('/braced', 'a1'), 'logged_out 1', "nobody: $nobody";
        is $redis->command('EXISTS', 'sess:a2'), 1, 'others are kept';
    }
    is_deeply [$nginx->complaints], [], 'nothing is complained of';

    sign_in();
    $redis->command('SET', 'sess:a1', 'not JSON');
    is logout('/field', 'a1'), 'redis_unavailable 1', 'what is not JSON';
    is_left 'sess:a2 sess:a3 sess:b1', 'the session itself is ended';
    like join('', $nginx->complaints), qr/neither a hash nor JSON/, 'the log';
};

subtest 'who has no session ends none' => sub {
    sign_in();
    $redis->command('SADD', 'user:ann:sessions', @mine);
    is logout('/variable?user=ann', 'guessed'), 'no_session 0',
        'an id that no session has';
    is logout('/variable', 'b1'), 'logged_out 1', 'no user: only this session';
    is_left "@mine user:ann:sessions", 'the index and its sessions are kept';
    is_deeply [$nginx->complaints], [], 'nothing is complained of';
};

subtest 'an index that cannot be ended' => sub {
    sign_in();
    $redis->command('SADD', 'user:ann:sessions', @mine, 'sess:old');
    is logout('/few?user=ann', 'a1'), 'redis_unavailable 1', 'too large';
    is_left 'sess:a2 sess:a3 sess:b1 user:ann:sessions',
        'only the session itself is ended';
    like join('', $nginx->complaints), qr/more sessions than all_max/,
        'the log says why';

    sign_in();
    $redis->command('HSET', 'user:ann:sessions', 'a', 'sess:a1');
    is logout('/variable?user=ann', 'a1'), 'redis_unavailable 1', 'a hash';
    like join('', $nginx->complaints), qr/not a set, sorted set, list/,
        'the log says why';

    sign_in();
    $redis->command('SET', 'other:1', 'not a session');
    $redis->command('SADD', 'user:ann:sessions', @mine, 'other:1');
    is logout('/variable?user=ann', 'a1'), 'redis_unavailable 0',
        'a member that may not be deleted';
    is_left 'other:1 sess:b1', 'it is kept, and the sessions are ended';
    like join('', $nginx->complaints), qr/NOPERM/, 'the log says why';

    $redis->command('ACL', 'SETUSER', 'edge', '-eval');
    sign_in();
    is logout('/variable?user=ann', 'a1'), 'redis_unavailable 0',
        'a user of Redis without EVAL';
    like join('', $nginx->complaints), qr/NOPERM/, 'the log says why';
    $redis->command('ACL', 'SETUSER', 'edge', '+eval');
};

subtest 'logout_again: each session is deleted again' => sub {
    sign_in();
    $redis->command('SADD', 'user:ann:sessions', @mine);
    is logout('/again?user=ann', 'a1'), 'logged_out 4', 'all are ended';
    $redis->command('SET', $_, 'written back') for @mine;
    $redis->command('SET', 'sess:a4', 'a new session');
    $redis->command('SADD', 'user:ann:sessions', 'sess:a4');
    ok is_gone($_), "$_ is gone again" for @mine;
    is_left 'sess:a4 sess:b1 user:ann:sessions', 'the new session is kept';
};

subtest 'defer: the script runs when Redis is back' => sub {
    sign_in();
    $redis->command('SADD', 'user:ann:sessions', @mine);
    $redis->pause;
    like logout('/defer?user=ann', 'a1'), qr/^deferred/, 'it is deferred';
    $redis->resume;
    ok is_gone('sess:a2'), 'another session is gone';
    ok is_gone('sess:a1'), 'its own session is gone';
    is_left 'sess:b1', 'others are kept';

    $redis->kill;
    is logout('/defer?user=ann', 'a1'), 'deferred 0', 'while Redis is dead';
    $redis->start_again;
    sign_in();
    $redis->command('SADD', 'user:ann:sessions', @mine);
    create_user();  # only now nginx is let in
    ok is_gone('sess:a2'), 'another session is gone';
    is_left 'sess:b1', 'others are kept';
};

subtest 'no session id in the log' => sub {
    unlike $nginx->error_log, qr/sess:|\ba[1-4]\b/, 'none';
};

# What cannot work is refused when nginx starts, with the reason.
my %refused = (
    'all=user:sessions'             => 'names no user: it has no variable',
    'all=user:$logout_user'         => 'needs "user_field="',
    'all=user:$user user_field=uid' => 'needs "$logout_user" in "all="',
    'all=$logout_user:$logout_user user_field=uid' => 'is twice in "all="',
    'all='                          => 'it is empty',
    'all_prefix=sess:'              => 'mean nothing without "all="',
    'all=user:$user all_max=0'      => 'a number from 1 to 10000',
    'all=user:$user all_max=10001'  => 'a number from 1 to 10000',
    'all=user:$user all_max=many'   => 'a number from 1 to 10000',
    'all=user:$user all_prefix=$host:' => 'it takes no variables',
    'all=user:$user al_max=1'       => 'is "all_max" meant?',
    'redis=cluster all=user:$user'  => 'need one hash tag',
    'redis=cluster "prefix={a}:" "all={b}:$user"' => 'need one hash tag',
    'redis=cluster "prefix={a}:" "all={a}:$user" all_prefix=s:' =>
        'need one hash tag',
);
my %accepted = (
    'redis=cluster "prefix={a}:sess:" "all={a}:user:$user"' => '',
    'redis=cluster "key={a}:$logout_session_id" "all={a}:user:$user"' => '',
    'all=user:$arg_user' => 'a client can put any user into "all="',
    'all=user:$cookie_user' => 'a client can put any user into "all="',
);

sub test_configuration {
    my ($session) = @_;

    my $prefix =
        $session =~ /(?:^|[ "])(?:prefix|key)=/ ? '' : 'prefix=sess:';
    my $store = $session =~ /redis=/ ? '' : 'redis=single';
    $nginx->configure(http => <<"_", server => <<"_2");
    logout_redis single { server 127.0.0.1:$port; timeout 5s; }
    logout_redis cluster { server 127.0.0.1:$port; cluster on; }
    map \$request_uri \$user { default ann; }
_
        location = /logout {
            logout         auth0;
            logout_session format=raw cookie=sid $prefix $store $session;
        }
_2
    return $nginx->test_configuration;
}

for my $session (sort keys %refused) {
    my $output = test_configuration($session);
    like $output, qr/\[emerg\].*\Q$refused{$session}\E/, "refused: $session";
}
for my $session (sort keys %accepted) {
    my $output = test_configuration($session);
    like $output, qr/test is successful/, "accepted: $session";
    like $output, qr/\Q$accepted{$session}\E/, 'with a warning'
        if $accepted{$session};
}

undef $nginx;
undef $redis;

done_testing;
