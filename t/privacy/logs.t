# Runs specs with nginx's log at "debug" and looks for secrets in all that was
# logged, through all of them.
#
#   logs.t [FILE...]
#
# Secret is, in the logs of an nginx that it was sent to: the value of each
# cookie, and the id that is in a signed one; each token and password in a
# header or a parameter; and of its configuration each password and secret.
# These are read from what nginx itself writes at "debug" of a request, so that
# a spec that sends something new is looked at without being told of.
#
# None may be in a line above "debug", whoever writes it, nor in an access log.
# At "debug" nginx writes down each request that it reads or passes on, which
# no module can change: there they may be in lines of these kinds, and in no
# others. The module itself writes nothing at that level (t/log_privacy.t).

use strict;
use warnings;

use Cwd qw(getcwd);
use File::Temp ();
use Test::More;

# How lines of nginx's own begin.
use constant NGINX_OWN => (
    'http header: "',           # what is read
    'http2 header: ',
    'http request line: "',
    'http uri: "',
    'http args: "',
    'http finalize request: ',  # "URI?ARGUMENTS", and what becomes of them
    'http output filter "',
    'http copy filter: ',
    'http postpone filter "',
    'http proxy header:',       # what is passed on
);

# A shorter one is in too many words to be looked for.
use constant LEAST => 3;

my ($own) = map { qr/\[debug\] \S+ (?:\*\d+ )?(?:$_)/ }
    join '|', map { quotemeta } NGINX_OWN;

my @tokens_of_specs;

my @files = @ARGV ? @ARGV
    : map { "t/$_.t" } qw(auth0 bad_request cookies federated log_level oidc
        redis_conf token variables);

subtest 'a secret is found' => sub {
    my $folder = File::Temp->newdir('logout-logs.XXXXXX', TMPDIR => 1);
    my $begin = '2026/01/01 00:00:00';
    my $read = "$begin [debug] 7#7: *1 http header: \"Cookie: sid=k7abc\"\n";
    my %lines = (
        "$begin [info] 7#7: *1 logout: k7abc, client: ::1\n"           => 1,
        "$begin [debug] 7#7: *1 http script var: \"k7abc\"\n"          => 1,
        "$begin [debug] 7#7: *1 http proxy header:\n\"GET\nk7abc\"\n"  => 0,
        "$begin [debug] 7#7: *1 HTTP/1.1 302 Found\nX-Id: k7abc\n\n"   => 1,
        "$begin [info] 7#7: *1 logout: k7abcd, client: ::1\n"          => 0,
        "$begin [error] 7#7: *1 w8password\n"                          => 1,
    );

    for my $line (sort keys %lines) {
        write_file("$folder/1.secrets", "w8password\n");
        write_file("$folder/1.debug", $read . $line);
        my ($told) = look_through("$folder");
        is scalar @$told, $lines{$line}, (split /\n/, $line)[0];
    }

    write_file("$folder/1.debug", $read);
    write_file("$folder/1.access-log", "127.0.0.1 GET /?sid=k7abc\n");
    my ($told) = look_through("$folder");
    is scalar @$told, 1, 'in an access log';
};

sub write_file {
    my ($path, $text) = @_;

    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
    close $out;
}

# Runs the files. Returns the wait status and what was said.
sub run_with_logs {
    my ($folder) = @_;

    local $ENV{PRIVACY_FOLDER} = $folder;
    local $ENV{PRIVACY_NGINX} = $ENV{TEST_NGINX_BINARY} // '/usr/sbin/nginx';
    local $ENV{TEST_NGINX_BINARY} = getcwd() . '/t/privacy/nginx';

    my $jobs = $ENV{PRIVACY_JOBS} // 1;
    my $said = `t/lib/tools/run-tests --jobs $jobs @files 2>&1`;
    return ($?, $said);
}

