use strict;
use warnings;

use Mojo::UserAgent;

my $client = Mojo::UserAgent->new;
print $client->get($_)->res->body for @ARGV;
