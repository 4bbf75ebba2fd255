# What logout_revocations, logout_guard, logout_check and the sessions that only
# they end are told at "nginx -t", with the place.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Test::More;

my $nginx = Logout::Nginx->start(http => '', server => 'location / { return 204; }');

my $zone = 'logout_revocations ended 1m for=12h;';
my $session = 'logout_session format=raw cookie=sid prefix=sess:;';
my $sealed = 'logout_session format=sealed cookie=box;';

sub test {
    my ($http, $server) = @_;

    $nginx->configure(http => $http, server => $server);
    return $nginx->test_configuration;
}

sub refused {
    my ($name, $http, $server, $message) = @_;

    like test($http, $server), qr/\[emerg\] .*$message in \S+nginx\.conf:\d+\n/, $name;
}

sub accepted {
    my ($name, $http, $server) = @_;

    like test($http, $server), qr/test is successful/, $name;
}

refused 'no for=', 'logout_revocations ended 1m;', '',
    'invalid number of arguments in "logout_revocations" directive';
refused 'a size that is none', 'logout_revocations ended big for=12h;', '',
    'zone size "big" must be a size of at least 262144';
refused 'a small size', 'logout_revocations ended 128k for=12h;', '',
    'zone size "128k" must be a size of at least 262144';
refused 'a time that is none', 'logout_revocations ended 1m for=long;', '',
    'invalid parameter "for=long": it is no time';
refused 'no time at all', 'logout_revocations ended 1m for=0;', '',
    'invalid parameter "for=0": it is no time';
refused 'a time that is too long', 'logout_revocations ended 1m for=5y;', '',
    'invalid parameter "for=5y": it must be less than 4 years';
refused 'an unknown parameter', 'logout_revocations ended 1m fr=12h;', '',
    'unknown parameter "fr=" in "logout_revocations", did you mean "for="\?';
my $redis = 'logout_redis sessions { server 127.0.0.1:6379; }';
my $shared = 'logout_revocations ended 1m for=12h stream=ended';

refused 'a stream without a Redis', "$shared;", '',
    'logout_revocations "ended": there is no logout_redis block';
refused 'a stream in a Redis that is not there', "$redis $shared redis=others;", '',
    'logout_revocations "ended": unknown logout_redis "others"';
refused 'a stream in one of several',
    "$redis logout_redis others { server 127.0.0.1:6380; } $shared;", '',
    'logout_revocations "ended": redis=NAME is needed, .*';
refused 'a Redis without a stream',
    "$redis logout_revocations ended 1m for=12h redis=sessions;", '',
    '"logout_revocations" needs stream=KEY for "redis=" and "stale="';
refused 'stale= without a stream', 'logout_revocations ended 1m for=12h stale=10s;', '',
    '"logout_revocations" needs stream=KEY for "redis=" and "stale="';
refused 'stale= that is no time', "$redis $shared stale=soon;", '',
    'invalid parameter "stale=soon": it is no time';
refused 'stale= that is too short', "$redis $shared stale=500ms;", '',
    'invalid parameter "stale=500ms": it must be 3s or more: .*';

refused 'two of a name', $zone x 2, '', 'duplicate logout_revocations "ended"';

refused 'a zone that is not there', $zone, "logout_guard enden; $session",
    'unknown logout_revocations "enden"';
refused 'no sessions', $zone, 'logout_guard ended;',
    '"logout_guard" has no "logout_session" to look for: there must be one on'
    . ' the same level or above';
refused 'twice', $zone, "logout_guard ended; logout_guard ended; $session",
    '"logout_guard" directive is duplicate';
refused 'an unknown answer', $zone, "logout_guard ended 403; $session",
    'unknown parameter "403" in "logout_guard", .*';
refused 'an answer of off', $zone, "logout_guard off 401; $session",
    'invalid parameter "401": it means nothing with "off"';
refused 'on_stale= of another kind', $zone, "logout_guard ended on_stale=deny; $session",
    'invalid parameter "on_stale=deny": it must be allow or refuse';
refused 'on_stale=refuse without a stream', $zone,
    "logout_guard ended on_stale=refuse; $session",
    '"on_stale=refuse" needs a logout_revocations with stream=KEY';
refused 'a page that is no URL', $zone,
    "logout_guard ended redirect=javascript:alert(1); $session",
    'invalid parameter "redirect=javascript:alert\(1\)": .*';
refused 'no page', $zone, "logout_guard ended redirect=; $session",
    'invalid parameter "redirect=": .*';

refused 'logout_check of no zone', $zone,
    "$session location = /check { logout_check enden; }",
    'unknown logout_revocations "enden"';
refused 'logout_check without sessions', $zone,
    'location = /check { logout_check ended; }',
    '"logout_check" has no "logout_session" to look for.*';
refused 'logout_check beside another handler', $zone,
    "$session location = /check { proxy_pass http://127.0.0.1; logout_check ended; }",
    '"logout_check" directive conflicts with another handler of this location';

refused 'a sealed session without a guard', $zone,
    "location = /logout { logout auth0; $sealed }",
    'logout_session: Redis does not have these sessions, only a "logout_guard" in'
    . ' force for the logout location ends them';
refused 'a session without Redis and without a guard', $zone,
    'location = /logout { logout auth0; logout_session format=php redis=off; }',
    'Redis does not have these sessions, only .*';
refused "$_ with a sealed session", $zone,
    "logout_guard ended; logout_session format=sealed cookie=box $_;",
    'logout_session: "\w+" means nothing with "format=sealed".*'
    for 'prefix=a', 'suffix=a', 'redis=sessions', 'all=user:$logout_session_id',
    'key=$logout_session_id', 'lead=s:', 'hash=on';
refused 'a sealed session without a cookie', $zone, 'logout_session format=sealed;',
    'logout_session: "format=sealed" needs "cookie="';

accepted 'a guard above its zone', "logout_guard ended 401; $session $zone",
    'location / { return 204; }';
accepted 'a stream above its Redis', "$shared redis=sessions stale=30s; $redis",
    "logout_guard ended 401 on_stale=refuse; $session location / { return 204; }";
accepted 'off without sessions', $zone, 'logout_guard off;';
accepted 'sessions without Redis', $zone,
    "logout_guard ended; logout_session format=php redis=off; $sealed"
    . ' location = /logout { logout auth0; logout_return_url /bye; }';

done_testing;
