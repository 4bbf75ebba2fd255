# One user, several applications: the sessions of one location, in different
# stores.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;
use Time::HiRes qw(time);

my %redis = map { $_ => Logout::RedisServer->start } qw(shop forum mail);
my @stores = sort keys %redis;

my $nginx = Logout::Nginx->start(
    http => join('', "logout_zone deferred 1m;\n", map { <<"_" } @stores),
    logout_redis $_ {
        server  127.0.0.1:@{[ $redis{$_}->port ]};
        timeout 3s;
        connect_timeout 3s;
    }
_
    server => join('', map { <<"_" } ['/logout', ''],
        location = $_->[0] {
            logout         auth0;
            logout_session format=express                  redis=shop;
            logout_session format=php                      redis=forum;
            logout_session format=raw cookie=sid prefix=m: redis=mail;
            add_header     X-Result \$logout_result always;
            add_header     X-Keys   \$logout_keys_deleted always;
            $_->[1]
        }
_
        ['/defer', 'logout_redis_failure defer;']));

my %cookie = (shop => 'connect.sid=s%3Aone.signature', forum => 'PHPSESSID=two',
    mail => 'sid=three');
my %key = (shop => 'sess:one', forum => 'PHPREDIS_SESSION:two',
    mail => 'm:three');

sub sign_in {
    for my $store (@_ ? @_ : @stores) {
        $redis{$store}->command('SET', $_, 'a session')
            for values %key, 'sess:other', 'm:other';
    }
}

# "status result keys"
sub logout {
    my ($path, @in) = @_;

    my $response =
        $nginx->get($path, {Cookie => join '; ', map { $cookie{$_} } @in});
    $nginx->{cookies} = $response->{headers}{'set-cookie'};
    return join ' ', $response->{status},
        map { $response->{headers}{$_} } qw(x-result x-keys);
}

# Whose session is left in its store.
sub signed_in {
    return join ' ',
        grep { $redis{$_}->command('EXISTS', $key{$_}) } @stores;
}

# A store has all but the one key that a logout of its session deletes.
sub has_only_its_own_gone {
    my ($store) = @_;

    my @kept = grep { $_ ne $key{$store} } values %key, 'sess:other', 'm:other';
    return !$redis{$store}->command('EXISTS', $key{$store})
        && $redis{$store}->command('EXISTS', @kept) == @kept;
}

subtest 'all stores answer' => sub {
    sign_in();
    is logout('/logout', @stores), '200 logged_out 3', 'three sessions';
    ok has_only_its_own_gone($_), "$_: its own session only" for @stores;
    is scalar @{$nginx->{cookies}}, 3, 'three cookies are expired';
};

subtest 'signed in to some of them' => sub {
    sign_in();
    is logout('/logout', 'forum'), '200 logged_out 1', 'one session';
    is signed_in(), 'mail shop', 'the others are kept';

    sign_in();
    $redis{mail}->command('DEL', $key{mail});
    is logout('/logout', 'mail', 'shop'), '200 logged_out 1',
        'one session is gone already';
    is signed_in(), 'forum', 'the one without a cookie is kept';
};

subtest 'the answer waits for all, and they are asked in parallel' => sub {
    sign_in();
    $redis{$_}->pause for qw(forum shop);
    my $begin = time;
    is logout('/logout', @stores), '503 redis_unavailable 1', 'two hang';
    cmp_ok time - $begin, '>', 0.4, 'their time is waited for';
    $redis{$_}->resume for qw(forum shop);
    ok has_only_its_own_gone('mail'), 'mail: the session is ended';
    $nginx->eventually(sub { logout('/logout') =~ /^200/ && signed_in() eq '' });
    is signed_in(), '', 'those that hang do it when they go on';
    $nginx->complaints;
};

subtest 'one store fails' => sub {
    $nginx->eventually(sub { sign_in(); logout('/logout', @stores) =~ /^200/ });
    sign_in();
    $redis{forum}->kill;
    is logout('/logout', @stores), '503 redis_unavailable 2',
        'the failure is reported, and how many were deleted';
    is $nginx->{cookies}, undef, 'the cookies are kept';
    ok has_only_its_own_gone($_), "$_: its own session is ended"
        for qw(mail shop);
    like join('', $nginx->complaints),
        qr/redis_unavailable, 1 of the session's keys.*store "forum"/,
        'the log names the store that failed';

    sign_in(qw(mail shop));
    is logout('/logout', 'mail', 'shop'), '200 logged_out 2',
        'who has no session there is not concerned';
};

subtest 'one store fails, and its deletion is deferred' => sub {
    $redis{forum}->start_again;
    $nginx->eventually(sub { sign_in(); logout('/logout', @stores) =~ /^200/ });
    sign_in();
    $redis{forum}->pause;
    is logout('/defer', @stores), '200 deferred 2', 'the answer';
    is scalar @{$nginx->{cookies}}, 3, 'the cookies are expired';
    ok has_only_its_own_gone($_), "$_: its own session is ended"
        for qw(mail shop);

    sign_in(qw(mail shop));
    $redis{forum}->resume;
    ok $nginx->eventually(sub { has_only_its_own_gone('forum') }),
        'forum: its session is ended when it goes on';
    is signed_in(), 'mail shop', 'and no other store is asked again';
};

undef $nginx;
%redis = ();

done_testing;
