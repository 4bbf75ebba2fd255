# Secrets that are rotated: the new one is added above the old, the application
# changes over, the old one goes. A reload is all that nginx needs.

use strict;
use warnings;

use lib 't/lib/helpers';
use Digest::SHA qw(hmac_sha256_base64);
use File::Temp ();
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $file = File::Temp->new;
write_secrets('old');

my $nginx = Logout::Nginx->start(http => <<"_", server => <<"_");
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; timeout 5s; }
_
        location = /logout {
            logout         auth0;
            logout_session format=express secret_file=$file;
            add_header     X-Result \$logout_result always;
        }
_

sub write_secrets {
    open my $out, '>', "$file" or die "$file: $!\n";
    print $out map { "$_\n" } @_;
    close $out;
    chmod 0600, "$file";
}

# The result of a logout with a cookie that `secret` signed, for a session that
# is there.
sub logout {
    my ($secret) = @_;

    my $signature = hmac_sha256_base64('4fzd8k2m', $secret);
    my %escaped = ('+' => '%2B', '/' => '%2F');
    $signature =~ s{([+/])}{$escaped{$1}}g;

    $redis->command('SET', 'sess:4fzd8k2m', 1);
    my $result = $nginx->get('/logout',
        {Cookie => "connect.sid=s%3A4fzd8k2m.$signature"})
        ->{headers}{'x-result'};
    is $redis->command('EXISTS', 'sess:4fzd8k2m'),
        $result eq 'logged_out' ? 0 : 1, "$secret: the key says the same";
    return $result;
}

is logout('old'), 'logged_out', 'the old secret';
is logout('new'), 'no_session', 'the new one is not known yet';

write_secrets('new', 'old');
is logout('new'), 'no_session', 'nor before a reload';
$nginx->reload;
is logout('new'), 'logged_out', 'both, after a reload: the new one';
is logout('old'), 'logged_out', 'and the old one';

write_secrets('new');
$nginx->reload;
is logout('new'), 'logged_out', 'without the old one: the new one';
is logout('old'), 'no_session', 'the old one signs nothing any more';

write_secrets('');
kill 'HUP', $nginx->{pid};
ok $nginx->eventually(sub { $nginx->error_log =~ /there is no secret in the file in / }),
    'a file without a secret is refused';
is logout('new'), 'logged_out', 'and the one before stays in use';

done_testing;
