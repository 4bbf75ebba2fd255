package Logout::Readme;

# What README.md and the pages that it leads to say, for the specs that hold it
# to be true.
#
#     my $text = Logout::Readme::text();             # of README.md
#     my @blocks = Logout::Readme::blocks('nginx');  # of README.md
#     my @more = Logout::Readme::blocks('nginx', 'conf-examples/README.md');

use strict;
use warnings;

sub text {
    my ($path) = @_;

    $path //= 'README.md';
    open my $in, '<:encoding(UTF-8)', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

# The blocks that are marked with a language.
sub blocks {
    my ($language, $path) = @_;

    return text($path) =~ /^```$language\n(.*?)^```$/msg;
}

# All pages for readers.
sub pages {
    return ('README.md', glob 'conf-examples/*.md t/*/RESULTS.md findings/*.md');
}

1;
