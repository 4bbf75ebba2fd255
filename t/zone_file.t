# logout_zone with file=: what was deferred outlives all of nginx's processes,
# whatever ends them, and nothing else is taken for such a file.

use strict;
use warnings;

use lib 't/lib/helpers';
use Logout::Nginx;
use Logout::Process;
use Logout::RedisServer;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

# nginx with a Redis that remembers every command, and a zone.
sub site {
    my ($zone, %options) = @_;

    my $server = Logout::RedisServer->start('--slowlog-log-slower-than', 0,
        '--slowlog-max-len', 100_000);
    my $nginx = Logout::Nginx->start(configuration($server, $zone, %options));

    return ($server, $nginx);
}

sub configuration {
    my ($server, $zone, %options) = @_;

    return (
        http => <<"_",
    logout_redis sessions { server 127.0.0.1:@{[$server->port]}; }
    logout_zone deferred $zone;
    logout_redis_failure defer;
_
        server => Logout::Nginx::LOCATIONS
            . 'location = /status { logout_status; }',
        %options);
}

# How often each key was deleted, after Redis has begun anew.
sub deletions {
    my ($server) = @_;

    my %count;
    $count{$_->[3][1]}++ for grep { $_->[3][0] eq 'UNLINK' }
        @{$server->command('SLOWLOG', 'GET', 100_000)};
    return \%count;
}

sub waiting {
    my ($nginx) = @_;

    my ($number) = $nginx->get('/status')->{content}
        =~ /^nginx_logout_deferred_deletions\{zone="deferred"\} (\d+)$/m;
    return $number;
}

# Defers them all, and fails if one is not.
sub defer {
    my ($nginx, @ids) = @_;

    is_deeply [grep { $nginx->logout($_) ne 'deferred' } @ids], [],
        scalar(@ids) . ' logouts are deferred';
}

# Brings Redis back. Whether these keys, and no others, are deleted then, each
# once.
sub all_done {
    my ($server, $nginx, @ids) = @_;

    $server->start_again;
    ok $nginx->eventually(sub { waiting($nginx) == 0 }), 'the queue gets empty';
    is_deeply deletions($server), {map { ("sess:$_" => 1) } @ids},
        'by doing what was promised';
}

# Every process of it, at once, as a machine that kills what is too large.
sub kill_all {
    my ($nginx) = @_;

    my @processes = ($nginx->{pid}, $nginx->workers);
    kill 'STOP', @processes;
    kill 'KILL', @processes;
    waitpid delete $nginx->{pid}, 0;
    $nginx->eventually(sub { !$nginx->serves });
}

# Masters that are nobody's children.
my @masters;
END { kill 'TERM', @masters }

subtest 'stop and start' => sub {
    my ($server, $nginx) = site('64k file=queue');

    $server->kill;
    defer($nginx, 1 .. 200);
    $nginx->quit;
    $nginx->launch;
    is waiting($nginx), 200, 'all are there';
    all_done($server, $nginx, 1 .. 200);

    my $path = $nginx->folder . '/queue';
    is sprintf('%o', (stat $path)[2] & 07777), '600',
        'nobody else reads the keys';
    unlike $nginx->error_log, qr/are lost/, 'nothing is said to be lost';
};

