# Log out everywhere in a Redis Cluster: the script goes to the node of its
# keys, which all have one hash tag.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Cluster;
use Logout::Nginx;
use Test::More;

my $cluster = Logout::Cluster->start(masters => 3);

# Tags such that each master has one.
my %tag;
for my $number (0 .. 999) {
    my $node = $cluster->node_of("{app$number}:");
    $tag{$node->port} //= "app$number";
    last if keys %tag == 3;
}
my @tags = sort values %tag;

my $port = ($cluster->nodes)[0]->port;
my $nginx = Logout::Nginx->start(
    http => <<"_",
    logout_redis sessions {
        server          127.0.0.1:$port;
        cluster         on;
        connect_timeout 2s;
        timeout         2s;
    }
_
    server => join '', map { location($_) } @tags);

sub location {
    my ($tag) = @_;

    return <<"_";
        location = /$tag {
            logout         auth0;
            logout_session format=raw cookie=sid "prefix={$tag}:sess:"
                           "all={$tag}:user:\$logout_user" user_field=user;
            add_header     X-Result \$logout_result always;
            add_header     X-Keys   \$logout_keys_deleted always;
        }
_
}

for my $tag (@tags) {
    my $node = $cluster->node_of("{$tag}:");
    my @sessions = map { "{$tag}:sess:$_" } qw(a1 a2 a3);

    $node->command('SET', $_, '{"user":"ann"}') for @sessions;
    $node->command('SET', "{$tag}:sess:b1", '{"user":"bob"}');
    $node->command('SADD', "{$tag}:user:ann", @sessions);

    my $response = $nginx->get("/$tag", {Cookie => 'sid=a1'});
    is $response->{headers}{'x-result'}, 'logged_out', "$tag: logged out";
    is $response->{headers}{'x-keys'}, 4, "$tag: three sessions, the index";
    is_deeply $node->command('KEYS', "{$tag}:*"), ["{$tag}:sess:b1"],
        "$tag: others are kept";
}
is_deeply [$nginx->complaints], [], 'nothing is complained of';

undef $nginx;
undef $cluster;

done_testing;