# Returns the lines that have a secret in them, and how many runs, secrets and
# lines there are.
sub look_through {
    my ($folder) = @_;

    my ($count_of_secrets, $count_of_lines, @told) = (0, 0);
    my @runs = map { s/\.debug\z//r } sort glob "'$folder'/*.debug";

    for my $run (@runs) {
        my @entries = entries_of("$run.debug");
        my @secrets = secrets_of($run, @entries);

        $count_of_secrets += @secrets;
        for my $entry (@entries,
            map { lines_of($_) } glob "'$run'.access-*") {
            ++$count_of_lines;
            push @told, $entry if has_one($entry, @secrets);
        }
    }

    return (\@told, scalar @runs, $count_of_secrets, $count_of_lines);
}

sub lines_of {
    my ($file) = @_;

    open my $in, '<:raw', $file or return ();
    chomp(my @lines = <$in>);
    return @lines;
}

# The lines of an error log, each with those that continue it.
sub entries_of {
    my ($file) = @_;

    my @entries;
    for my $line (lines_of($file)) {
        if (!@entries || $line =~ m{^\d{4}/\d\d/\d\d [\d:]{8} \[}) {
            push @entries, $line;
        } else {
            $entries[-1] .= "\n$line";
        }
    }

    return @entries;
}

sub secrets_of {
    my ($run, @entries) = @_;

    my @found = (lines_of("$run.secrets"), tokens_of_specs());
    for (@entries) {
        push @found, cookies($1)
            if /\[debug\] \S+ \*\d+ http2? header: "cookie: (.*)"$/i;
        push @found, $1
            if /\[debug\] \S+ \*\d+ http2? header: "authorization: \w+ (.*)"$/i;
        push @found, tokens($_)
            if /\[debug\] \S+ \*\d+ http request line: /;
    }

    my %found = map { $_ => 1 } grep { length >= LEAST && /[A-Za-z]/ } @found;
    return sort keys %found;
}

# The values of a Cookie header, as they are and decoded, and the ids in them.
sub cookies {
    my ($header) = @_;

    my @values = map { s/^[^=]*=//r } split /;\s*/, $header;
    push @values, map { s/%([0-9A-Fa-f]{2})/chr hex $1/ger } @values;
    push @values, map { /^(?:s:)?([^.|]+)[.|]/ ? $1 : () } @values;

    return @values;
}

sub tokens {
    my ($text) = @_;

    return $text =~ /(?:oauth_token|id_token_hint|logout_token)=([\w.~+-]+)/g;
}

# Those in bodies, which nginx does not write down.
sub tokens_of_specs {
    @tokens_of_specs = map { tokens($_) } map { lines_of($_) } @files
        if !@tokens_of_specs;
    return @tokens_of_specs;
}

sub has_one {
    my ($entry, @secrets) = @_;

    return 0 if !@secrets || $entry =~ $own;

    # a response: the configuration may put an ID token into a federated URL
    $entry =~ s/^Location: \S+\r?$//m
        if $entry =~ m{\[debug\] \S+ \*\d+ HTTP/1\.1 30[23] };

    my $any = join '|', map { quotemeta } @secrets;
    return $entry =~ /(?<![A-Za-z0-9])(?:$any)(?![A-Za-z0-9])/ ? 1 : 0;
}

my $folder = File::Temp->newdir('logout-logs.XXXXXX', TMPDIR => 1);
chmod 01777, "$folder";

my ($status, $said) = run_with_logs("$folder");
is $status, 0, 'the specs pass with all of nginx\'s log' or diag $said;

my ($told, $runs, $secrets, $lines) = look_through("$folder");
cmp_ok $runs, '>', @files, "nginx ran $runs times";
cmp_ok $secrets, '>', $runs / 4, "with $secrets secrets";
cmp_ok $lines, '>', 10 * $runs, "and wrote $lines lines";
is scalar @$told, 0, 'none of which has a secret in it'
    or diag map { "$_\n" } @$told > 20 ? @$told[0 .. 19] : @$told;

done_testing;
