# The package on a clean Debian: installed with apt, nginx started as systemd's
# unit does, a logout; upgraded over a version before while requests come
# without a pause; removed, and purged.
#
#   upgrade.t CHROOT FOLDER_OF_PACKAGES FOLDER_OF_OLDER_PACKAGES

use strict;
use warnings;

use lib 't/lib/helpers';
use HTTP::Tiny;
use Logout::Chroot;
use Logout::Process;
use Logout::RedisServer;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my ($chroot, $packages, $older) = @ARGV;

# as many as nginx has workers, so that both kinds answer during the upgrade
use constant CLIENTS => 2;

my $enabled = '/etc/nginx/modules-enabled/50-mod-http-logout.conf';
my $url = 'http://127.0.0.1:8080';

my $redis = Logout::RedisServer->start;
my $port = $redis->port;
my $machine = Logout::Chroot->new($chroot);

my $configuration = <<"_";
logout_redis sessions {
    server 127.0.0.1:$port;
}
logout_zone deferred 1m;

server {
    listen 127.0.0.1:8080;

    location = /logout {
        logout               auth0;
        logout_session       format=raw cookie=sid prefix=sess:;
        logout_return_url    https://www.example.com/bye;
        logout_redis_failure defer;
        add_header           X-Result \$logout_result;
    }

    location = /status {
        logout_status;
        allow 127.0.0.1;
        deny  all;
    }
}
_

sub package_in { (glob "$_[0]/libnginx-mod-http-logout_*_*.deb")[0] }

sub version_of {
    my ($folder) = @_;

    chomp(my $version = `dpkg-deb -f @{[package_in($folder)]} Version`);
    return $version;
}

sub installed_version {
    my ($status, $output) = $machine->run('dpkg-query', '-W', '-f',
        '${db:Status-Abbrev}${Version}', 'libnginx-mod-http-logout');
    return $output;
}

sub logout_of {
    my ($id) = @_;

    return HTTP::Tiny->new(max_redirect => 0)->get("$url/logout",
        {headers => {Cookie => "sid=$id"}});
}

sub logs_out {
    my ($id) = @_;

    $redis->command('SET', "sess:$id", 1);
    my $response = logout_of($id);
    is $response->{status}, 302, 'a logout is answered';
    is $response->{headers}{location}, 'https://www.example.com/bye',
        'the browser is sent on';
    like $response->{headers}{'set-cookie'}, qr/\Asid=;.*Max-Age=0/,
        'the cookie is expired';
    is $redis->command('EXISTS', "sess:$id"), 0, 'the session is gone';
}

# Whether each worker runs the module of the packages in a folder, and no other.
sub workers_run {
    my ($folder) = @_;

    my $file = 'ngx_http_logout_module-' . version_of($folder) . '.so';
    my @workers = $machine->nginx_workers or return 0;

    return !grep {
        open my $in, '<', "/proc/$_/maps" or return 0;
        my @of_module = grep { /ngx_http_logout_module/ } <$in>;
        !@of_module || grep { !m{/\Q$file\E$} } @of_module;
    } @workers;
}

# One client: logs out over a new connection each time, until there is a file
# that says stop. Prints what was wrong, and last how many logouts there were.
sub keep_logging_out {
    my ($name, $stop, $out) = @_;

    delete $redis->{connection};
    my $count = 0;

    until (-e $stop) {
        my $id = "$name-" . ++$count;
        $redis->command('SET', "sess:$id", 1);
        my $response = logout_of($id);
        my $result = $response->{headers}{'x-result'} // '';
        if ($response->{status} != 302 || $result ne 'logged_out') {
            print $out "$id: $response->{status} $result ",
                $response->{status} == 599 ? $response->{content} : '', "\n";
        } elsif ($redis->command('EXISTS', "sess:$id")) {
            print $out "$id: its key is there\n";
        }
    }
    print $out "logouts: $count\n";
}

