# How the runner of these tests behaves, whichever it is: this file gives the
# same verdicts under CPAN's Test::Nginx::Socket and under t/lib/own. It needs no
# module.

use strict;
use warnings;

use Test::Nginx::Socket 'no_plan';

run_tests();

__DATA__

=== TEST 1: a request without anything else
--- config
    location = /t {
        return 200 "$request_method $server_protocol $http_host";
    }
--- request
GET /t
--- response_body chomp
GET HTTP/1.1 localhost
