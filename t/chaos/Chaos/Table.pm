package Chaos::Table;

# What the faults did, as a table.

use strict;
use warnings;

use List::Util qw(max sum0);

my @columns = (
    ['logouts',                sub { $_->{logouts} }],
    ['logged out',             sub { $_->{logged_out} }],
    ['deferred',               sub { $_->{deferred} }],
    ['refused',                sub { $_->{refused} }],
    ['not replicated',         sub { $_->{unreplicated} }],
    ['sessions that live on',  sub { $_->{lies} }],
    ['without answer',         sub { $_->{no_answer} }],
    ['late',                   sub { $_->{late} }],
    ['slowest, ms',            sub { milliseconds($_->{slowest}) }],
    ['static p99, ms: before, during; control', sub {
        sprintf '%.1f, %.1f; %.1f', map { 1000 * $_ }
            @$_{qw(static_before static_during control_during)};
    }],
    ['machine',                sub { $_->{overloaded} ? 'overloaded' : '' }],
    ['works again after, s',   sub { sprintf '%.1f', $_->{back} }],
    ['deferred done after, s', sub {
        $_->{deferred} ? sprintf '%.1f', $_->{gone} : '';
    }],
    ['old worker gone after, s', sub {
        $_->{worker_gone} ? sprintf '%.2f', $_->{worker_gone} : '';
    }],
);

sub milliseconds { sprintf '%.0f', 1000 * $_[0] }

sub new { bless {rows => []}, $_[0] }

sub add {
    my ($self, $part, $row) = @_;

    push @{$self->{rows}}, {%$row, part => $part};
}


# One row, for a terminal.
sub line {
    my ($self, $part, $row) = @_;

    my @facts;
    for my $column (@columns) {
        my ($value) = map { $column->[1]->() } $row;
        push @facts, "$column->[0] $value" if $value ne '' && $value ne '0';
    }
    return "$part: $row->{name}: " . join('; ', @facts)
        . join '', map { "\n    WRONG: $_" } @{$row->{broken}};
}

sub summary {
    my ($self) = @_;

    my @rows = @{$self->{rows}};
    my $all = sub { my ($name) = @_; sum0 map { $_->{$name} } @rows };

    return (
        sprintf('%d logouts, %d of them logged out, %d deferred, %d refused',
            map { $all->($_) } qw(logouts logged_out deferred refused)),
        sprintf('%d sessions lived on after an answer that they were ended',
            $all->('lies')),
        sprintf('%d requests without an answer, %d late, the slowest %.0f ms',
            $all->('no_answer'), $all->('late'),
            1000 * max 0, map { $_->{slowest} } @rows),
        sprintf('deferred deletions were done %.1f s after Redis was back, at'
            . ' most', max 0, map { $_->{gone} } @rows),
        sprintf('old workers were gone after %.2f s, at most',
            max 0, map { $_->{worker_gone} } @rows),
    );
}

# Rows of the same fault become one.
sub merged {
    my ($self) = @_;

    my (@order, %merged);
    for my $row (@{$self->{rows}}) {
        my $name = "$row->{part}: $row->{name}";
        push @order, $name if !$merged{$name};
        push @{$merged{$name}}, $row;
    }
    return map { [$_, merge(@{$merged{$_}})] } @order;
}

# Numbers are added, times are the longest.
sub merge {
    my (@rows) = @_;

    my %merged;
    for my $name (qw(logouts logged_out deferred refused unreplicated lies
        no_answer late)) {
        $merged{$name} = sum0 map { $_->{$name} } @rows;
    }
    for my $name (qw(slowest back gone worker_gone static_before
        static_during control_during overloaded)) {
        $merged{$name} = max map { $_->{$name} } @rows;
    }
    return \%merged;
}

sub write {
    my ($self, $file) = @_;

    open my $out, '>', $file or die "$file: $!\n";
    print $out '| fault | ', join(' | ', map { $_->[0] } @columns), " |\n";
    print $out '|---|', '---:|' x @columns, "\n";
    for my $row ($self->merged) {
        my ($name, $merged) = @$row;
        print $out "| $name | ", join(' | ',
            map { my $column = $_; map { $column->[1]->() } $merged }
            @columns), " |\n";
    }
    print $out "\n", map { "* $_\n" } $self->summary;
    close $out or die "$file: $!\n";
}

1;
