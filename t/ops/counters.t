# The counters of logout_status over several workers: they add up, and they
# outlive workers that crash, reloads, and the module's file being replaced.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Copy qw(copy);
use JSON::PP qw(decode_json);
use Logout::Example;
use Test::More;
use Time::HiRes qw(sleep);

my $example = Logout::Example->start('status.conf');

sub metrics {
    my $response = $example->get('/metrics?format=json');

    is $response->{status}, 200, 'the status is there';
    return decode_json($response->{content});
}

sub results { metrics()->{locations}[0]{results} }

sub log_out {
    my ($count) = @_;

    for my $number (1 .. $count) {
        $example->redis->command('SET', "sess:s$number", '1');
        $example->get('/logout', {Cookie => "sid=s$number"});
    }
}

# One that is counted in several workers: each accepts some of these.
sub every_worker_counts {
    log_out(60);
    is results()->{logged_out}, 60, 'the workers\' counts are added up';
    is metrics()->{locations}[0]{keys_deleted}, 60, 'so are the keys';
    is metrics()->{redis}[0]{workers_up}, 2, 'there are two workers';

    my $redis = metrics()->{redis}[0];
    is $redis->{commands}, 60, 'and the commands';
    cmp_ok $redis->{connects}, '<=', 2, 'each worker has one connection';

    my $replies = $redis->{reply_milliseconds}{over};
    $replies += $_->{count} for @{$redis->{reply_milliseconds}{buckets}};
    is $replies, 60, 'each reply is in a bucket';
}

sub a_crash_loses_nothing {
    $example->kill_workers;

    is results()->{logged_out}, 60, 'nothing is lost with the workers';
    log_out(10);
    is results()->{logged_out}, 70, 'the new ones count on';
    is metrics()->{redis}[0]{workers_up}, 2, 'the dead are not counted';
    is metrics()->{redis}[0]{in_flight}, 0, 'nor what they waited for';
    is metrics()->{redis}[0]{commands}, 70, 'Redis\' counters go on';
}

sub a_reload_loses_nothing {
    my $since = metrics()->{since};

    for (1 .. 5) {
        $example->reload;
        log_out(2);
    }

    is results()->{logged_out}, 80, 'counting goes on over reloads';
    is metrics()->{redis}[0]{commands}, 80, 'for Redis, too';
    is metrics()->{since}, $since, 'it began when it began';
    is metrics()->{redis}[0]{workers_up}, 2, 'places are used again';
}

# As a package's upgrade does: another file of the same name.
sub a_new_file_of_the_module_loses_nothing {
    my $module = "$example->{folder}/module.so";

    copy($ENV{TEST_NGINX_LOAD_MODULES}, $module) or die "$module: $!\n";
    $example->change_configuration(sub {
        s/load_module .*;/load_module $module;/ or die "no module\n";
    });
    $example->reload;

    is results()->{logged_out}, 80, 'the counters are there';
    log_out(1);
    is results()->{logged_out}, 81, 'and go on';
}

sub further_locations {
    $example->change_configuration(sub {
        s{location / \{}{location = /bye {
            logout auth0;
            logout_return_url /;
        }
        $&} or die "The example has changed.\n";
    });
    $example->reload;

    $example->get('/bye');
    my %count = map { $_->{location} => $_->{results} }
        @{metrics()->{locations}};
    is $count{web}{logged_out}, 81, 'the old location keeps its counts';
    is $count{'/bye'}{no_session}, 1, 'the new one has its own';
}

sub the_last_minutes {
    my $recent = metrics()->{recent};
    my $sum = 0;

    $sum += $_ for @{$recent->{logged_out}};
    is $sum, 81, 'the history has all of them';
    is scalar @{$recent->{logged_out}}, 60, 'it has sixty steps';
}

# What Redis does not answer in time is deferred, whether somebody waits or not.
sub a_client_that_leaves {
    $example->redis->pause;
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $example->{port}, Proto => 'tcp');
    print $client "GET /logout HTTP/1.1\r\nHost: a\r\nCookie: sid=x\r\n\r\n";
    sleep 0.1;
    is metrics()->{redis}[0]{in_flight}, 1, 'its command is in flight';
    close $client;
    $example->wait_until(sub { metrics()->{locations}[0]{abandoned} == 1 });
    $example->redis->resume;
    $example->wait_until(sub { metrics()->{redis}[0]{in_flight} == 0 });
    $example->wait_until(sub { metrics()->{deferred}[0]{waiting} == 0 });
}

sub deletions_for_later {
    my $done = metrics()->{deferred}[0]{done};

    $example->redis->kill;
    my $response = $example->get('/logout', {Cookie => 'sid=later'});
    is $response->{status}, 302, 'the logout is deferred';
    cmp_ok results()->{deferred}, '>=', 1, 'and counted so';
    is metrics()->{deferred}[0]{zone}, 'deferred', 'the zone is there';
    is metrics()->{deferred}[0]{waiting}, 1, 'the deletion waits';
    cmp_ok metrics()->{redis}[0]{workers_down}, '>=', 1,
        'to a worker Redis is down';

    $example->redis->start_again;
    $example->wait_until(sub { metrics()->{deferred}[0]{waiting} == 0 });
    is metrics()->{deferred}[0]{done}, $done + 1, 'it is done when Redis is back';
}

every_worker_counts();
a_crash_loses_nothing();
a_reload_loses_nothing();
a_new_file_of_the_module_loses_nothing();
further_locations();
the_last_minutes();
a_client_that_leaves();
deletions_for_later();
unlike $example->error_log, qr/\[(?:crit|emerg)\]/, 'nothing went wrong';

done_testing;
