package Chaos::Fault;

# One fault under load, and what it did to the answers.
#
#     my $runner = Chaos::Fault->new($site, rate => 800, control => $nginx,
#         longest => 20,            # seconds that a fault may take
#         judges_times => 1);       # or only whether something hangs
#     my $row = $runner->run('kill -9', sub { $_->redis->kill; ... });
#     $row->{broken}        # of what must hold, what did not; see Chaos::Table
#     $runner->growth       # what became more from the first fault to the last
#     $runner->alarms       # of the error log

use strict;
use warnings;

use Chaos::Ledger;
use List::Util qw(max min);
use Logout::Wait;
use Time::HiRes qw(sleep time);

use constant SLOWNESS => qr/^(?:late|static|an old worker|deferred)/;

use constant {
    ATTEMPTS      => 3,
    STATIC_RATE   => 200,    # requests a second
    UNDISTURBED   => 1,      # seconds of load before each fault
    AFTERWARDS    => 0.5,    # seconds of load after logouts are done again
    STATIC_FACTOR => 2,      # static files may take so much longer
    STATIC_LEAST  => 0.005,  # seconds; less than this is the machine's noise
    OVERLOADED    => 0.5,    # seconds that the control took
    GROWTH_KIB    => 2048,
    GROWTH_FDS    => 8,
};

# What times may be, in seconds, where they are judged: until logouts work again
# and deferred deletions are done, how much later than the timeout an answer may
# be and an old worker leave.
use constant STRICT => {back => 20, gone => 5, late => 0.1, leave => 1};
use constant PATIENT => {map { $_ => Logout::Wait::PATIENCE } keys %{+STRICT}};

sub new {
    my ($class, $site, %options) = @_;

    my $self = bless {
        judges_times => $options{judges_times},
        within  => $options{judges_times} ? STRICT : PATIENT,
        site    => $site,
        control => $options{control},
        rate    => $options{rate},
        longest => $options{longest},
        next    => 1,
    }, $class;
    $self->{timeout} = $site->TIMEOUT / 1000;
    $site->nginx->eventually(sub { $site->works });

    return $self;
}

# A busy machine makes everything slower, and nothing quicker: what was only
# slow is tried again. A session that lives on is never. While not even the
# control answers, times say nothing; the table marks the fault.
sub run {
    my ($self, $name, $fault) = @_;

    my $row;
    for (1 .. ATTEMPTS) {
        $row = $self->run_once($name, $fault);
        last if !$self->{judges_times};

        my @broken = @{$row->{broken}};
        last if grep { $_ !~ SLOWNESS } @broken;
        last if !@broken && !$row->{overloaded};
    }
    return $row;
}

sub run_once {
    my ($self, $name, $fault) = @_;

    my $site = $self->{site};
    my $first = $self->{next};
    my $count = $self->{rate} * $self->{longest};
    $self->{next} += $count;
    $site->begin_fault;
    $site->set_keys($first .. $first + $count - 1);

    my $load = Chaos::Ledger->record($site->nginx->port, first => $first,
        count => $count, rate => $self->{rate}, tags => $site->tags,
        'static-rate' => STATIC_RATE,
        'control-port' => $self->{control}->port);
    my %at = (begin => time);
    sleep UNDISTURBED;
    $at{fault} = time;
    $fault->() for $site;
    $at{end} = time;
    my $back = $site->nginx->within($self->{within}{back},
        sub { $site->works });
    $at{back} = time;
    sleep AFTERWARDS;
    my $ledger = $load->finish;

    my $row = $self->judge($name, $ledger, \%at, $back);
    $site->clear;
    push @{$self->{footprints}{$name}}, $site->footprint;

    return $row;
}

