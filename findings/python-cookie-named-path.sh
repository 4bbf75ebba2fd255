#!/bin/bash
# Some names of cookies do not exist in Python.
#
# Expected: what follows Set-Cookie has attributes; in Cookie each pair is a cookie,
#           whatever its name (RFC 6265, 4.2.1): "path" and "domain", too.
# Happens:  http.cookies, and so Bottle, and WebOb, which parses by itself, take
#           them for attributes of the cookie before, and lose them.
# Seen in:  Python 3.11.2, Bottle 0.12.23, WebOb 1.8.6, Werkzeug 2.2.2 (Debian 12)

. "$(dirname "$0")/lib/common"
debian python3=3.11.2 python3-bottle=0.12.23 python3-webob=1.8.6 \
    python3-werkzeug=2.2.2

# names LIBRARY: the cookies of "sid=1; path=7; domain=eu; x=2"
names() {
    /usr/bin/python3 - "$1" <<'END'
import sys

cookie = "sid=1; path=7; domain=eu; x=2"

def bottle():
    from bottle import BaseRequest
    return BaseRequest({"HTTP_COOKIE": cookie}).cookies

def webob():
    from webob import Request
    return Request({"HTTP_COOKIE": cookie}).cookies

def werkzeug():
    from werkzeug.http import parse_cookie
    return parse_cookie(cookie)

print(*locals()[sys.argv[1]]().keys())
END
}

guess 'sid path domain x'
saw 'names that Werkzeug finds' 'sid path domain x' "$(names werkzeug)"
saw 'names that Bottle finds' 'sid x' "$(names bottle)"
saw 'names that WebOb finds' 'sid x' "$(names webob)"
