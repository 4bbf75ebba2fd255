# The tables of README.md that say which return URLs are accepted, how the
# parameter is read, and which entries nginx refuses: each row through nginx.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';

use Encode ();
use Logout::Readme;

no_shuffle();
no_long_string();

# what is compared with bytes that are sent
my $readme = Encode::encode_utf8(Logout::Readme::text());
my %bytes = (TAB => "\t", LF => "\n", NUL => "\0");

my @urls = rows_of('entry', 'asked for', 'sent', 'why');
my @queries = rows_of('query', 'sent', 'why');
my @refused = rows_of('entry', 'message');
die "README.md lacks a table.\n" if !@urls || !@queries || !@refused;

spec_string(join "\n", (map { url_block(@$_) } @urls),
    (map { query_block(@$_) } @queries),
    (map { refused_blocks(@$_) } @refused));
run_tests();

# The cells of each row of the table with these headings.
sub rows_of {
    my $head = join ' \| ', map { quotemeta } @_;

    my ($body) = $readme =~ /^\| $head \|\n\|[-|]+\|\n((?:\|.*\|\n)+)/m
        or return;
    return map { [map { s/^ | $//gr } split /\|/, s/^\||\|$//gr] }
        split /\n/, $body;
}

# What stands between backticks in a cell.
sub codes_in {
    my ($cell) = @_;

    return $cell =~ /`([^`]+)`/g;
}

sub escape {
    my ($text) = @_;

    $text =~ s/<(TAB|LF|NUL)>/$bytes{$1}/g;
    return $text =~ s/([^A-Za-z0-9])/sprintf '%%%02x', ord $1/ger;
}

sub quote {
    my ($entry) = @_;

    return q{"} . ($entry =~ s/([\\"])/\\$1/gr) . q{"};
}

sub perl_list {
    return '[' . join(', ', map { s/([\\'])/\\$1/gr =~ s/.*/'$&'/sr } @_) . ']';
}

# What nginx answers, as the cell "sent" says it.
sub expected {
    my ($sent, $asked) = @_;

    my $error = $sent =~ /refused/ ? 'return_url_not_allowed'
        : $sent =~ /malformed_request/ ? 'malformed_request' : '';
    return (400, "! Location\nX-Error: $error") if $error;

    my ($location) = $sent eq 'as asked' ? $asked : codes_in($sent);
    return (302, "Location: $location\nX-Error: ");
}

sub block {
    my ($name, $list, $sent, $asked, $requests) = @_;

    my @answers = map { [expected($sent, $_)] } @$asked;
    my $codes = perl_list(map { $_->[0] } @answers);
    my $headers = perl_list(map { $_->[1] } @answers);
    my $lines = perl_list(map { "GET /logout?$_" } @$requests);
    return <<"END";
=== $name
--- config
    location = /logout {
        logout            auth0;
        logout_return_url $list;
        add_header        X-Error \$logout_error always;
    }
--- request eval
$lines
--- error_code eval
$codes
--- response_headers eval
$headers
END
}

sub url_block {
    my ($entry, $asked, $sent, $why) = @_;

    my ($listed) = codes_in($entry);
    my @asked = codes_in($asked);
    return block("$entry: $asked: $sent", 'https://first.example.net/ '
        . quote($listed), $sent, \@asked,
        [map { 'returnTo=' . escape($_) } @asked]);
}

sub query_block {
    my ($query, $sent) = @_;

    my @queries = codes_in($query);
    return block("$query: $sent", 'https://app.example.com/ /bye', $sent,
        \@queries, \@queries);
}

sub refused_blocks {
    my ($entries, $message) = @_;

    return map { <<"END" } codes_in($entries);
=== refused: $_
--- config
    location = /logout {
        logout            auth0;
        logout_return_url https://first.example.net/
                          ${\quote($_)};
    }
--- must_die
--- error_log
$message
END
}