subtest 'every process is killed while logouts come' => sub {
    my ($server, $nginx) = site('256k file=queue', workers => 2);
    my %promised;
    my $id = 0;

    $server->kill;
    $nginx->logout('first');
    for my $round (1 .. 5) {
        my $client = open(my $answers, '-|') // die "fork: $!\n";
        if ($client == 0) {
            $| = 1;
            for my $next ($id + 1 .. $id + 300) {
                print "$next\n" if $nginx->logout($next) eq 'deferred';
            }
            delete $nginx->{pid};
            POSIX::_exit(0);
        }

        my @some = map { scalar <$answers> } 1 .. 10 * $round;
        kill_all($nginx);
        $promised{$_ =~ s/\n//r} = 1 for @some, <$answers>;
        close $answers;
        $id += 300;
        $nginx->launch;
    }

    $server->start_again;
    ok $nginx->eventually(sub { waiting($nginx) == 0 }), 'the queue gets empty';
    my $done = deletions($server);
    cmp_ok scalar(keys %promised), '>', 100, 'many logouts were promised';
    is_deeply [grep { !$done->{"sess:$_"} } sort keys %promised], [],
        'none of them is lost';
    unlike $nginx->error_log, qr/broken/, 'nothing was broken';
};

subtest 'a binary upgrade' => sub {
    my ($server, $nginx) = site('64k file=queue', workers => 1);
    my $pid_file = $nginx->folder . '/logs/nginx.pid';

    # one that is nobody's child may be asked for another
    $nginx->quit;
    system $nginx->nginx_command;
    my $old = pid_in($pid_file);
    $nginx->{pid} = $old;
    $nginx->wait_until(sub { $nginx->serves });

    $server->kill;
    defer($nginx, map { "old$_" } 1 .. 50);
    kill 'USR2', $old;
    $nginx->wait_until(sub { -e "$pid_file.oldbin" && pid_in($pid_file) });
    my $new = pid_in($pid_file);
    push @masters, $old, $new;
    isnt $new, $old, 'there is another master';

    local $nginx->{pid} = $new;
    $nginx->wait_until(sub { $nginx->has_its_workers });
    defer($nginx, map { "both$_" } 1 .. 100);
    is waiting($nginx), 150, 'both have one queue';

    $server->start_again;
    ok $nginx->eventually(sub { waiting($nginx) == 0 }), 'it gets empty';
    is_deeply deletions($server),
        {map { ("sess:$_" => 1) } (map { "old$_" } 1 .. 50),
            map { "both$_" } 1 .. 100}, 'one of them works on it';

    $server->kill;
    defer($nginx, 'last');
    kill 'QUIT', $old;
    $nginx->wait_until(sub { !kill 0, $old });
    is waiting($nginx), 1, 'it does not go with the old one';
    all_done($server, $nginx, 'last');

    kill 'QUIT', $new;
    $nginx->wait_until(sub { !kill 0, $new });
    @masters = ();
};

sub pid_in {
    my ($path) = @_;

    open my $in, '<', $path or return 0;
    return (<$in> // '') =~ /(\d+)/ ? $1 : 0;
}

subtest 'a reload with another size' => sub {
    my ($server, $nginx) = site('32k file=queue');
    my $full;

    $server->kill;
    for (1 .. 300) {
        last if $nginx->logout($_) ne 'deferred';
        $full = $_;
    }
    is $full, 128, '32k hold as many as they can';

    $nginx->configure(configuration($server, '64k file=queue'));
    $nginx->reload;
    is waiting($nginx), 128, 'all are there';
    defer($nginx, 129 .. 256);
    isnt $nginx->logout('x'), 'deferred', 'and there is room for no more';

    $nginx->configure(configuration($server, '32k file=queue'));
    $nginx->reload;
    is waiting($nginx), 256, 'less room loses nothing';
    isnt $nginx->logout('x'), 'deferred', 'but takes nothing more';
    all_done($server, $nginx, 1 .. 256);
};

subtest 'a reload while old workers are still there' => sub {
    my ($server, $nginx) = site('32k file=queue');

    # it holds the old worker
    my $slow = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $nginx->port, Proto => 'tcp');
    print $slow "POST /logout HTTP/1.0\r\nCookie: sid=slow\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . "Content-Length: 4\r\n\r\n";
    $slow->flush;
    sleep 0.2;

    $server->kill;
    $nginx->configure(configuration($server, '1m file=queue'));
    kill 'HUP', $nginx->{pid};
    $nginx->wait_until(sub { ($nginx->workers) == 2
        || $nginx->error_log =~ /start worker process.*start worker process/s });
    defer($nginx, 1 .. 300);
    print $slow "a=b&";
    $slow->flush;
    like join('', <$slow>), qr/X-Result: deferred/,
        'one that mapped less of the file queues beyond what it knew';
    all_done($server, $nginx, 1 .. 300, 'slow');
};

# A start with something else in the file's place.
sub refusal {
    my ($nginx, $make, $zone) = @_;

    my $path = $nginx->folder . '/queue';
    system 'rm', '-rf', $path;
    $make->($path);
    my $before = -f $path ? read_file($path) : '';
    my $words = $nginx->test_configuration;
    my $started = system(join ' ', (map { "'$_'" } $nginx->nginx_command),
        '2>/dev/null');
    isnt $started, 0, 'nginx does not start';
    is -f $path ? read_file($path) : '', $before, 'the file is left alone';
    return $words;
}

sub read_file {
    my ($path) = @_;

    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

sub write_file {
    my ($path, $bytes) = @_;

    open my $out, '>:raw', $path or die "$path: $!\n";
    print $out $bytes;
    close $out or die "$path: $!\n";
}

subtest 'what is no such file' => sub {
    my ($server, $nginx) = site('64k file=queue');
    my $path = $nginx->folder . '/queue';
    my $good = do { $nginx->quit; read_file($path) };
    my $name = qr/\[emerg\] .*logout_zone "deferred": the file "\Q$path\E"/;

    like refusal($nginx, sub { write_file($_[0], "root:x:0:0:\n" x 1000) }),
        qr/$name is not a file that this module made/, 'another program\'s';
    like refusal($nginx, sub { write_file($_[0], "x") }),
        qr/$name is not a file that this module made/, 'one byte';
    like refusal($nginx, sub { write_file($_[0], "\0" x 70_000) }),
        qr/$name is not a file that this module made/, 'zeros';
    like refusal($nginx, sub { mkdir $_[0] }),
        qr/$name cannot be opened: Is a directory/, 'a folder';
    like refusal($nginx, sub { symlink '/dev/null', $_[0] }),
        qr/$name is not a file|$name is not a regular file/, 'a device';
    like refusal($nginx, sub { write_file($_[0], substr $good, 0, 20_000) }),
        qr/$name is damaged: it has not the size/, 'one that was cut';
    like refusal($nginx, sub {
        write_file($_[0], $good =~ s/^(.{32})deferred/$1revoked!/sr) }),
        qr/$name is of another directive/, 'another zone\'s';
    like refusal($nginx, sub {
        write_file($_[0], $good =~ s/^(.{64})\d+/${1}0/sr) }),
        qr/$name was made by another version/, 'another version\'s';
};

subtest 'entries that are broken are told, the others done' => sub {
    my ($server, $nginx) = site('64k file=queue');
    my $path = $nginx->folder . '/queue';

    $server->kill;
    defer($nginx, 'aaaa', 'bbbb', 'cccc');
    $nginx->quit;
    my $bytes = read_file($path);
    $bytes =~ s/sess:bbbb/sess:bxbb/ or die 'the key is not there';
    write_file($path, $bytes);
    $nginx->launch;
    like $nginx->error_log,
        qr/\[error\].*"deferred": 1 deferred deletions were broken/, 'told';
    all_done($server, $nginx, 'aaaa', 'cccc');
};

subtest 'any bytes in place of the entries' => sub {
    my ($server, $nginx) = site('64k file=queue');
    my $path = $nginx->folder . '/queue';

    srand 3;
    $server->kill;
    for my $round (1 .. 5) {
        $nginx->logout("k$_") for 1 .. 200;
        $nginx->quit;
        my $bytes = read_file($path);
        for (1 .. 10 ** $round) {
            substr $bytes, 4096 + int rand(length($bytes) - 4096), 1,
                chr int rand 256;
        }
        write_file($path, $bytes);
        $nginx->launch;
    }
    $server->start_again;
    ok $nginx->eventually(sub { waiting($nginx) == 0 }), 'nginx works on';
    unlike $nginx->error_log, qr/signal 11|\[alert\]/, 'nothing crashed';
};

SKIP: {
    my ($blocks) = `df -k /dev/shm` =~ /^tmpfs\s+(\d+)/m;
    skip '/dev/shm is no small file system', 1 if !$blocks;

    subtest 'a full disk' => sub {
        my ($server, $nginx) = site('64k file=queue');
        my $path = "/dev/shm/logout-queue.$$";
        my $size = $blocks + 1024;

        $nginx->configure(configuration($server, "${size}k file=$path"));
        kill 'HUP', $nginx->{pid};
        ok $nginx->eventually(sub { $nginx->error_log
            =~ /\[emerg\].*"\Q$path\E" has no room for \d+ bytes: No space/ }),
            'a reload is refused';
        $server->kill;
        is $nginx->logout('a'), 'deferred', 'nginx goes on as it was';
        unlink $path;
    };
}

subtest 'what it cannot be' => sub {
    my ($server, $nginx) = site('64k file=queue');
    my %mistakes = (
        '64k file='      => qr/"file=": it needs a path/,
        '64k path=queue' => qr/unknown parameter "path="/,
        '64k flie=queue' => qr/"flie=".*did you mean "file="\?/,
        '64k file=no/such/folder' =>
            qr/"\S+no\/such\/folder" cannot be opened: No such file/,
        '64k file=a; logout_zone other 64k file=a' =>
            qr/"file=a": it is the file of another logout_zone/,
    );

    for my $zone (sort keys %mistakes) {
        $nginx->configure(configuration($server, $zone));
        my $words = $nginx->test_configuration;
        $words = system_start($nginx) if $zone =~ /such/;
        like $words, qr/\[emerg\].*$mistakes{$zone}/, $zone;
    }
};

sub system_start {
    my ($nginx) = @_;

    my $command = join ' ', map { "'$_'" } $nginx->nginx_command;
    return scalar `$command 2>&1`;
}

subtest 'without a file' => sub {
    my ($server, $nginx) = site('64k');

    $server->kill;
    defer($nginx, 1 .. 3);
    $nginx->configure(configuration($server, '128k'));
    $nginx->reload;
    like $nginx->error_log,
        qr/\[error\].*"deferred": 3 deferred deletions are lost, the zone is/,
        'another size loses them, and the log says so';

    defer($nginx, 1 .. 2);
    $nginx->quit;
    like $nginx->error_log,
        qr/\[error\].*"deferred": 2 deferred deletions are lost, nginx stops/,
        'so does a stop';
};

done_testing;
