#!/bin/bash
# A session that was handed to a client outlives its logout.
#
# Expected: a cookie given to requests.Session, or to curl with -b beside a jar
#           (-c), is in the jar: the server's answers replace and expire it.
# Happens:  the given one is another cookie, without a host: it is sent on after
#           the logout, and beside the new one after a login.
# Seen in:  requests 2.28.1, curl 7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian python3-requests=2.28.1 curl=7.88.1

start_cookie_site
logout=$(setting / 'sid=; Path=/; Max-Age=0')
login=$(setting / 'sid=new; Path=/')

with_requests() {
    /usr/bin/python3 - "$@" <<'END'
import sys
import requests
session = requests.Session()
session.trust_env = False
session.cookies.set("sid", "old")
for url in sys.argv[1:]:
    answer = session.get(url).text.strip()
print(answer)
END
}
with_curl() { curl -s -b sid=old -c "$tmp/jar" "$@" | tail -n 1; }

guess '(none)'
saw 'cookies of requests after the logout' sid=old \
    "$(with_requests "$logout" "$site/")"
saw 'cookies of curl after the logout' sid=old "$(with_curl "$logout" "$site/")"
guess 'sid=new'
saw 'cookies of requests after a login' 'sid=old; sid=new' \
    "$(with_requests "$login" "$site/")"
saw 'cookies of curl after a login' 'sid=new; sid=old' \
    "$(with_curl "$login" "$site/")"
