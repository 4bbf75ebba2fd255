package Test::Nginx::Own::ResponseChecks;

# What the sections about the response demand of one.

use strict;
use warnings;

use Exporter 'import';
use Test::LongString qw(is_string);
use Test::More ();
use Test::Nginx::Own::Settings qw(%Settings);

our @EXPORT_OK = qw(check_response is_str);

# `index` is the request's number within the block; `many` says that the block
# sends several, so that expectations are arrays; `repetition` counts the
# repetitions of the block.
sub check_response {
    my ($case, $response, $index, $many, $repetition) = @_;

    my $expected = sub {
        my ($section) = @_;

        my $value = $case->get($section);
        return $value if !defined $value;
        if (ref $value eq 'ARRAY') {
            return $value->[$index]
                // die "\"$section\" has nothing for request $index.\n";
        }
        if ($many) {
            die "many requests, but \"$section\" is not an array.\n";
        }
        return $value;
    };

    if (my $problem = $response->problem) {
        Test::More::fail($case->name . " - $problem");
    }
    check_code($case, $response, $expected);
    check_raw_headers($case, $response, $expected);
    check_headers($case, $response, $expected);
    check_body($case, $response, $expected,
        "(repeated req $repetition, req $index)");
    for my $check (@{$Settings{body_checks}}) {
        $check->($case->block, $response->body, $index, $repetition, 0);
    }
}

sub check_code {
    my ($case, $response, $expected) = @_;

    my $name = $case->name . ' - status code ok';

    if (defined(my $pattern = $expected->('error_code_like'))) {
        Test::More::like($response->code, qr/$pattern/sm, $name);
        return;
    }
    Test::More::is($response->code, $expected->('error_code') // 200, $name);
}

sub check_raw_headers {
    my ($case, $response, $expected) = @_;

    if (defined(my $pattern = $expected->('raw_response_headers_like'))) {
        Test::More::like($response->raw_headers, qr/$pattern/s,
            $case->name . ' - raw resp headers like');
    }
    if (defined(my $pattern = $expected->('raw_response_headers_unlike'))) {
        Test::More::unlike($response->raw_headers, qr/$pattern/s,
            $case->name . ' - raw resp headers unlike');
    }
}

sub check_headers {
    my ($case, $response, $expected) = @_;

    if (defined(my $lines = $expected->('response_headers'))) {
        each_header($lines, sub {
            my ($header, $value) = @_;

            if (!defined $value) {
                Test::More::unlike($response->raw_headers,
                    qr/^\s*\Q$header\E\s*:/ms, $case->name
                    . " - header $header not present in the raw headers");
                return;
            }
            Test::More::is($response->header($header), with_port($value),
                $case->name . " - header $header ok");
        });
        return;
    }

    each_header($expected->('response_headers_like') // '', sub {
        my ($header, $pattern) = @_;

        Test::More::like($response->header($header), qr/^$pattern$/,
            $case->name . " - header $header like ok");
    });
}

# Calls `check` for each "Name: value"; for "! Name" with an undefined value. Of
# a name that is there twice, the last line holds.
sub each_header {
    my ($lines, $check) = @_;

    my (@names, %values);
    for my $line (split /\n/, $lines) {
        $line =~ s/^\s+|\s+$//g;
        next if $line eq '';

        my $absent = $line =~ s/^!\s*//;
        my ($name, $value) = $absent ? ($line) : split /\s*:\s*/, $line, 2;
        push @names, $name if !exists $values{$name};
        $values{$name} = $value;
    }

    for my $name (@names) {
        $check->($name, $values{$name});
    }
}

sub with_port {
    my ($text) = @_;

    $text =~ s/\$ServerPort\b/$Settings{server_port}/g;
    $text =~ s/\$ServerPortForClient\b/$Settings{client_port}/g;
    return $text;
}

sub check_body {
    my ($case, $response, $expected, $which) = @_;

    my $name = $case->name . ' - response_body';
    my $is = "response is expected $which";

    if (defined(my $body = $expected->('response_body'))) {
        if (ref $body) {
            Test::More::like($response->body, $body, "$name - like $which");
            return;
        }
        is_str($response->body, with_port($case->expand($body)), "$name - $is");
        return;
    }
    if (defined(my $pattern = $expected->('response_body_like'))) {
        $pattern = with_port($pattern);
        Test::More::like($response->body, qr/$pattern/s, "${name}_like - $is");
        return;
    }
    if (defined(my $pattern = $expected->('response_body_unlike'))) {
        $pattern = with_port($pattern);
        Test::More::unlike($response->body, qr/$pattern/s,
            "${name}_unlike - $is");
    }
}

sub is_str {
    my ($got, $expected, $name) = @_;

    if (ref $expected eq 'Regexp') {
        return Test::More::like($got, $expected, $name);
    }
    if (!$Settings{long_string}) {
        return Test::More::is($got, $expected, $name);
    }
    return is_string($got, $expected, $name);
}

1;
