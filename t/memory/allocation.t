# One allocation after the other fails, in a logout and in logout_explain: the
# worker lives on, and what it answers is true.

use strict;
use warnings;

use lib 't/lib/helpers';
use Cwd qw(getcwd);
use File::Temp ();
use HTTP::Tiny;
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

use constant MOST => 60;  # more allocations than a request makes

my $redis = Logout::RedisServer->start;
my $countdown = File::Temp->new;
arm(0);

# small pools: most of what is asked for is asked of the system
my $nginx = do {
    local $ENV{LD_PRELOAD} = getcwd() . '/build/memory/failing_malloc.so';
    local $ENV{FAILING_MALLOC} = "$countdown";

    Logout::Nginx->start(http => <<"_", server => <<'_');
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
    logout_zone later 1m;
    log_format logout "\$logout_result \$logout_error \$logout_return_url"
                      " \$logout_session_hash \$logout_keys_deleted";
    request_pool_size 256;
_
    access_log logs/logout.log logout;

    location = /logout {
        logout               auth0;
        logout_session       format=raw cookie=sid prefix=sess:;
        logout_session       format=raw cookie=sid key=$logout_session_id-$arg_a-$uri;
        logout_return_url    /bye https://*.example.com/*;
        logout_event         stream=logouts a=$arg_a;
        logout_again         1h;
        logout_redis_failure defer;
        add_header           X-Result $logout_result always;
    }
    location = /explain {
        logout_explain;
        allow 127.0.0.1;
        deny  all;
    }
    location = /static { return 204; }
_
};

sub arm {
    my ($count) = @_;

    open my $out, '+<', "$countdown" or die "$countdown: $!\n";
    syswrite $out, pack 'l', $count;
}

# Has the allocation with each number fail during `ask`. Looks with `check` at
# what it returned.
sub each_fails {
    my ($ask, $check) = @_;
    my $worker = $nginx->worker;
    my @wrong;

    for my $number (1 .. MOST) {
        arm($number);
        my $answer = $ask->($number);
        arm(0);
        push @wrong, $number if !$check->($number, $answer);
    }

    is_deeply \@wrong, [], 'every answer is true';
    is $nginx->worker, $worker, 'the worker is the same';
    is $nginx->get('/static')->{status}, 204, 'and works';
}

my %seen;

each_fails(
    sub {
        my ($number) = @_;

        $redis->command('SET', "sess:$number", 1);
        return $nginx->get("/logout?a=$number&returnTo=https://a.example.com/",
            {Cookie => "sid=$number; sid=x$number"});
    },
    sub {
        my ($number, $answer) = @_;

        my $result = $answer->{headers}{'x-result'} // '';
        $seen{$result}++;
        return $result !~ /^(?:logged_out|no_session)$/
            || !$redis->command('EXISTS', "sess:$number");
    });
cmp_ok $seen{logged_out}, '>', 5, 'some logouts were done';
cmp_ok MOST - $seen{logged_out}, '>', 5, 'some were not';

each_fails(
    sub {
        my ($number) = @_;

        return HTTP::Tiny->new->post_form(
            "http://127.0.0.1:@{[$nginx->port]}/explain",
            {url => "/logout?a=$number&returnTo=https://a.example.com/",
                cookie => "sid=$number; sid=x$number"},
            {headers => {Accept => 'application/json'}});
    },
    sub { 1 });

is_deeply [grep { /\[alert\]|signal/ } split /\n/, $nginx->error_log], [],
    'the log has no alert';
cmp_ok $nginx->quit, '<', 5, 'nothing is waited for';

done_testing;
