# The form of the findings, which need the network and so run outside of this: each
# says what it must, pins what it runs, is listed, and does without the module.

use strict;
use warnings;

use File::Basename qw(basename);
use File::Temp ();
use Test::More;

my @findings = sort glob 'findings/*.sh';
cmp_ok scalar @findings, '>', 20, 'there are findings' or BAIL_OUT('none');

sub content_of {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

for my $path (@findings) {
    subtest basename($path) => sub {
        my $text = content_of($path);
        my ($head, $body) = split /^(?!#)/m, $text, 2;

        ok -x $path, 'it can be executed';
        is `bash -n '$path' 2>&1`, '', 'it is Bash';
        cmp_ok $text =~ tr/\n//, '<=', 70, 'it is short';
        like $head, qr/\A#!\/bin\/bash\n# \S.*\.\n#\n/, 'a title';
        like $head, qr/^# \Q$_\E: +\S/m, $_ for qw(Expected Happens);
        like $head, qr/^# Seen in: .*\d\.\d/m, 'versions';
        like $body, qr/^\s*saw /m, 'it compares what it sees';

        (my $joined = $body) =~ s/\\\n//g;
        my @pinned = $joined =~ /^((?:debian|npm_packages) .*)$/mg;
        ok @pinned, 'it names packages';
        for my $line (@pinned) {
            my (undef, @packages) = split ' ', $line;
            like $_, qr/\A[\w.@\/-]+[=@]\d[\w.]*\z/, "$_ is pinned" for @packages;
        }
        unlike $text, qr/ngx_http_logout|logout_[a-z]+|\bbuild\//,
            'it does without the module';
    };
}

subtest 'the list' => sub {
    my $text = content_of('findings/README.md');
    my @listed = sort $text =~ /^\| \[([\w-]+)\]\(\1\.sh\) \|/mg;
    is_deeply \@listed, [map { basename($_, '.sh') } @findings],
        'it has each of them, once';
    my @broken = grep { /^\| \[/ && 5 != tr/|// } split /\n/, $text;
    is "@broken", '', 'with four cells';
};

# Runs lines as a finding. Returns its exit status and what it printed.
sub run_finding {
    my ($lines) = @_;
    my $folder = File::Temp->newdir('logout-finding.XXXXXX', TMPDIR => 1);
    local $ENV{TMPDIR} = "$folder";
    my $said = `bash -c '. findings/lib/common; $lines' 2>&1`;
    my $status = $? >> 8;
    is_deeply [glob "$folder/*"], [], 'nothing is left';
    return ($status, $said);
}

subtest 'what a finding returns' => sub {
    my ($status, $said) = run_finding('saw it 1 1');
    is $status, 0, 'it is as it was';
    is $said, "saw:      it: 1\n", 'it says what it saw';

    ($status, $said) = run_finding('saw it 1 2; saw it 1 1');
    is $status, 1, 'it has changed';
    like $said, qr/^CHANGED: +it was: 1$/m, 'it says so';

    ($status, $said) = run_finding('cannot "there is no network"');
    is $status, 2, 'it cannot be run';
    is $said, "cannot be run here: there is no network\n", 'it says why';

    ($status, $said) = run_finding('start sleep 1000; false');
    isnt $status, 0, 'it has failed';
};

subtest 'versions of Debian' => sub {
    my $same = 'is_version 5:7.0.15-1~deb12u1 7.0.15; is_version 1.9-1 1.9';
    my ($status) = run_finding($same);
    is $status, 0, 'with what Debian adds';

    for my $other ('7.0.1', '7.1', '5') {
        ($status) = run_finding("is_version 5:7.0.15-1 $other");
        isnt $status, 0, "not $other";
    }
};

SKIP: {
    skip 'shellcheck is not installed', 1
        unless grep { -x "$_/shellcheck" } split /:/, $ENV{PATH};
    is `shellcheck -e SC1091,SC2034,SC2154 @findings findings/lib/common 2>&1`, '',
        'shellcheck has nothing to say';
}

done_testing;
