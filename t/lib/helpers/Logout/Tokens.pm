package Logout::Tokens;

# OpenID Connect tokens for test files:
#
#     use lib 't/lib/helpers';
#     use Test::Nginx::Socket 'no_plan';
#     use Logout::Tokens;
#
# sets $TEST_NGINX_JWKS to a file with the provider's public keys, and
# $TEST_NGINX_KEYS to the folder with all key sets of t/unit/data/tokens.json
# (NAME.json). Its issuer is https://id.example.test, its client is "spa".
#
#     token('rs256')                  a token of tokens.json
#     sign({iss => ..., ...})         a token signed now, with RS256
#     sign($claims, alg => 'ES256')   with another algorithm
#     sign($claims, typ => 'JWT')     with a header parameter
#     logout_token(sid => 's1')       a logout token of now, with RS256; a
#                                     claim that is undef is left out
#     assertion(sub => ...)           what a server says of itself in an
#                                     Authorization header, the same
#     security_event('caep/event-type/session-revoked', {}, sub_id => ...)
#                                     a security event of now, the same
#
# Crypt::JWT signs, which has no code in common with the module.

use strict;
use warnings;

use Crypt::JWT ();
use Exporter 'import';
use File::Temp ();
use JSON::PP ();

our @EXPORT = qw(token sign logout_token assertion security_event);

my $tokens = read_json('t/unit/data/tokens.json');
my $keys = read_json('t/unit/data/test_keys.json');
my %key_of = (RS256 => 'rsa', PS256 => 'rsa', ES256 => 'ec', EdDSA => 'ed');
my $folder = File::Temp->newdir('logout-keys.XXXXXX', TMPDIR => 1);
my $count = 0;

chmod 0755, "$folder";
write_file("$_.json", $tokens->{key_sets}{$_}) for keys %{$tokens->{key_sets}};
$ENV{TEST_NGINX_KEYS} = "$folder";
$ENV{TEST_NGINX_JWKS} = "$folder/provider.json";

sub read_json {
    my ($path) = @_;

    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return JSON::PP->new->utf8->decode(scalar <$in>);
}

sub write_file {
    my ($name, $content) = @_;

    open my $out, '>:utf8', "$folder/$name" or die "$folder/$name: $!\n";
    print $out $content;
    close $out or die "$folder/$name: $!\n";
}

sub token {
    my ($name) = @_;

    return $tokens->{tokens}{$name} // die "There is no token $name.\n";
}

sub sign {
    my ($claims, %header) = @_;

    my $algorithm = delete $header{alg} // 'RS256';
    my $name = $key_of{$algorithm} // die "There is no key for $algorithm.\n";

    return Crypt::JWT::encode_jwt(payload => $claims, alg => $algorithm,
        key => $keys->{$name}, extra_headers => {kid => $name, %header});
}

sub logout_token {
    my (%claims) = @_;

    my %all = (
        iss => 'https://id.example.test',
        aud => 'spa',
        iat => time,
        exp => time + 3600,
        jti => sprintf('%d-%d-%d', time, $$, ++$count),
        events => {
            'http://schemas.openid.net/event/backchannel-logout' => {},
        },
        %claims,
    );

    return sign_defined(\%all, typ => 'logout+jwt');
}

sub assertion {
    my (%claims) = @_;

    return sign_defined({
        iss => 'https://id.example.test',
        sub => 'https://id.example.test',
        aud => 'https://shop.example.test/universal-logout',
        iat => time,
        exp => time + 300,
        jti => sprintf('%d-%d-%d', time, $$, ++$count),
        %claims,
    }, typ => 'global-token-revocation+jwt');
}

sub security_event {
    my ($event, $says, %claims) = @_;

    return sign_defined({
        iss => 'https://id.example.test',
        aud => 'https://shop.example.test/ssf',
        iat => time,
        jti => sprintf('%d-%d-%d', time, $$, ++$count),
        events => {"https://schemas.openid.net/secevent/$event" => $says},
        %claims,
    }, typ => 'secevent+jwt');
}

sub sign_defined {
    my ($claims, %header) = @_;

    return sign({map { ($_ => $claims->{$_}) }
        grep { defined $claims->{$_} } keys %$claims}, %header);
}

1;
