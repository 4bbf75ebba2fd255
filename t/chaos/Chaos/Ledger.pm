package Chaos::Ledger;

# What the load client was told, request by request.
#
#     my $load = Chaos::Ledger->record($nginx->port, rate => 1000, first => 1,
#         count => 20_000, tags => 0);
#     my $ledger = $load->finish;
#     $ledger->count('logged_out')        # also: unanswered, broken, ...
#     $ledger->numbers('deferred')        # of the logouts with this result
#     Chaos::Ledger::p99($from, $to, $ledger->statics)    # seconds
#     $ledger->late($limit)               # answers that took longer, ...

use strict;
use warnings;

use File::Temp ();
use List::Util qw(max);
use Logout::Process;

sub record {
    my ($class, $port, %options) = @_;

    my $folder = File::Temp->newdir('logout-load.XXXXXX', TMPDIR => 1);
    my $self = bless {folder => $folder, owner => $$}, $class;
    my $program = $ENV{CHAOS_LOAD} // die "CHAOS_LOAD is not set.\n";

    $self->{pid} = Logout::Process::start('KILL', "$folder/output", $program,
        '--port', $port, '--ledger', "$folder/ledger",
        map { ("--$_", $options{$_}) } sort keys %options);

    return $self;
}

sub finish {
    my ($self) = @_;

    defined Logout::Process::end(delete $self->{pid}, 'TERM')
        or die "The load client hangs.\n";
    my (@logouts, @statics, @controls);

    open my $in, '<', "$self->{folder}/ledger" or die "ledger: $!\n";
    while (my $line = <$in>) {
        my ($id, $result, $error, $sent, $latency, $again) = split ' ', $line;
        my %entry = (number => $id, result => $result, error => $error,
            sent => $sent / 1e6, latency => $latency / 1e6, again => $again);
        push @{$id eq 'static' ? \@statics
            : $id eq 'control' ? \@controls : \@logouts}, \%entry;
    }
    @$self{qw(logouts statics controls)} = (\@logouts, \@statics, \@controls);

    return $self;
}

sub logouts { @{$_[0]{logouts}} }
sub statics { @{$_[0]{statics}} }
sub controls { @{$_[0]{controls}} }

# The results that no answer has: it did not come, or not whole.
use constant NO_ANSWER => qr/^(?:unanswered|broken)$/;

sub without_answer {
    my ($self) = @_;

    return scalar grep { $_->{result} =~ NO_ANSWER } $self->logouts,
        $self->statics;
}

sub again {
    my ($self) = @_;

    return scalar grep { $_->{again} } $self->logouts, $self->statics;
}

sub count {
    my ($self, $result) = @_;

    return scalar $self->numbers($result);
}

sub numbers {
    my ($self, $result) = @_;

    return map { $_->{number} } grep { $_->{result} eq $result }
        $self->logouts;
}

sub unreplicated {
    my ($self) = @_;

    return map { $_->{number} } grep { $_->{error} eq 'not_replicated' }
        $self->logouts;
}

sub slowest {
    my (@entries) = @_;

    return max 0, map { $_->{latency} } @entries;
}

# A machine that was busy delays the control, too: by as much, an answer may be
# later.
sub late {
    my ($self, $limit) = @_;

    my %delay;
    for my $control ($self->controls) {
        for my $moment (moments($control)) {
            $delay{$moment} = max $delay{$moment} // 0, $control->{latency};
        }
    }

    return scalar grep {
        $_->{latency} > $limit
            + max(0, map { $delay{$_} // 0 } moments($_));
    } grep { $_->{latency} > $limit } $self->logouts;
}

# The tenths of seconds that an entry was under way.
sub moments {
    my ($entry) = @_;

    return int(10 * $entry->{sent})
        .. int(10 * ($entry->{sent} + $entry->{latency}));
}

# Of some entries: how long they took.
sub p99 {
    my ($from, $to, @entries) = @_;

    my @latencies = sort { $a <=> $b } map { $_->{latency} }
        grep { $_->{sent} >= $from && $_->{sent} < $to } @entries;
    return @latencies ? $latencies[int(0.99 * $#latencies)] : 0;
}

sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$ || !$self->{pid};
    local $?;
    Logout::Process::end($self->{pid}, 'KILL');
}

1;
