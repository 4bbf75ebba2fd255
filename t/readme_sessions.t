# Each line of README.md's table of frameworks, as it stands there, ends a
# session that this framework made: the cookie and the keys were recorded from
# it (t/sessions/session_vectors.json). Those that say "run" end sessions of the
# framework itself besides, in t/sessions/frameworks.

use strict;
use warnings;
use utf8;

use lib 't/lib/helpers';
use File::Temp ();
use JSON::PP ();
use Logout::Nginx;
use Logout::Readme;
use Logout::RedisServer;
use Test::More;

binmode Test::More->builder->$_, ':utf8'
    for qw(output failure_output todo_output);

my $secrets = File::Temp->newdir('logout-secrets.XXXXXX', TMPDIR => 1);
my $redis = Logout::RedisServer->start;

my @rows = rows_of_the_table();
my @vectors = grep { defined $_->{logout_session} }
    map { @{$_->{vectors}} } @{read_json('t/sessions/session_vectors.json')};

sub read_file {
    my ($name) = @_;

    open my $in, '<:encoding(UTF-8)', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

sub read_json {
    my ($name) = @_;

    return JSON::PP->new->decode(read_file($name))->{stores};
}

# Each with the framework's name and the words after "logout_session".
sub rows_of_the_table {
    my ($table) = Logout::Readme::text() =~ /^### Frameworks\n(.*?)^### /ms;
    return map { /^\| *(.*?) *\| *`logout_session (.*?)` *\|/
            ? {name => $1, words => [split ' ', $2]} : () }
        split /\n/, $table;
}

# What a word of a row is with this vector: "prefix=…" is for the reader to
# fill in. Undef: it is not of this vector.
sub filled_in {
    my ($word, $vector, $number) = @_;

    my %given = map { /^(\w+)=(.*)/ } split ' ', $vector->{logout_session};
    my ($name, $value) = $word =~ /^(\w+)=(.*)/ or return $word;

    if ($name eq 'secret_file') {
        return @{$vector->{secrets}} ? "secret_file=$secrets/$number" : undef;
    }
    return undef if !defined $given{$name};
    return "$name=$given{$name}" if $value eq '…';
    return $value eq $given{$name} ? $word : undef;
}

# The row for this vector; undef if its line is not that of the vector.
sub line_for {
    my ($row, $vector, $number) = @_;

    my @words = map { filled_in($_, $vector, $number) } @{$row->{words}};
    return undef if grep { !defined } @words;

    my %has = map { /^(\w+)=/ ? ($1 => 1) : () } @words;
    return undef if grep { /^(\w+)=/ && !$has{$1} }
        split ' ', $vector->{logout_session};
    return undef if @{$vector->{secrets}} && !$has{secret_file};
    return undef if $vector->{cookie_name} =~ /^__/
        && !grep { $_ eq 'secure' } @words;
    return join ' ', @words;
}

sub write_secrets {
    my ($number) = @_;

    my $path = "$secrets/$number";
    open my $out, '>:utf8', $path or die "$path: $!\n";
    print $out map { "$_\n" } @{$vectors[$number]{secrets}};
    close $out or die "$path: $!\n";
    chmod 0600, $path;
}

# The vectors that each row fits, with the line that is run.
sub runs_of {
    my ($row) = @_;

    my @runs;
    for my $number (0 .. $#vectors) {
        my $line = line_for($row, $vectors[$number], $number) // next;
        write_secrets($number);
        push @runs, {line => $line, vector => $vectors[$number]};
    }
    return @runs;
}

# koa's signature is in a cookie of its own.
sub cookie_header {
    my ($vector) = @_;

    my @signatures = map { /^([^;]*\.sig=[^;]*)/ ? $1 : () }
        @{$vector->{set_cookie} // []};
    return join '; ', "$vector->{cookie_name}=$vector->{cookie_value}",
        @signatures;
}

sub keys_of {
    my ($vector) = @_;

    return (@{$vector->{expected_keys}}, @{$vector->{also_delete} // []});
}

$_->{runs} = [runs_of($_)] for @rows;
my @runs = map { @{$_->{runs}} } @rows;
$runs[$_]{uri} = "/$_" for 0 .. $#runs;

my $port = $redis->port;
my $nginx = Logout::Nginx->start(
    http   => "logout_redis sessions { server 127.0.0.1:$port; timeout 5s; }",
    server => join '', map { <<"_" } @runs);
        location = $_->{uri} {
            logout         auth0;
            logout_session $_->{line};
            add_header     X-Result \$logout_result always;
        }
_

for my $row (@rows) {
    subtest $row->{name} => sub {
        ok @{$row->{runs}} > 0, 'a cookie of it was recorded';
        is_ended($_) for @{$row->{runs}};
    };
}
cmp_ok scalar @rows, '>=', 28, 'the table is there';
is_deeply [$nginx->complaints], [], 'nginx does not complain of any line';

sub is_ended {
    my ($run) = @_;

    my $vector = $run->{vector};
    my @keys = keys_of($vector);
    my @others = map { "$_-another" } @keys;

    $redis->command('FLUSHALL');
    $redis->command('SET', $_, 'a session') for @keys, @others;

    my $response =
        $nginx->get($run->{uri}, {Cookie => cookie_header($vector)});
    my $what = "\"$vector->{name}\"";
    is $response->{headers}{'x-result'}, 'logged_out', "$what is logged out";
    is_deeply [sort @{$redis->command('KEYS', '*')}], [sort @others],
        "$what: its keys are gone, others are kept";
}

undef $nginx;
undef $redis;

done_testing;
