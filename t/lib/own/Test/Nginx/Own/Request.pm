package Test::Nginx::Own::Request;

# From a block's sections to the bytes that are sent: requests, each a list of
# packets, each { value => bytes, delay_before => seconds or undef }.

use strict;
use warnings;

use Exporter 'import';
use Test::Nginx::Own::Settings qw(%Settings);

our @EXPORT_OK = qw(requests_of);

sub requests_of {
    my ($case) = @_;

    if ($case->has('raw_request')) {
        return raw_request($case);
    }
    if ($case->has('pipelined_requests')) {
        return pipelined_request($case);
    }

    my $request = $case->get('request');
    if (!ref $request) {
        return [built($case, 0, 'close', without_comments($request // ''))];
    }

    my $index = 0;
    return map {
        [built($case, $index++, 'close', ref $_ eq 'ARRAY' ? @$_ : $_)]
    } @$request;
}

# Each element is one write.
sub raw_request {
    my ($case) = @_;

    my $raw = $case->get('raw_request');
    my $delay = $case->get('raw_request_middle_delay');
    my @packets = map { {value => $_, delay_before => $delay} }
        ref $raw eq 'ARRAY' ? @$raw : $raw;
    delete $packets[0]{delay_before};

    return \@packets;
}

# All in one write; the last one closes the connection.
sub pipelined_request {
    my ($case) = @_;

    my $requests = $case->expanded('pipelined_requests');
    die "pipelined_requests is not an array.\n" if ref $requests ne 'ARRAY';

    my $bytes = '';
    for my $index (0 .. $#$requests) {
        my $connection = $index == $#$requests ? 'close' : 'keep-alive';
        my ($packet) = built($case, $index, $connection, $requests->[$index]);
        $bytes .= $packet->{value};
    }

    return [{value => $bytes}];
}

sub without_comments {
    my ($text) = @_;

    1 while $text =~ s/\A\s*\#[^\n]*\n|\A\s+//;
    return $text;
}

# One request, from the packets in which it was written, with what was left out
# added: the end of its first line and its headers.
sub built {
    my ($case, $index, $connection, @packets) = @_;

    for my $packet (@packets) {
        $packet = {value => $packet} if !ref $packet;
    }

    my @old = split_request(join '', map { $_->{value} } @packets);
    my @new = complete(more_headers($case, $index), $connection, @old);
    my @sizes = map { length $_->{value} } @packets;
    my @values = cut(\@old, \@new, @sizes);

    return map { {%{$packets[$_]}, value => $values[$_]} } 0 .. $#packets;
}

# A request as its pieces: method, URL, version, what follows the first line.
# Blanks belong to the piece that they follow.
sub split_request {
    my ($text) = @_;

    $text =~ /\A(\s*\S+\ *)(\S+\ *)?(\S+\ *)?(\s*?(?:\n|\z))(.*)\z/xs
        or die "\"$text\" is not METHOD [URL [VERSION]].\n";

    return ($1, $2 // '', ($3 // '') . $4, $5);
}

sub trimmed {
    my ($text) = @_;

    $text =~ s/^\s+|\s+$//g;
    return $text;
}

sub complete {
    my ($headers, $connection, $method, $url, $version, $body) = @_;

    my $chunked = $headers =~ /^transfer-encoding: chunked\r$/mi;
    my $length = '';
    if (!$chunked && $body ne '' && $headers !~ /^Content-Length:/m) {
        $body = trimmed($body);
        $length = 'Content-Length: ' . length($body) . "\r\n";
    }

    my $own = '';
    if ($headers !~ /^Host:/mi) {
        $own .= "Host: $Settings{server_name}\r\n";
    }
    if ($headers !~ /^Connection/mi) {
        $own .= "Connection: $connection\r\n";
    }

    return (
        trimmed($method) . ' ',
        (trimmed($url) || '/') . ' ',
        (trimmed($version) || 'HTTP/1.1') . "\r\n",
        "$own$headers$length\r\n" . $body,
    );
}

# The new text in as many packets as the old one, cut at the same places of its
# pieces.
sub cut {
    my ($old, $new, @sizes) = @_;

    my $text = join '', @$new;
    my $head = length($new->[3]) - length $old->[3];
    my @values;
    my ($end, $done) = (0, 0);

    pop @sizes;
    for my $size (@sizes) {
        $end += $size;
        my ($rest, $position) = ($end, 0);
        for my $piece (0 .. 3) {
            if ($rest <= length $old->[$piece]) {
                # headers come before the body, and leave with its first byte
                $position += $piece == 3 ? $head + $rest
                    : min($rest, length $new->[$piece]);
                last;
            }
            $rest -= length $old->[$piece];
            $position += length $new->[$piece];
        }
        push @values, substr $text, $done, $position - $done;
        $done = $position;
    }

    return (@values, substr $text, $done);
}

sub min {
    my ($a, $b) = @_;

    return $a < $b ? $a : $b;
}

# The lines of more_headers for one of the block's requests.
sub more_headers {
    my ($case, $index) = @_;

    my $lines = $case->get('more_headers') // '';
    if (ref $lines eq 'ARRAY') {
        $lines = $lines->[$index]
            // die "more_headers has nothing for request $index.\n";
    }

    my $headers = '';
    for my $line (split /\n+/, $lines) {
        next if $line =~ /^\s*\#/;
        my ($name, $value) = split /:\s*/, $line, 2;
        $headers .= "$name: " . ($value // '') . "\r\n";
    }

    return $headers;
}

1;
