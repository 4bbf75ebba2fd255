#!/bin/bash
# Guzzle and Mojolicious put the wrong session first.
#
# Expected: of two cookies of a name the one with the longer path comes first
#           (RFC 6265, 5.4): most servers take the first.
# Happens:  they come in the order in which they were set.
# Seen in:  Guzzle 7.4.5, Mojolicious 9.31, curl 7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 php-cli=8.2 php-guzzlehttp-guzzle=7.4.5 \
    libmojolicious-perl=9.31

start_cookie_site
root=$(setting /shop/login 'sid=root; Path=/')
deep=$(setting /shop/login 'sid=deep; Path=/shop')

guess 'sid=deep; sid=root'
saw 'cookies of curl' 'sid=deep; sid=root' \
    "$(jar curl "$root" "$deep" "$site/shop/")"
for client in guzzle mojo; do
    saw "cookies of $client" 'sid=root; sid=deep' \
        "$(jar "$client" "$root" "$deep" "$site/shop/")"
done
