use strict;
use warnings;

use LWP::UserAgent;

my $client = LWP::UserAgent->new(cookie_jar => {});
print $client->get($_)->decoded_content for @ARGV;
