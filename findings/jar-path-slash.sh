#!/bin/bash
# curl and Mojolicious send a cookie above its path.
#
# Expected: "Path=/shop/" is for what is below /shop/, not for /shop itself (RFC
#           6265, 5.1.4).
# Happens:  the last slash is taken away, so it is.
# Seen in:  curl 7.88.1, Mojolicious 9.31, Wget 1.21.3, Python 3.11.2 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 libmojolicious-perl=9.31 wget=1.21.3 python3=3.11.2

start_cookie_site
login=$(setting /shop/login 'sid=1; Path=/shop/')

guess '(none)'
for client in wget python; do
    saw "cookies of $client" '(none)' "$(jar "$client" "$login" "$site/shop")"
done
for client in curl mojo; do
    saw "cookies of $client" 'sid=1' "$(jar "$client" "$login" "$site/shop")"
done
