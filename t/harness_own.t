# The runner in t/lib/own fails what has to fail: each test file below is wrong
# in one way, or shows an nginx that is, and must not pass.

use strict;
use warnings;

use File::Temp ();
use Test::More;

my $folder = File::Temp->newdir;
delete @ENV{qw(TEST_NGINX_SERVROOT TEST_NGINX_LOAD_MODULES
    TEST_NGINX_TIMEOUT)};
$ENV{TEST_NGINX_RANDOMIZE} = 1;
$ENV{TEST_NGINX_BINARY} ||= '/usr/sbin/nginx';

my $ok_config = "--- config\n    location = /t { return 200 \"ok\"; }\n";
my $count = 0;

# Runs the blocks; returns whether they passed, and what was printed.
sub outcome {
    my ($blocks, $settings) = @_;

    my $path = "$folder/" . ++$count . '.t';
    open my $out, '>', $path or die $!;
    print $out "use Test::Nginx::Socket 'no_plan';\n", $settings // '',
        "\nrun_tests();\n__DATA__\n$blocks";
    close $out;

    my $printed = `'$^X' -It/lib/own '$path' 2>&1`;
    return ($? == 0, $printed);
}

sub fails {
    my ($name, $blocks, $reason, $settings) = @_;

    my ($passed, $printed) = outcome($blocks, $settings);
    ok(!$passed, "$name: fails");
    like($printed, $reason, "$name: says why");
}

sub passes {
    my ($name, $blocks, $settings) = @_;

    my ($passed, $printed) = outcome($blocks, $settings);
    ok($passed, "$name: passes") or diag($printed);
}

passes('a right block', "=== TEST 1\n$ok_config--- request\nGET /t\n");

fails('a status that is not expected',
    "=== TEST 1\n$ok_config--- request\nGET /none\n", qr/got: '404'/);

fails('a body that is not expected',
    "=== TEST 1\n$ok_config--- request\nGET /t\n--- response_body: no\n",
    qr/response is expected/);

fails('a header that is not expected',
    "=== TEST 1\n$ok_config--- request\nGET /t\n"
    . "--- response_headers\n! Server\n", qr/header Server not present/);

fails('a line that is not in the log',
    "=== TEST 1\n$ok_config--- request\nGET /t\n--- error_log\nnever\n",
    qr/pattern "never" matches a line/);

fails('a line that must not be in the log',
    "=== TEST 1\n$ok_config--- request\nGET /t\n--- no_error_log\n[debug]\n",
    qr/"\[debug\]" does not match a line/);

fails('a section of an unknown name',
    "=== TEST 1\n$ok_config--- request\nGET /t\n--- respones_body: ok\n",
    qr/no section named "respones_body"/);

fails('a section that is there twice',
    "=== TEST 1\n$ok_config--- request\nGET /t\n--- request\nGET /t\n",
    qr/"request" is there twice/);

passes('a section that a preprocessor reads',
    "=== TEST 1\n$ok_config--- request\nGET /t\n--- x_mine: 1\n");

fails('a configuration that nginx refuses',
    "=== TEST 1\n--- config\n    nonsense;\n--- request\nGET /t\n",
    qr/\[emerg\].*unknown directive "nonsense"/);

fails('a configuration that nginx does not refuse',
    "=== TEST 1\n$ok_config--- must_die\n", qr/die as expected/);

fails('an exit code that is not expected',
    "=== TEST 1\n--- config\n    nonsense;\n--- must_die: 2\n", qr/exit code/);

fails('an alert in the log', <<'EOB', qr/no alarm.*\[alert\]/s, 'master_on();');
=== TEST 1
--- config
    location = /t { return 200; }
--- init
my $root = ::server_root();
my $master = `cat '$root/logs/nginx.pid'`;
chomp $master;
kill 'KILL', split ' ', `cat /proc/$master/task/$master/children`;
sleep 0.2;
--- request
GET /t
EOB

fails('a variable that is not in the environment',
    "=== TEST 1\n--- config\n    # \$TEST_NGINX_NO_SUCH\n--- request\nGET /t\n",
    qr/no TEST_NGINX_NO_SUCH/);

fails('an init that dies',
    "=== TEST 1\n$ok_config--- init\ndie 'so it is';\n--- request\nGET /t\n",
    qr/so it is/);

fails('expectations for one of two requests',
    "=== TEST 1\n$ok_config--- request eval\n['GET /t', 'GET /t']\n"
    . "--- error_code: 200\n", qr/not an array/);

fails('a server that does not answer', <<'EOB', qr/waited in vain/);
=== TEST 1
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply_delay: 2
--- tcp_reply: x
--- request
GET /t
--- timeout: 100ms
EOB

fails('one block that cannot run does not hide the next',
    "=== TEST 1\n--- config\n    nonsense;\n--- request\nGET /t\n\n"
    . "=== TEST 2\n$ok_config--- request\nGET /t\n",
    qr/ok 2 - \S+ TEST 2 - status code ok/, 'no_shuffle();');

my ($passed, $printed) = outcome(
    "=== TEST 1\n$ok_config--- skip_nginx: 1: > 0.1.0\n--- request\nGET /t\n");
ok($passed && $printed =~ /# skip/, 'a skipped block says so');

done_testing();
