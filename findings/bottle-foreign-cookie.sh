#!/bin/bash
# One odd cookie takes the session's away in Bottle.
#
# Expected: a cookie that Python's http.cookies cannot read is left out; those
#           beside it are read.
# Happens:  all are left out, silently: with "motto=carpe diem", which another page
#           of the domain set and browsers send, nobody is signed in. Werkzeug,
#           Starlette and Tornado, which parse themselves, are not so.
# Seen in:  Bottle 0.12.23, Werkzeug 2.2.2, Tornado 6.2.0, Python 3.11.2 (Debian 12)

. "$(dirname "$0")/lib/common"
debian python3=3.11.2 python3-bottle=0.12.23 python3-werkzeug=2.2.2 \
    python3-tornado=6.2.0

# sid LIBRARY COOKIE
sid() {
    /usr/bin/python3 - "$@" <<'END'
import sys

def bottle(cookie):
    from bottle import BaseRequest
    return BaseRequest({"HTTP_COOKIE": cookie}).get_cookie("sid")

def werkzeug(cookie):
    from werkzeug.http import parse_cookie
    return parse_cookie(cookie).get("sid")

def tornado(cookie):
    from tornado.httputil import parse_cookie
    return parse_cookie(cookie).get("sid")

print(locals()[sys.argv[1]](sys.argv[2]))
END
}

guess '1'
for library in werkzeug tornado; do
    saw "sid of 'motto=carpe diem; sid=1' in $library" 1 \
        "$(sid "$library" 'motto=carpe diem; sid=1')"
done
saw "sid of 'sid=1' in Bottle" 1 "$(sid bottle 'sid=1')"
saw "sid of 'motto=carpe diem; sid=1' in Bottle" None \
    "$(sid bottle 'motto=carpe diem; sid=1')"
