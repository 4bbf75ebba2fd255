# logout_again: keys are deleted once more, later. That outlives workers and
# reloads, takes a bounded amount of memory, and ends nothing but what the logout
# ended.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;
use Time::HiRes qw(sleep time);

my $redis = Logout::RedisServer->start;
my $port = $redis->port;

my $http = <<"_";
    logout_redis sessions { server 127.0.0.1:$port; timeout 5s; }
    logout_zone roomy 1m;
    logout_zone small 32k;
_
my $server = <<'_';
    logout_session format=raw cookie=sid prefix=sess:;
    add_header     X-Result $logout_result always;

    location = /soon   { logout auth0; logout_again 2s zone=roomy;
                         logout_event stream=told; }
    location = /later  { logout auth0; logout_again 4s zone=roomy; }
    location = /often  { logout auth0; logout_again 1s 3s 5s zone=roomy; }
    location = /never  { logout auth0; logout_again 1h zone=small; }
    location = /defer  { logout auth0; logout_again 1h zone=small;
                         logout_redis_failure defer zone=small; }
    location = /status { logout_status; }
_
my $nginx = Logout::Nginx->start(http => $http, server => $server);

sub set {
    $redis->command('SET', "sess:$_", 'a session') for @_;
}

sub is_there { $redis->command('EXISTS', "sess:$_[0]") }

sub is_gone {
    my ($id) = @_;

    return $nginx->eventually(sub { !is_there($id) });
}

# How many commands Redis has not answered.
sub in_flight {
    my ($number) = $nginx->get('/status?format=prometheus')->{content}
        =~ /^nginx_logout_\w*in_flight\{[^}]*\} (\d+)/m;
    return $number;
}

# How many clients left /soon.
sub left {
    my ($number) = $nginx->get('/status?format=prometheus')->{content}
        =~ m!^nginx_logout_abandoned_total\{location="/soon"[^}]*\} (\d+)$!m;
    return $number;
}

# How many deletions the status says wait in a zone.
sub waiting {
    my ($zone) = @_;

    my $text = $nginx->get('/status?format=prometheus')->{content};
    my ($number) = $text =~ /^\w*deferred\w*\{[^}]*zone="$zone"[^}]*\} (\d+)$/m;
    return $number // diag $text;
}

subtest 'a key that is written back is deleted after the delay' => sub {
    set('a');
    is $nginx->logout('a', '/soon'), 'logged_out', 'the logout';
    ok !is_there('a'), 'the key is gone at once';
    set('a', 'b');
    ok is_gone('a'), 'what was written back is gone';
    ok is_there('b'), 'the next session of the same user is kept';

    set('a');
    sleep 1;
    ok is_there('a'), 'it is not deleted a third time';
};

subtest 'several delays' => sub {
    set('a');
    is $nginx->logout('a', '/often'), 'logged_out', 'the logout';

    my $deletions = 0;
    my $deadline = time + 9;
    set('a');
    while (time < $deadline) {
        sleep 0.05;
        if (!is_there('a')) {
            $deletions++;
            set('a');
        }
    }
    is $deletions, 3, 'three deletions';
};

subtest 'a key that was not there takes no room' => sub {
    my $before = waiting('small');

    is $nginx->logout("made-up-$_", '/never'), 'no_session', 'the logout'
        for 1 .. 20;
    is waiting('small'), $before, 'nothing is queued';
};

subtest 'nor one whose deletion failed: the user was told so' => sub {
    set('a');
    $redis->kill;
    is $nginx->logout('a', '/never'), 'redis_unavailable', 'the logout';
    is waiting('small'), 0, 'nothing is queued';
    $redis->start_again;
    ok $nginx->eventually(sub {
        $nginx->logout('nobody', '/never') eq 'no_session' }), 'Redis is back';
};

subtest 'a client that leaves' => sub {
    set('a');
    my $events = $redis->command('XLEN', 'told');
    $redis->pause;
    my $client = $nginx->begin_logout('a', '/soon');
    ok $nginx->eventually(sub { in_flight() == 1 }), 'its deletion waits';
    close $client;
    ok $nginx->eventually(sub { left() == 1 }), 'it is noticed';
    $redis->resume;
    ok is_gone('a'), 'the key is gone';
    set('a');
    ok is_gone('a'), 'what was written back is gone, too';
    is $redis->command('XLEN', 'told'), $events + 1, 'and its event is told';
};

subtest 'it survives a reload' => sub {
    set('a');
    $nginx->logout('a', '/later');
    $nginx->reload;
    set('a', 'b');
    ok is_gone('a'), 'the key is gone';
    ok is_there('b'), 'another session is kept';
};

subtest 'it survives a crash of the worker' => sub {
    set('a');
    $nginx->logout('a', '/later');
    $nginx->kill_workers;
    set('a', 'b');
    ok is_gone('a'), 'the key is gone';
    ok is_there('b'), 'another session is kept';
};

subtest 'it waits for a Redis that hangs' => sub {
    set('a');
    $nginx->logout('a', '/later');
    set('a', 'b');
    $redis->pause;
    sleep 5;
    $redis->resume;
    ok is_gone('a'), 'the key is gone';
    ok is_there('b'), 'another session is kept';
};

# Ends so many sessions that the small zone has no room for all of them.
sub fill {
    my ($path) = @_;

    for (1 .. 300) {
        set("x$_");
        $nginx->logout("x$_", $path);
    }
}

subtest 'a full zone' => sub {
    my $told = qr/\d+ keys are deleted only once, the logout_zone "small" is full/;

    $nginx->complaints;
    fill('/never');
    is scalar(grep { /$told/ } $nginx->complaints), 1, 'the log says so once';
    cmp_ok waiting('small'), '>', 20, 'it held some deletions';

    set('a');
    is $nginx->logout('a', '/never'), 'logged_out', 'logouts are answered';
    ok !is_there('a'), 'and the key is gone';

    set('b');
    $nginx->logout('b', '/soon');
    set('b');
    ok is_gone('b'), 'another zone has room';
};

subtest 'half of it is kept for what is promised' => sub {
    my $before = waiting('small');

    $redis->kill;
    is_deeply [grep { $_ ne 'deferred' }
        map { $nginx->logout("later$_", '/defer') } 1 .. 20], [],
        'logouts are deferred';
    is waiting('small'), $before + 20, 'they are in the zone';
    $redis->start_again;
    ok $nginx->eventually(sub { waiting('small') == $before }), 'and are done';
};

subtest 'no session id in the log' => sub {
    unlike $nginx->error_log, qr/sess:/, 'none';
};

cmp_ok $nginx->quit, '<', Logout::Nginx::AT_ONCE,
    'deletions that wait do not keep nginx alive';

undef $nginx;
undef $redis;

done_testing;
