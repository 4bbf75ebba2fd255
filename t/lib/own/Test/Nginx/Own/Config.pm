package Test::Nginx::Own::Config;

# What is written before nginx starts: the server root, the files of the test
# and nginx.conf.

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use Test::Nginx::Own::Settings qw(%Settings);

our @EXPORT_OK = qw(prepare_root write_user_files write_config nginx_version
    error_log_path access_log_path pid_path stderr_path config_path);

sub error_log_path { "$Settings{root}/logs/error.log" }
sub access_log_path { "$Settings{root}/logs/access.log" }
sub stderr_path { "$Settings{root}/logs/stderr.log" }
sub pid_path { "$Settings{root}/logs/nginx.pid" }
sub config_path { "$Settings{root}/conf/nginx.conf" }

my $nginx_says;

# What nginx -V prints.
sub nginx_says {
    return $nginx_says if defined $nginx_says;

    $nginx_says = `'$Settings{binary}' -V 2>&1`;
    if ($? != 0) {
        die "\"$Settings{binary} -V\" failed: $nginx_says\n";
    }

    return $nginx_says;
}

# 1.22.1 as 1.022001
sub nginx_version {
    my ($major, $minor, $patch) = nginx_says() =~ m{/(\d+)\.(\d+)\.(\d+)}
        or die "This nginx does not say its version: $nginx_says\n";

    return sprintf '%d.%03d%03d', $major, $minor, $patch;
}

# An empty server root. Of a root that somebody named, only what is ours is
# removed.
sub prepare_root {
    my $root = $Settings{root};

    remove_tree(map({ "$root/$_" } qw(conf html logs)), glob "$root/*_temp");
    make_path(map { "$root/$_" } qw(conf html logs));
    write_file("$root/html/index.html", '<html><head><title>It works!</title>'
        . '</head><body>It works!</body></html>');
}

sub write_file {
    my ($path, $content) = @_;

    my $folder = dirname($path);
    if (!-d $folder) {
        make_path($folder);
    }

    open my $out, '>', $path or die "cannot write $path: $!\n";
    binmode $out;
    print $out $content;
    close $out or die "cannot write $path: $!\n";
}

sub write_user_files {
    my ($case) = @_;

    my $files = $case->get('user_files') // return;

    for my $file (ref $files ? @$files : parse_user_files($files)) {
        my ($name, $body, $date) = @$file;
        my $path = $name =~ m{^/} ? $name : "$Settings{root}/html/$name";

        write_file($path, $case->expand($body // ''));
        if ($date) {
            system('env', 'TZ=GMT', 'touch', '-t', $date, $path) == 0
                or die "user_files: \"$date\" is not a date for touch -t.\n";
        }
    }
}

# ">>> name [date]" starts a file, anywhere in a line.
sub parse_user_files {
    my ($text) = @_;

    my @files;
    for my $line (split /^/, $text) {
        if ($line =~ />>> (\S+)(?:\s+(.+))?/) {
            push @files, [$1, '', $2];
        } elsif (@files) {
            $files[-1][1] .= $line;
        }
    }

    return @files;
}

# Where nginx may write. The paths that are compiled in may be out of reach, and
# an nginx run by root would take them away from their owner.
sub temp_paths {
    my ($http_config) = @_;

    my $text = '';
    for my $module (qw(client_body proxy fastcgi uwsgi scgi)) {
        next if nginx_says() =~ /--without-http_${module}_module/
            || $http_config =~ /\b${module}_temp_path\b/;
        $text .= "    ${module}_temp_path \"$Settings{root}/${module}_temp\";\n";
    }

    return $text;
}

sub quoted {
    my ($text) = @_;

    $text =~ s/([\\'])/\\$1/g;
    return "'$text'";
}

sub listen_address {
    my $port = $Settings{server_port};

    return $port =~ /:/ ? $port : "$Settings{server_addr}:$port";
}

sub write_config {
    my ($case) = @_;

    my $http_config = $case->expanded('http_config') // '';
    my $server = server_block($case);
    my $temp_paths = temp_paths($http_config);

    write_file(config_path(), main_block($case) . <<"EOC" . events_block());
http {
    access_log "@{[access_log_path()]}";
    default_type text/plain;
    keepalive_timeout 68;
$temp_paths
$http_config
$server
}

@{[$case->expanded('post_main_config') // '']}
EOC
}

sub main_block {
    my ($case) = @_;

    my $level = $case->get('log_level') // $Settings{log_level};
    my $master = $Settings{use_hup} && !$case->has('must_die')
        ? 'on' : $Settings{master_process};
    my $modules = join '', map { "load_module \"$_\";\n" }
        @{$Settings{load_modules}};
    my $env = join '', map { 'env ' . quoted($_) . ";\n" }
        qw(LD_PRELOAD LD_LIBRARY_PATH ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS),
        @{$Settings{env}};
    my $user = $Settings{worker_user} // ($> == 0 ? 'root' : undef);

    return <<"EOC" . (defined $user ? "user $user;\n" : '');
$modules
@{[$case->expanded('main_config') // '']}

worker_processes $Settings{workers};
daemon off;
master_process $master;
error_log "@{[error_log_path()]}" $level;
pid "@{[pid_path()]}";
$env
EOC
}

sub server_block {
    my ($case) = @_;

    my $name = quoted($case->get('server_name') // $Settings{server_name});
    my $root_location = '';

    if ($Settings{root_location}) {
        $root_location = <<"EOC";
        location / {
            root "$Settings{root}/html";
            index index.html index.htm;
        }
EOC
    }

    return <<"EOC";
    server {
        listen @{[listen_address()]};
        server_name $name;
        client_max_body_size 30M;

$Settings{preamble}
@{[$case->expanded('config')]}
$root_location
    }
EOC
}

sub events_block {
    my $use = $Settings{event_type} ? "    use $Settings{event_type};\n" : '';

    return <<"EOC";

events {
    accept_mutex off;
    worker_connections $Settings{worker_connections};
$use}
EOC
}

1;
