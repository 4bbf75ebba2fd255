package Logout::Certificates;

# Certificates for tests, in a folder that ends with this object.
#
#     my $certificates = Logout::Certificates->new;
#     $certificates->authority('ca');
#     $certificates->issue('server', 'ca', names => 'DNS:redis.test');
#     $certificates->issue('old', 'ca', names => 'DNS:redis.test', days => 0);   # expired
#     $certificates->file('server.crt'), $certificates->file('server.key')

use strict;
use warnings;

use File::Temp ();

sub new {
    my ($class) = @_;

    my $folder = File::Temp->newdir('logout-certificates.XXXXXX', TMPDIR => 1);
    chmod 0755, "$folder";

    return bless {folder => $folder}, $class;
}

sub file { "$_[0]{folder}/$_[1]" }

sub openssl {
    my ($self, @words) = @_;

    my $log = $self->file('openssl.log');
    my $command = join ' ', map { "'$_'" } 'openssl', @words;
    system("$command >$log 2>&1") == 0
        or die "$command: " . do { local @ARGV = $log; join '', <> };
}

sub new_key {
    my ($self, $name) = @_;

    return ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
        '-nodes', '-keyout', $self->file("$name.key"), '-subj', "/CN=$name");
}

# A certificate that signs itself.
sub authority {
    my ($self, $name) = @_;

    $self->openssl('req', '-x509', $self->new_key($name), '-days', 30,
        '-out', $self->file("$name.crt"));
}

# A certificate that `authority` signs.
sub issue {
    my ($self, $name, $authority, %options) = @_;

    open my $out, '>', $self->file('extensions') or die "$!\n";
    print $out "subjectAltName=$options{names}\n";
    close $out;

    $self->openssl('req', $self->new_key($name),
        '-out', $self->file("$name.csr"));
    $self->openssl('x509', '-req', '-in', $self->file("$name.csr"),
        '-CA', $self->file("$authority.crt"),
        '-CAkey', $self->file("$authority.key"), '-CAcreateserial',
        '-days', $options{days} // 30, '-out', $self->file("$name.crt"),
        '-extfile', $self->file('extensions'));
}

1;
