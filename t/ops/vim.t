# conf-examples/vim: vim knows exactly the directives and parameters that the
# source has, and colours them.

use strict;
use warnings;

use File::Temp ();
use Test::More;

my $syntax = 'conf-examples/vim/after/syntax/nginx.vim';

sub read_file {
    my ($name) = @_;

    open my $in, '<', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

# The words of a group, sorted.
sub keywords {
    my ($group) = @_;

    return [sort map { split }
        read_file($syntax) =~ /^syn keyword $group (?:contained )?(.*)$/mg];
}

my $source = join '', map { read_file($_) } glob 'src/http/*.cpp src/http/*/*.cpp';
my @directives = $source =~
    /\{\s*ngx_string\("(logout\w*)"\),\s*\n\s*(?:NGX_|ngx_http_logout_any)/g;

# these open blocks, and vim knows them by how the blocks begin
my %blocks = map { $_ => 1 } qw(logout_redis logout_client);

is_deeply keywords('ngxDirectiveThirdParty'),
    [sort grep { !$blocks{$_} } @directives], 'the directives';
is_deeply [sort $source =~ /ngx_string\("(logout\w*)"\),\s*\n[^,]*CONF_BLOCK/g],
    [sort keys %blocks], 'the blocks';

my ($table) = read_file('src/http/conf/redis_parameters.cpp')
    =~ /Parameter parameters\[\] = \{(.*?)\n\};/s;
is_deeply keywords('ngxLogoutRedisParameter'),
    [sort 'include', $table =~ /^\s*\{"(\w+)"/mg],
    'the parameters of logout_redis';

my $clients = read_file('src/http/conf/return_url.cpp');
is_deeply keywords('ngxLogoutClientParameter'),
    [sort grep { !/^logout_/ } $clients =~ /name == "(\w+)"/g],
    'the parameters of logout_client';

# What vim takes words of a file for: [line, word, group] as `expected`.
sub colours {
    my ($file, @words) = @_;

    my $out = File::Temp->new;
    my $script = File::Temp->new(SUFFIX => '.vim');
    print $script "set nocompatible\nset runtimepath+=conf-examples/vim/after\n",
        "syntax on\nedit $file\nset filetype=nginx\nlet found = []\n",
        map({ "call cursor(1, 1)\ncall search('^\\s*\\zs$_\\>', 'cW')\n"
            . "call add(found, '$_ ' . synIDattr(synIDtrans("
            . "synID(line('.'), col('.'), 1)), 'name'))\n" } @words),
        "call writefile(found, '$out')\nqall!\n";
    close $script;
    system("timeout 20 vim -u NONE -es -S $script </dev/null >/dev/null 2>&1");

    return split /\n/, read_file($out);
}

my $example = File::Temp->new(SUFFIX => '.conf');
print $example <<'_';
http {
    logout_redis sessions {
        server 127.0.0.1:6379;
        wait_replicas 1 50ms;
    }
    server {
        location = /logout {
            logout auth0;
            logout_client spa {
                return_url https://spa.example.com/;
            }
            logout_session format=raw;
            logout_nonsense;
        }
    }
}
_
close $example;

my %colour = map { split ' ', $_, 2 } colours("$example", qw(logout_redis
    wait_replicas logout logout_client return_url logout_session location
    logout_nonsense));

is $colour{logout}, $colour{logout_session}, 'directives have one colour';
isnt $colour{logout} // '', '', 'they have one at all';
is $colour{logout_redis}, $colour{location}, 'blocks have that of nginx\'s';
is $colour{logout_client}, $colour{location}, 'both';
is $colour{wait_replicas}, $colour{logout}, 'parameters of logout_redis';
is $colour{return_url}, $colour{logout}, 'and of logout_client';
is $colour{logout_nonsense} // '', '', 'what is no directive has none';

done_testing;
