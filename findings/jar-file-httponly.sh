#!/bin/bash
# Wget does not see the session in curl's cookie file.
#
# Expected: both read and write the Netscape format, so what one saved the other
#           loads.
# Happens:  curl puts "#HttpOnly_" before the host of a cookie that scripts may not
#           read, as sessions' should be. For Wget that line is a comment.
# Seen in:  curl 7.88.1, Wget 1.21.3 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 wget=1.21.3

start_cookie_site
curl -s -o "$tmp/body" -c "$tmp/jar" \
    "$(setting / 'sid=1; Path=/; HttpOnly; Max-Age=99' 'x=2; Path=/; Max-Age=99')"

guess 'both cookies'
saw 'cookies of curl' 'sid=1 x=2' "$(curl -s -b "$tmp/jar" "$site/" \
    | tr -d ';' | xargs -n 1 | sort | paste -sd' ')"
saw 'cookies of Wget' 'x=2' "$(wget -q -O - --load-cookies "$tmp/jar" "$site/")"
