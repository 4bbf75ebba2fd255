# logout_confirm: a question that is answered by another worker, after a reload,
# and on another machine.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Nginx;
use Logout::RedisServer;
use Test::More;

my $redis = Logout::RedisServer->start;
my $secret = File::Temp->new;
print $secret "of all machines\n";
close $secret;
chmod 0600, "$secret";

my %cookie = (Cookie => 'sid=4fzd8k2m');

sub start {
    my ($confirm) = @_;

    return Logout::Nginx->start(workers => 3, http => <<"_", server => <<"_");
    logout_redis sessions { server 127.0.0.1:@{[$redis->port]}; }
_
        location = /logout {
            logout          oidc;
            logout_session  format=raw cookie=sid prefix=sess:;
            logout_confirm  $confirm;
            add_header      X-Result \$logout_result always;
        }
_
}

# The token of the page that `nginx` shows.
sub question {
    my ($nginx) = @_;

    my $page = $nginx->get('/logout', {%cookie})->{content};
    return ($page =~ /name="logout_confirm" value="(\w+)"/)[0];
}

# The result of the form with `token`, for a session that is there.
sub confirm {
    my ($nginx, $token) = @_;

    $redis->command('SET', 'sess:4fzd8k2m', 1);
    return $nginx->post('/logout', {logout_confirm => $token}, {%cookie})
        ->{headers}{'x-result'};
}

my $made = start('on');
my $token = question($made);
my @results = map { confirm($made, $token) } 1 .. 20;
is_deeply \@results, [('logged_out') x 20], 'all workers know the key';

$made->reload;
is confirm($made, $token), 'confirmation_required',
    'a made key is another one after a reload: the user is asked again';
is confirm($made, question($made)), 'logged_out', 'and can sign out then';

my $here = start("on secret_file=$secret");
my $there = start("on secret_file=$secret");
$token = question($here);
isnt $token, question($made), 'a secret makes another key';
is confirm($there, $token), 'logged_out', 'another machine knows the secret';

$here->reload;
is confirm($here, $token), 'logged_out', 'a secret outlives a reload';

done_testing;
