#!/bin/bash
# Java and Wget do not end a cookie by a negative Max-Age.
#
# Expected: zero and less are the same: the cookie expires (RFC 6265, 5.2.2).
# Happens:  Java's CookieManager makes it a cookie of the session; Wget ignores
#           the whole Set-Cookie, and sends the old value on.
# Seen in:  OpenJDK 17.0.15, Wget 1.21.3, curl 7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 openjdk-17-jdk-headless=17.0.15 wget=1.21.3

start_cookie_site
login=$(setting / 'sid=1; Path=/')
logout=$(setting / 'sid=ended; Path=/; Max-Age=-1')

guess '(none)'
saw "cookies of curl after the logout" '(none)' \
    "$(jar curl "$login" "$logout" "$site/")"
# shellcheck disable=SC2016 # names that begin so
saw "cookies of Java after the logout" \
    '$Version="1"; sid="ended";$Path="/";$Domain="127.0.0.1"' \
    "$(jar java "$login" "$logout" "$site/")"
saw "cookies of Wget after the logout" sid=1 \
    "$(jar wget "$login" "$logout" "$site/")"
