# Every link of README.md and of the pages that it leads to is to something that
# is there.

use strict;
use warnings;
use utf8;

use lib 't/lib/helpers';
use File::Basename qw(dirname);
use File::Spec;
use Logout::Readme;
use Test::More;

# As GitHub makes the anchor of a heading.
sub anchor_of {
    my ($heading) = @_;

    my $anchor = lc $heading;
    $anchor =~ s/[^\w\- ]//g;
    $anchor =~ tr/ /-/;
    return $anchor;
}

sub without_code {
    my ($text) = @_;

    $text =~ s/^```.*?^```$//msg;
    return $text;
}

sub anchors_of {
    my ($path) = @_;

    my $text = without_code(Logout::Readme::text($path));

    return map { $_ => 1 } $text =~ /<a id="([^"]+)">/g,
        map { anchor_of($_) } $text =~ /^#+ (.*?)\s*$/mg;
}

for my $page (Logout::Readme::pages()) {
    my @links = without_code(Logout::Readme::text($page)) =~ /\]\(([^)\s]+)\)/g;
    my @dead;

    for my $link (@links) {
        next if $link =~ /^https?:/;
        my ($path, $anchor) = $link =~ /^([^#]*)#?(.*)$/;
        my $target = $path eq '' ? $page
            : File::Spec->catfile(dirname($page), $path);

        push @dead, $link if !-e $target;
        next if $anchor eq '' || !-f $target;
        my %anchors = anchors_of($target);
        push @dead, $link if !$anchors{$anchor};
    }
    is "@dead", '', "$page: " . @links . ' links';
}

done_testing;
