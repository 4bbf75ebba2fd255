package Logout::Redis;

# Redis for test files, under any Test::Nginx::Socket:
#
#     use lib 't/lib/helpers';
#     use Test::Nginx::Socket 'no_plan';
#     use Logout::Redis;
#
# starts a redis-server that is this file's alone and sets
# $TEST_NGINX_REDIS_PORT and $TEST_NGINX_REDIS_SOCKET to it. Sections:
#
#     --- x_redis_set       before each request, and before it is repeated:
#     session:abc = value   keys, each with a string as value
#     --- x_redis_gone      after each response: keys that must not exist
#     session:abc
#     --- x_redis_kept      after each response: keys that must exist
#     session:other
#
# Each line of the last two is one assertion. For anything else, in init:
#
#     --- init
#     ::redis('HSET', 'key', 'field', 'value');
#     ::ok(::redis('EXISTS', 'key'), 'the key is there');

use strict;
use warnings;

use Exporter 'import';
use Logout::RedisServer;
use Test::More ();
use Test::Nginx::Socket ();

our @EXPORT = qw(redis redis_server);

my $server = Logout::RedisServer->start;
my $owner = $$;

$ENV{TEST_NGINX_REDIS_PORT} = $server->port;
$ENV{TEST_NGINX_REDIS_SOCKET} = $server->socket;

# The Logout::RedisServer of this file.
sub redis_server { $server }

# Sends a command and returns its reply.
sub redis {
    return $server->command(@_);
}

sub section {
    my ($block, $name) = @_;

    return grep { /\S/ } split /\n/, $block->{$name}[0] // '';
}

sub set_keys {
    my (@lines) = @_;

    for my $line (@lines) {
        my ($key, $value) = $line =~ /^\s*(\S+)\s*=\s*(.*)$/
            or die "x_redis_set: \"$line\" is not KEY = VALUE.\n";
        redis('SET', $key, $value);
    }
}

sub check_keys {
    my ($block) = @_;

    for my $key (section($block, 'x_redis_gone')) {
        Test::More::ok(!redis('EXISTS', $key),
            $block->name . " - $key is gone");
    }
    for my $key (section($block, 'x_redis_kept')) {
        Test::More::ok(redis('EXISTS', $key),
            $block->name . " - $key is kept");
    }
}

my %seeds;

sub seed {
    my ($number) = @_;

    set_keys(@{$seeds{$number}});
}

Test::Nginx::Socket::add_block_preprocessor(sub {
    my ($block) = @_;

    my @lines = section($block, 'x_redis_set') or return;
    my $number = $block->seq_num;
    $seeds{$number} = \@lines;
    $block->set_value(init => "Logout::Redis::seed($number);\n"
        . ($block->{init}[0] // ''));
});

# What the next request finds is what this one found.
Test::Nginx::Socket::add_response_body_check(sub {
    my ($block) = @_;

    check_keys($block);
    set_keys(section($block, 'x_redis_set'));
});

END {
    if ($$ == $owner) {
        undef $server;
    }
}

1;
