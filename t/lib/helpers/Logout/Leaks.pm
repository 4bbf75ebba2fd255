package Logout::Leaks;

# For tests that run nginx with a master process, or "nginx -t", where that may
# be one with AddressSanitizer: these end without freeing their configuration,
# and LeakSanitizer would take all of it for leaked. Leaks are looked for where
# nginx is one process, by Test::Nginx::Socket.

use strict;
use warnings;

$ENV{ASAN_OPTIONS} .= ':detect_leaks=0' if defined $ENV{ASAN_OPTIONS};

1;
