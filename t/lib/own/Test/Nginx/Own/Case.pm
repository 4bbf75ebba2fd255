package Test::Nginx::Own::Case;

# One block of a test file: its sections, checked for names that nobody reads.

use strict;
use warnings;

use Test::Nginx::Own::Settings qw(%Settings reserve_port);

my %known = map { $_ => 1 } qw(
    config http_config main_config post_main_config
    request raw_request raw_request_middle_delay more_headers
    pipelined_requests
    error_code error_code_like
    response_headers response_headers_like
    raw_response_headers_like raw_response_headers_unlike
    response_body response_body_like response_body_unlike
    error_log no_error_log grep_error_log grep_error_log_out
    access_log no_access_log shutdown_error_log no_shutdown_error_log
    must_die suppress_stderr ignore_response init user_files
    timeout abort shutdown wait
    tcp_listen tcp_reply tcp_query tcp_query_len tcp_reply_delay
    tcp_no_close tcp_shutdown tcp_shutdown_delay
    skip_nginx skip_eval todo
    log_level server_name server_addr_for_client http09 no_check_leak
    SKIP ONLY LAST
);

# Test::Base keeps its own members beside the sections.
my %members = map { $_ => 1 } qw(
    name description seq_num is_filtered blocks_object original_values
    _section_map _section_order
);

sub new {
    my ($class, $block) = @_;

    my $self = bless {
        block => $block,
        title => $block->{name}[0],
        number => $block->seq_num,
        ports => {},
    }, $class;

    for my $preprocess (@{$Settings{preprocessors}}) {
        $preprocess->($block);
    }
    $self->check_sections;
    $block->set_value(name => "$0 " . $block->name);

    return $self;
}

# Test::Base ignores sections of any name: a check that was misspelt would pass.
sub check_sections {
    my ($self) = @_;

    my %seen;
    for my $name (@{$self->{block}{_section_order}[0] || []}) {
        die "$0: $self->{title}: the section \"$name\" is there twice.\n"
            if $seen{$name}++;
    }

    for my $name (sort keys %{$self->{block}}) {
        next if $known{$name} || $members{$name} || $name =~ /^x_/;
        die "$0: $self->{title}: there is no section named \"$name\".\n";
    }
}

sub block { $_[0]{block} }
sub name { $_[0]{block}{name}[0] }
sub number { $_[0]{number} }

# A section's value, always one scalar: Test::Base's accessors return an empty
# list for an absent section.
sub get {
    my ($self, $section) = @_;

    my $values = $self->{block}{$section};
    return $values ? $values->[0] : undef;
}

sub has {
    my ($self, $section) = @_;

    return defined $self->get($section);
}

# A section's value with $TEST_NGINX_... replaced by the environment.
sub expanded {
    my ($self, $section) = @_;

    return $self->expand($self->get($section));
}

sub expand {
    my ($self, $value) = @_;

    if (ref $value eq 'ARRAY') {
        return [map { $self->expand($_) } @$value];
    }
    if (defined $value && !ref $value) {
        $value =~ s/\$(TEST_NGINX_[_A-Z0-9]+)/$self->variable($1)/eg;
    }

    return $value;
}

sub variable {
    my ($self, $name) = @_;

    if ($name =~ /^TEST_NGINX_RAND_PORT_\d+$/) {
        return $self->{ports}{$name} //= reserve_port();
    }

    return $ENV{$name} // die "the environment has no $name.\n";
}

1;