sub judge {
    my ($self, $name, $ledger, $at, $back) = @_;

    my $site = $self->{site};
    my $gone = $self->wait_for_deferred($ledger, $at->{end});
    $site->settle;
    my %row = (
        name         => $name,
        logouts      => scalar $ledger->logouts,
        logged_out   => $ledger->count('logged_out'),
        deferred     => $ledger->count('deferred'),
        refused      => $ledger->count('redis_unavailable'),
        unreplicated => scalar $ledger->unreplicated,
        lies         => $self->lies($ledger),
        no_answer    => $ledger->without_answer,
        again        => $ledger->again,
        slowest      => Chaos::Ledger::slowest($ledger->logouts),
        overloaded   => 0 + (Chaos::Ledger::slowest($ledger->controls)
            > OVERLOADED),
        late         => $ledger->late($self->{timeout}
            + $self->{within}{late}),
        back         => $at->{back} - $at->{end},
        gone         => $gone,
        static_before => Chaos::Ledger::p99($at->{begin}, $at->{fault},
            $ledger->statics),
        static_during => Chaos::Ledger::p99($at->{fault}, $at->{back},
            $ledger->statics),
        control_during => Chaos::Ledger::p99($at->{fault}, $at->{back},
            $ledger->controls),
        worker_gone  => max($site->worker_times),
    );
    $row{broken} = [$self->broken(\%row, $back)];

    return \%row;
}

# Returns how long after the fault the last deferred key was gone.
sub wait_for_deferred {
    my ($self, $ledger, $end) = @_;

    my @keys = map { $self->{site}->key($_) } $ledger->numbers('deferred');
    return 0 if !@keys;

    while (time - $end < Logout::Wait::PATIENCE) {
        my $existing = $self->{site}->existing;
        return time - $end if !grep { $existing->{$_} } @keys;
        sleep 0.05;
    }
    return time - $end;
}

# Sessions that live on although the answer said that they are ended. Where it
# also said that replicas have not followed, that was the truth.
sub lies {
    my ($self, $ledger) = @_;

    my $site = $self->{site};
    my %told = map { $_ => 1 } $ledger->unreplicated;
    my $existing = $site->existing;

    return scalar grep { !$told{$_} && $existing->{$site->key($_)} }
        map { $ledger->numbers($_) } qw(logged_out no_session deferred);
}

sub broken {
    my ($self, $row, $back) = @_;

    my $limit = STATIC_FACTOR
        * max(@$row{qw(static_before control_during)}, STATIC_LEAST);
    my %wrong = (
        'a session lives on'           => $row->{lies} > 0,
        'deferred for too long'        => $row->{gone}
            > $self->{within}{gone},
        'requests without an answer'   => $row->{no_answer} > 0,
        'late answers'                 => $row->{late} > 0,
        'static files were slowed'     => $self->{judges_times}
            && $row->{static_during} > $limit,
        'logouts do not work again'    => !$back,
        'connections were closed'      => $row->{again} > 0
            && !$self->{site}->may_close,
        'an old worker stayed'         => $row->{worker_gone}
            > $self->{within}{leave} + $self->{timeout},
        'nothing was logged out'       => $row->{logged_out} == 0,
    );

    return grep { $wrong{$_} && !($row->{overloaded} && /${\SLOWNESS}/) }
        sort keys %wrong;
}

# Of the faults that were had more than once: what the worker had more after
# the last time than after the first.
sub growth {
    my ($self) = @_;

    my @growth;
    for my $name (sort keys %{$self->{footprints}}) {
        my ($first, $last) = @{$self->{footprints}{$name}}[0, -1];
        push @growth, "$name: $last->{descriptors} descriptors after"
            . " $first->{descriptors}"
            if $last->{descriptors} > $first->{descriptors} + GROWTH_FDS;
        push @growth, "$name: $last->{kib} KiB after $first->{kib}"
            if $last->{kib} > $first->{kib} + GROWTH_KIB;
    }
    return @growth;
}

# The test's own signals to workers are no news.
sub alarms {
    my ($self) = @_;

    return grep { /\[(?:alert|crit|emerg)\]/ && !/exited on signal 9/ }
        split /\n/, $self->{site}->nginx->error_log;
}

1;
