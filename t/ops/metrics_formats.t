# What logout_status writes is read by those it is written for: promtool of
# Prometheus, and the OpenMetrics parser of Prometheus' Python client.

use strict;
use warnings;

use lib 't/lib/helpers';
use File::Temp ();
use Logout::Example;
use Test::More;

my $example = Logout::Example->start('status.conf');

# A label that has to be escaped, and numbers in every family.
sub make_numbers {
    $example->change_configuration(sub {
        s/logout_status_zone   web;/logout_status_zone 'a "b" \\\\ c';/
            or die "The example has changed.\n";
        s/prefix=sess:;/prefix=sess: redis=sessions;/
            && s/^(?= *logout_redis )/logout_redis watched {
                master_name main; sentinel 127.0.0.1:1; }\n/m
            or die "The example has changed.\n";
    });
    $example->reload;

    $example->redis->command('SET', 'sess:1', '1');
    $example->get('/logout', {Cookie => 'sid=1'});
    $example->get('/logout?returnTo=https://evil.example/');
    $example->redis->kill;
    $example->get('/logout', {Cookie => 'sid=2'});
}

sub save {
    my ($format) = @_;

    my $file = File::Temp->new;
    my $response = $example->get("/metrics?format=$format");
    print $file $response->{content};
    close $file;

    return ($file, $response->{content});
}

sub promtool_accepts {
    my ($file, $text) = save('prometheus');
    like $text, qr/role="sentinel"/, 'there are sentinels';
    my $words = `promtool check metrics <$file 2>&1`;

    is $?, 0, 'promtool check metrics accepts the text format';
    is $words, '', 'and has no advice';

    # promtool is one that can say no
    my $broken = File::Temp->new;
    print $broken $text =~ s/_total\b/_Total/r;
    close $broken;
    `promtool check metrics <$broken 2>&1`;
    isnt $?, 0, 'which it has for other names';
}

sub openmetrics_parser_accepts {
    my ($file, $text) = save('openmetrics');
    my $read = "import sys\n"
        . "from prometheus_client.openmetrics import parser\n"
        . "families = list(parser.text_string_to_metric_families("
        . "open(sys.argv[1]).read()))\n"
        . "print(sum(len(family.samples) for family in families))\n"
        . "print({sample.labels['location'] for family in families"
        . " for sample in family.samples if 'location' in sample.labels})\n";
    my $program = File::Temp->new(SUFFIX => '.py');
    print $program $read;
    close $program;

    my ($samples, $locations) =
        split /\n/, `/usr/bin/python3 -I $program $file 2>&1`;
    is $?, 0, 'the OpenMetrics parser accepts it';
    is $samples, scalar(() = $text =~ /^[a-z]/gm), 'with every sample';
    is $locations, q({'a "b" \\\\ c'}), 'the label is what was configured';
}

make_numbers();
promtool_accepts();
openmetrics_parser_accepts();

done_testing;
