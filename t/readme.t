# Every configuration in README.md and conf-examples/README.md is accepted by nginx, without a warning.
#
# A fragment is put where it belongs by what it begins with; the stores, files
# and zones that fragments name are there for each of them.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Leaks;
use Logout::Readme;
use Test::More;

my $folder = File::Temp->newdir('logout-readme.XXXXXX', TMPDIR => 1);
mkdir "$folder/logs";

sub write_file {
    my ($name, $text) = @_;

    open my $out, '>', "$folder/$name" or die "$name: $!\n";
    print $out $text;
    close $out;
    chmod 0600, "$folder/$name";
}

sub read_file {
    my ($name) = @_;

    open my $in, '<', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

# The files that examples name.
write_file($_, "keyboard cat\n")
    for qw(session.secret redis.password sentinel.password);
write_file($_, "a-secret-for-a-header\n") for qw(ssf.secret operators.secret);
write_file('app.key', 'base64:' . 'A' x 43 . "=\n");

system("cp conf-examples/provider.jwks.json $folder/") == 0 or die;

# A certificate for the examples with TLS.
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=redis"
    . " -keyout $folder/redis.key -out $folder/redis.pem 2>/dev/null") == 0
    or die "openssl does not run.\n";
system("cp $folder/redis.pem $folder/ca.pem") == 0 or die;

my $readme = Logout::Readme::text();
my @examples = (Logout::Readme::blocks('nginx'),
    Logout::Readme::blocks('nginx', 'conf-examples/README.md'));

# What a fragment needs around it and beside it.
sub complete {
    my ($text) = @_;

    return $text if $text =~ /^http \{/m;

    my $beside = '';
    $beside .= "logout_redis sessions { server 127.0.0.1:6379; }\n"
        if $text !~ /^\s*logout_redis sessions/m;
    $beside .= "logout_zone deferred 2m;\n" if $text !~ /^\s*logout_zone/m;

    my ($first) = $text =~ /^\s*(?:#[^\n]*\n\s*)*(\w+)/;
    my %at_http = map { $_ => 1 } qw(logout_redis logout_zone logout_revocations logout_client
        server upstream map log_format limit_req_zone);

    my ($http, $server) = ('', '');
    if ($first eq 'location') {
        $server = $text;
    } elsif ($at_http{$first} || $text =~ /^\s*(?:logout_zone|logout_revocations|server) /m) {
        $http = $text;
    } else {
        $server = "location = /example {\nlogout auth0;\n"
            . ($text =~ /^\s*logout_(?:session|return_url) /m ? ''
                : "logout_return_url /;\n") . "$text}\n";
    }

    return "events {}\nhttp {\n$beside$http\nserver {\nlisten 127.0.0.1:8080;"
        . "\n$server}\n}\n";
}

sub own_paths {
    my ($text) = @_;

    my $paths = join "\n", 'access_log logs/access.log;',
        map { "${_}_temp_path temp_$_;" }
        qw(client_body proxy fastcgi uwsgi scgi);
    my @modules = map { "load_module $_;\n" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';

    $text =~ s/^load_module [^\n]*\n//mg;
    $text =~ s/^http \{/http {\n$paths/m;
    return "@modules\npid logs/nginx.pid;\n$text";
}

for my $example (@examples) {
    my ($name) = $example =~ /^\s*(\S[^\n]*)/;

    write_file('nginx.conf', own_paths(complete($example)));
    my $output = `$ENV{TEST_NGINX_BINARY} -t -p $folder/ -c nginx.conf \\
        -e logs/error.log 2>&1`;
    is $?, 0, "$name: accepted" or diag $output, $example;
    unlike $output, qr/\[(?:warn|error)\]/, "$name: no warning"
        or diag $output;
}

cmp_ok scalar @examples, '>', 5, 'there are examples';

# What is documented is there, and what is there is documented.
my $source = join '', map { read_file($_) } glob 'src/http/*.cpp src/http/*/*.cpp';
my %directives = map { $_ => 1 }
    $source =~ /\{\s*ngx_string\("(logout\w*)"\),\s*\n\s*(?:NGX_|ngx_http_logout_any)/g;
for my $directive (sort keys %directives) {
    my ($section) = $readme =~ /^### $directive\n(.*?)^###? /ms;

    ok defined $section, "$directive is documented" or next;
    like $section, qr/^    Syntax: .*^    Default: .*^    Context: /ms,
        "$directive: where, and what else";
    like $section, qr/^```nginx\n[^`]*\b$directive\b/m, "$directive: an example";
    like $section, qr/^Traps?[:,]/m, "$directive: its traps";
}

done_testing;
