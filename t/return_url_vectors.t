# Every payload of t/urls/redirect_vectors.json through nginx, with
# absolute_redirect on and off: what is not allowed is not sent, and what is
# sent is what the list allows. The user is logged out either way. Of what is
# refused nothing stands in a header, a page, a JSON body or a log.

use strict;
use warnings;

use lib 't/lib/helpers';
use Test::Nginx::Socket 'no_plan';
use Logout::Redis;

use JSON::PP ();

my @vectors = @{read_json('t/urls/redirect_vectors.json')};

# what nginx itself logs at "debug" holds the request
log_level('info');
no_shuffle();
no_long_string();

Test::Nginx::Socket::add_response_body_check(\&check_reflection);
spec_string(join "\n", allowed_and_refused(), refused_entries());
run_tests();

sub read_json {
    my ($path) = @_;

    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return JSON::PP->new->utf8->decode(scalar <$in>);
}

# One block for each list, with a request for each vector and location. The
# refused ones come first: they are logged, and the log is awaited.
sub allowed_and_refused {
    my %of_list;

    for my $vector (sort { $b->{expect} cmp $a->{expect} } @vectors) {
        push @{$of_list{join ' ', map { qq{"$_"} } @{$vector->{entries}}}},
            $vector;
    }
    return map { block($_, @{$of_list{$_}}) } sort keys %of_list;
}

sub requests_of {
    my ($vector) = @_;

    return map { "GET /$_?returnTo=$vector->{wire}" } qw(relative absolute);
}

sub code_of {
    my ($vector) = @_;

    return $vector->{expect} eq 'accept' ? 302 : 400;
}

sub headers_of {
    my ($vector) = @_;

    return "X-Result: logged_out\n"
        . ($vector->{expect} eq 'accept'
            ? "Location: $vector->{location}\nX-Error: \n"
            : "! Location\nX-Error: return_url_not_allowed\n");
}

# A page for the one, JSON for the other of the two requests.
sub accepts_of {
    my ($vector) = @_;

    return ('Cookie: sid=abc') x 2 if $vector->{expect} eq 'accept';
    return map { "Cookie: sid=abc\nAccept: $_" } qw(text/html application/json);
}

sub perl_list {
    return '[' . join(', ', map { s/([\\'])/\\$1/gr =~ s/.*/'$&'/sr } @_) . ']';
}

sub twice {
    my ($of, @of_vectors) = @_;

    return perl_list(map { my $value = $of->($_); ($value, $value) }
        @of_vectors);
}

sub block {
    my ($list, @listed) = @_;

    my $ids = join ' ', map { $_->{id} } @listed;
    my $requests = perl_list(map { requests_of($_) } @listed);
    my $codes = twice(\&code_of, @listed);
    my $headers = twice(\&headers_of, @listed);
    my $forbidden = twice(\&forbidden_in, @listed);
    my $accepts = perl_list(map { accepts_of($_) } @listed);
    return <<"END";
=== $list: $ids
--- http_config
    logout_redis sessions {
        server          127.0.0.1:\$TEST_NGINX_REDIS_PORT;
        connect_timeout 10s;  # busy machines
        timeout         10s;
    }
    log_format refused escape=none
        '\$logout_result|\$logout_error|\$logout_client_id|'
        '\$logout_return_url|\$logout_return_url_escaped';
--- config
    access_log        logs/access.log refused if=\$logout_error;
    logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
    logout_return_url $list;
    add_header        X-Result \$logout_result always;
    add_header        X-Error \$logout_error always;

    location = /relative {
        logout            auth0;
        absolute_redirect off;
    }
    location = /absolute {
        logout            auth0;
        absolute_redirect on;
    }
--- x_redis_set
sess:abc = 1
--- x_redis_gone
sess:abc
--- more_headers eval
$accepts
--- request eval
$requests
--- error_code eval
$codes
--- response_headers eval
$headers
--- raw_response_headers_unlike eval
$forbidden
@{[logged(@listed)]}--- no_error_log eval
['[error]', '[crit]', '[alert]', main::traces(), qr/[^\\x20-\\x7e\\n]/]
END
}

# What an attacker wants people to come to, or to see on a page.
sub traces { qr/evil|malicious|oast\.me|invalid\.com|other\.com|alert\(|AppScan|injected|phishing/i }

sub forbidden_in {
    my ($vector) = @_;

    return $vector->{expect} eq 'accept' ? '(?!)' : traces();
}

# What the module's variables say of a refused URL.
sub logged {
    return '' if !grep { $_->{expect} ne 'accept' } @_;
    return <<'END';
--- access_log
logged_out|return_url_not_allowed|
--- no_access_log eval
qr/^(?!logged_out\|return_url_not_allowed\|\|\|$)/
END
}

sub check_reflection {
    my ($block, $body) = @_;

    Test::More::unlike($body, traces(), $block->name . ' reflects nothing');
}

# What a list cannot mean is refused when nginx starts.
sub refused_entries {
    my %entries = map { ($_->{refused_entry} => 1) }
        grep { defined $_->{refused_entry} } @vectors;

    return map { <<"END" } sort keys %entries;
=== refused: $_
--- http_config
    logout_redis sessions {
        server          127.0.0.1:\$TEST_NGINX_REDIS_PORT;
        connect_timeout 10s;  # busy machines
        timeout         10s;
    }
--- config
    location = /logout {
        logout            auth0;
        logout_session    format=raw cookie=sid prefix=sess: redis=sessions;
        logout_return_url https://first.example.net/
                          "${\(s/([\\"\$])/\\$1/gr)}";
    }
--- must_die
--- error_log
[emerg]
nginx.conf:
--- no_error_log
[alert]
END
}
