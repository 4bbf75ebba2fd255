# Faults of Redis and of nginx under a steady load of logouts. After each one
# every answer is compared with what is in Redis.
#
#     CHAOS_LONG=1  over 200,000 logouts, all faults twice, and times are judged:
#                   how late an answer was, whether other requests were slowed.
#                   Without it a machine that is busy makes nothing fail.
#     CHAOS_TABLE=FILE  the table, in Markdown
#     CHAOS_ONLY=PATTERN  only faults whose "PART: NAME" matches

use strict;
use warnings;

use FindBin qw($RealBin);
use lib "$RealBin/../lib/helpers", $RealBin;

use Chaos::Network;
BEGIN { Chaos::Network::enter(@ARGV) }

use Chaos::Fault;
use Chaos::Sites;
use Chaos::Table;
use Test::More;
use Time::HiRes qw(sleep time);

my $long = $ENV{CHAOS_LONG};
my $cycles = $long ? 2 : 1;
my $hang = $long ? 5 : 2;      # seconds
my $reloads = 50;

sub faults_of_one_server {
    return (
        'kill -9 and restart' => sub {
            $_->redis->kill;
            $_->redis->start_again;
        },
        "SIGSTOP for $hang s" => sub {
            $_->redis->pause;
            sleep $hang;
            $_->redis->resume;
        },
        'CLIENT KILL, 20 times' => sub {
            for my $time (1 .. 20) {
                $_->redis->command('CLIENT', 'KILL', 'USER', 'nginx');
                sleep 0.05;
            }
        },
        'CLIENT PAUSE 1 s' => sub {
            $_->redis->command('CLIENT', 'PAUSE', 1000, 'ALL');
            sleep 1;
        },
        'DEBUG SLEEP 1' => sub { $_->redis->command('DEBUG', 'SLEEP', 1) },
        "connection refused for $hang s" => sub {
            $_->redis->kill;
            sleep $hang;
            $_->redis->start_again;
        },
        "packets lost for $hang s" => sub {
            $_->network->cut;
            sleep $hang;
            $_->network->mend;
        },
        'password rotated, then reload' => \&rotate_password,
        "$reloads reloads in a row" => \&reload_often,
        'nginx -s quit, and start' => sub {
            $_->closes_connections;
            $_->nginx->quit;
            $_->nginx->launch;
        },
        'worker kill -9 with a full queue' => \&kill_worker,
    );
}

sub rotate_password {
    my $site = $_;
    my $new = $site->{password} . '+';

    $site->rotate_password($new);
    $site->redis->command('CLIENT', 'KILL', 'USER', 'nginx');
    sleep 1;
    $site->nginx->configure($site->nginx_options);
    $site->note_reload;
}

sub reload_often {
    my $site = $_;

    $site->note_reload for 1 .. $reloads;
}

# Fills the queue while Redis is away.
sub kill_worker {
    my $site = $_;

    $site->redis->kill;
    $site->nginx->eventually(sub {
        $site->nginx->logout('filler' . rand) eq 'redis_unavailable';
    }) or die "The queue does not get full.\n";
    $site->nginx->kill_workers;
    $site->closes_connections;
    sleep 0.5;
    $site->redis->start_again;
}

sub faults_of_sentinel {
    return (
        'SENTINEL FAILOVER' => sub { $_->sentinels->failover },
        'kill -9 of the master' => sub {
            my $site = $_;
            my $old = $site->sentinels->current_master;

            $old->kill;
            Logout::Sentinels::wait_until(sub {
                $site->sentinels->current_master != $old
            });
            $old->start_again;
        },
    );
}

sub faults_of_cluster {
    return (
        'slots are moved' => \&move_slots,
        'kill -9 of a master, its replica is promoted' => sub {
            my $site = $_;
            my ($master) = $site->cluster->current_masters;

            $master->kill;
            Logout::Cluster::wait_until(sub {
                $site->cluster->current_masters == 3
                    && !grep { $_ == $master } $site->cluster->current_masters;
            });
            $master->start_again;
            $site->settle;
        },
        'CLUSTERDOWN' => sub {
            my $site = $_;
            my ($master) = $site->cluster->current_masters;
            my @lost = ($master, $site->cluster->replicas_of($master));

            $_->command('CONFIG', 'SET', 'cluster-require-full-coverage',
                'yes') for $site->cluster->nodes;
            $_->kill for @lost;
            Logout::Cluster::wait_until(sub {
                !grep { $_->command('CLUSTER', 'INFO')
                    !~ /cluster_state:fail/ } grep { $_->pid }
                    $site->cluster->nodes;
            });
            $_->start_again for @lost;
            $site->settle;
        },
    );
}

# Each key of a few slots, one by one, while it may be deleted.
sub move_slots {
    my $site = $_;
    my $cluster = $site->cluster;

    for my $tag (map { $site->tag($_) } 0 .. 5) {
        my $slot = $cluster->slot_of($tag);
        my $from = $cluster->node_of($tag);
        my ($to) = grep { $_ != $from } $cluster->current_masters;

        $cluster->open_slot($slot, $from, $to);
        while (my @keys = @{$from->command('CLUSTER', 'GETKEYSINSLOT', $slot,
            20)}) {
            $cluster->move_keys(\@keys, $from, $to);
        }
        $cluster->give_slot($slot, $from, $to);
    }
}

sub faults_of_tls {
    return (
        'certificate expired' => sub {
            $_->use_certificate('expired');
            sleep 1;
            $_->use_certificate('good');
        },
    );
}

sub faults_of_the_way {
    return map {
        my $harm = $_;
        ("a proxy that does $harm" => sub {
            $_->proxy->does($harm);
            sleep($long ? 5 : 2);
            $_->proxy->does('nothing');
        });
    } Chaos::Proxy::HARM;
}

my @plan = (
    ['one server', 'Chaos::Site::Single', faults_of_one_server()],
    ['TLS', 'Chaos::Site::Tls', faults_of_tls()],
    ['Sentinel', 'Chaos::Site::Sentinel', faults_of_sentinel()],
    ['Cluster', 'Chaos::Site::Cluster', faults_of_cluster()],
    ['proxy', 'Chaos::Site::Proxied', faults_of_the_way()],
);

my $table = Chaos::Table->new;
my $control = Logout::Nginx->start(connections => 4096,
    http => 'keepalive_requests 1000000;',
    server => 'location = /static { return 204; }');

for my $part (@plan) {
    my ($name, $class, @faults) = @$part;
    my %fault_of = @faults;
    my @names = grep { "$name: $_" =~ ($ENV{CHAOS_ONLY} || qr/./) }
        map { $faults[2 * $_] } 0 .. $#faults / 2;
    next if !@names;

    subtest $name => sub {
        my $site = $class->new(zone => $long ? '2m' : '512k');
        my $runner = Chaos::Fault->new($site, rate => $long ? 1000 : 800,
            control => $control, longest => $long ? 30 : 20,
            judges_times => $long);

        # what comes twice shows whether anything has grown
        for my $cycle (1 .. $cycles) {
            for my $fault (@names, $name eq $plan[0][0] ? $names[0] : ()) {
                my $row = $runner->run($fault, $fault_of{$fault});
                $table->add($name, $row);
                diag($table->line($name, $row));
                is_deeply $row->{broken}, [], "$fault: what must hold, holds";
            }
        }
        is_deeply [$runner->growth], [], 'nothing grows';
        is_deeply [$runner->alarms], [], 'nothing alarming in the log';
    };
}

diag($_) for $table->summary;
$table->write($ENV{CHAOS_TABLE}) if $ENV{CHAOS_TABLE};

done_testing;