# Starts the clients, calls `meanwhile`. Returns how many logouts there were, and
# what was wrong.
sub under_load {
    my ($meanwhile) = @_;

    my $stop = $machine->path('/root/stop');
    my @clients = map {
        my $pid = open(my $in, '-|') // die "fork: $!\n";
        if ($pid == 0) {
            STDOUT->autoflush(1);
            keep_logging_out("client$_", $stop, \*STDOUT);
            POSIX::_exit(0);
        }
        $in;
    } 1 .. CLIENTS;
    delete $redis->{connection};

    sleep 0.5;
    $meanwhile->();
    sleep 0.5;
    $machine->write_file('/root/stop', '');

    my ($count, @wrong) = 0;
    for my $client (@clients) {
        for (<$client>) {
            /^logouts: (\d+)/ ? $count += $1 : push @wrong, $_;
        }
    }
    return ($count, @wrong);
}

subtest 'installed' => sub {
    $machine->take('/root/old', package_in($older));
    $machine->take('/root/new', package_in($packages));
    $machine->services('off');
    $machine->shell('apt-get install -y --no-install-recommends ./old/*.deb');

    is installed_version(), 'ii ' . version_of($older), 'by apt';
    is readlink $machine->path($enabled),
        '/usr/share/nginx/modules-available/mod-http-logout.conf',
        'and switched on';
    $machine->write_file('/etc/nginx/conf.d/logout.conf', $configuration);
    my ($status, $output) = $machine->run('systemctl', 'start', 'nginx');
    is $status, 0, 'nginx starts as its unit says' or diag $output;
    $machine->services('on');
    logs_out('first');
};

subtest 'upgraded under load' => sub {
    $redis->kill;
    is logout_of('waits')->{headers}{'x-result'}, 'deferred',
        'a deletion waits for Redis';
    my ($status, $output) = $machine->shell('apt-get install -y ./new/*.deb');
    is $status, 0, 'apt upgrades' or diag $output;
    $machine->wait_until('workers run the new module',
        sub { workers_run($packages) });
    $redis->start_again;
    $redis->command('SET', 'sess:waits', 1);
    $machine->wait_until('the deletion is done', sub {
        !$redis->command('EXISTS', 'sess:waits');
    });

    $machine->shell('apt-get install -y --allow-downgrades ./old/*.deb');
    $machine->wait_until('workers run the old module',
        sub { workers_run($older) });
    is installed_version(), 'ii ' . version_of($older), 'back once more';

    my ($count, @wrong) = under_load(sub {
        ($status, $output) = $machine->shell('apt-get install -y ./new/*.deb');
        $machine->wait_until('workers run the new module',
            sub { workers_run($packages) });
    });
    is $status, 0, 'apt upgrades' or diag $output;
    is installed_version(), 'ii ' . version_of($packages), 'to the new version';
    is "@wrong", '', 'no request was lost or answered wrongly';
    cmp_ok $count, '>', 100, 'there were requests';
    note "$count logouts during the upgrade";
    logs_out('upgraded');
};

subtest 'removed while it is configured' => sub {
    my ($status, $output) = $machine->shell(
        'apt-get remove -y libnginx-mod-http-logout');
    is $status, 0, 'apt removes it' or diag $output;
    logs_out('removed');
};

subtest 'purged' => sub {
    unlink $machine->path('/etc/nginx/conf.d/logout.conf');
    my ($status, $output) = $machine->shell(
        'apt-get purge -y libnginx-mod-http-logout');
    is $status, 0, 'apt purges it' or diag $output;
    ($status, $output) = $machine->shell(
        "find / -xdev -path /proc -prune -o -path /root -prune -o"
        . " -path /tmp -prune -o -name '*http*logout*' -print");
    is $output, '', 'nothing is left';
    $machine->run('systemctl', 'stop', 'nginx');
    ($status, $output) = $machine->run('systemctl', 'start', 'nginx');
    is $status, 0, 'nginx starts without it' or diag $output;
    my $page = HTTP::Tiny->new->get('http://127.0.0.1/');
    is $page->{status}, 200, 'and serves its page';
};

undef $machine;
done_testing;
