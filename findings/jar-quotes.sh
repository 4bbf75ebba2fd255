#!/bin/bash
# Values in quotes do not come back as they went.
#
# Expected: quotes are a part of the value, for whoever keeps cookies: browsers,
#           curl and Python send back the bytes that were set.
# Happens:  Go, Java, LWP, Mojolicious and Ruby's http-cookie drop the quotes; a
#           signature over the value no longer fits.
# Seen in:  Go 1.19.8, OpenJDK 17.0.15, LWP 6.68 with HTTP::Cookies 6.10,
#           Mojolicious 9.31, http-cookie 1.0.5, curl 7.88.1, Python 3.11.2
#           (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 python3=3.11.2 golang-1.19-go=1.19.8 golang-go=1.19 \
    openjdk-17-jdk-headless=17.0.15 libwww-perl=6.68 libhttp-cookies-perl=6.10 \
    libmojolicious-perl=9.31 ruby-http-cookie=1.0.5

start_cookie_site
login=$(setting / 'sid="1"; Path=/')

guess 'sid="1"'
for client in curl python; do
    saw "cookies of $client" 'sid="1"' "$(jar "$client" "$login" "$site/")"
done
for client in go java lwp mojo ruby; do
    saw "cookies of $client" 'sid=1' "$(jar "$client" "$login" "$site/")"
done
