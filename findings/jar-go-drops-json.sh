#!/bin/bash
# Go's jar loses a cookie that browsers keep.
#
# Expected: a value with quotes inside, as JSON has, is odd but kept: RFC 6265, 5.2
#           takes everything up to the semicolon, and so do browsers.
# Happens:  Go drops the cookie without an error. Ruby's http-cookie and LWP keep
#           it without the quotes, which is no JSON any more.
# Seen in:  Go 1.19.8, LWP 6.68 with HTTP::Cookies 6.10, http-cookie 1.0.5, curl
#           7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 golang-1.19-go=1.19.8 golang-go=1.19 libwww-perl=6.68 \
    libhttp-cookies-perl=6.10 ruby-http-cookie=1.0.5

start_cookie_site
login=$(setting / 'prefs={"a":1}; Path=/')

guess 'prefs={"a":1}'
saw 'cookies of curl' 'prefs={"a":1}' "$(jar curl "$login" "$site/")"
saw 'cookies of Go' '(none)' "$(jar go "$login" "$site/")"
for client in ruby lwp; do
    saw "cookies of $client" 'prefs={a:1}' "$(jar "$client" "$login" "$site/")"
done
