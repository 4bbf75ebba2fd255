package Test::Nginx::Own::Response;

# A response as it was received, taken apart.

use strict;
use warnings;

use Test::More ();

# Returns the response and the bytes after it, which are the next one's. Where
# something is wrong, {problem} says what. `is_head`: the request was HEAD.
sub parse {
    my ($class, $bytes, $is_head) = @_;

    my $self = bless {code => '', raw_headers => '', headers => [], body => ''},
        $class;

    if ($bytes !~ /\A(.*?\r\n)\r\n(.*)\z/s) {
        return ($self, '');
    }
    (my $raw_headers, $self->{body}) = ($1, $2);
    $self->{raw_headers} = $raw_headers;

    my ($status, @lines) = split /\r\n/, $raw_headers;
    if ($status =~ m{^HTTP/\d\.\d\ (\d+)}x) {
        $self->{code} = $1;
    }
    for my $line (@lines) {
        my ($name, $value) = split /:[ \t]*/, $line, 2;
        push @{$self->{headers}}, [$name, $value // ''];
    }

    return ($self, $self->take_body($is_head));
}

# HTTP/0.9: nothing but a body.
sub bare {
    my ($class, $bytes) = @_;

    return bless {code => 200, raw_headers => '', headers => [],
        body => $bytes}, $class;
}

sub code { $_[0]{code} }
sub raw_headers { $_[0]{raw_headers} }
sub body { $_[0]{body} }
sub problem { $_[0]{problem} }

# All values of a header, in any case, joined by ", ", or an empty string.
sub header {
    my ($self, $name) = @_;

    return join ', ', map { $_->[1] }
        grep { lc $_->[0] eq lc $name } @{$self->{headers}};
}

sub take_body {
    my ($self, $is_head) = @_;

    my $length = $self->header('Content-Length');

    return '' if $self->{code} =~ /^(?:101|304)$/;
    return $self->take_chunks if $self->header('Transfer-Encoding')
        eq 'chunked' && !$is_head;
    return '' if $length !~ /^\d+$/;
    return '' if $is_head && $self->{body} eq '';

    if (length $self->{body} < $length) {
        Test::More::diag("the body ends after @{[length $self->{body}]} of "
            . "$length bytes");
        return '';
    }

    return substr $self->{body}, $length, length $self->{body}, '';
}

sub take_chunks {
    my ($self) = @_;

    my $decoded = '';
    local $_ = $self->{body};

    while (1) {
        if (/\G0[ \t]*\r\n\r\n/gc) {
            $self->{body} = $decoded;
            return substr $_, pos;
        }
        if (!/\G[ \t]*([A-Fa-f0-9]+)[ \t]*\r\n/gc) {
            $self->{problem} = 'a chunk has no size, or the last one is absent';
            return '';
        }

        my ($size, $start) = (hex $1, pos);
        my $chunk = substr $_, $start, $size + 2;
        if (length $chunk != $size + 2 || $chunk !~ s/\r\n\z//) {
            $self->{problem} = 'a chunk does not end where it says';
            return '';
        }
        $decoded .= $chunk;
        pos = $start + $size + 2;
    }
}

1;
