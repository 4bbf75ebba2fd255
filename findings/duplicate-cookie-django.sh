#!/bin/bash
# Of two cookies of a name, half of the servers take the other one.
#
# Expected: servers take the first of two cookies of a name, where browsers put the
#           one with the longest path.
# Happens:  Django, Starlette, Tornado, undici and HAProxy take the last; nginx,
#           Werkzeug, Rack and the npm package "cookie" the first. A proxy that
#           routes by a session's cookie and the application behind can see two
#           sessions.
# Seen in:  Django 3.2.25, Starlette 0.26.1, Tornado 6.2.0, Werkzeug 2.2.2, Rack
#           2.2.22, nginx 1.22.1, HAProxy 2.6.12 (Debian 12); cookie 1.1.1, undici
#           7.30.2 (npm)

. "$(dirname "$0")/lib/common"
debian python3-django=3.2.25 python3-starlette=0.26.1 python3-tornado=6.2.0 \
    python3-werkzeug=2.2.2 ruby-rack=2.2.22 nginx=1.22.1 haproxy=2.6.12
npm_packages cookie@1.1.1 undici@7.30.2

cookie='sid=first; sid=last'
port=$(free_port) haproxy=$(free_port)
start_nginx <<<"server { listen 127.0.0.1:$port; return 200 \$cookie_sid; }"
cat >"$tmp/haproxy.cfg" <<END
defaults
    mode http
    timeout client 9s
frontend edge
    bind 127.0.0.1:$haproxy
    http-request return content-type text/plain lf-string %[req.cook(sid)]
END
start haproxy -f "$tmp/haproxy.cfg"
wait_for_port "$port"
wait_for_port "$haproxy"

in_python() {
    /usr/bin/python3 -c "import sys
from $1 import $2 as parse
print(dict(parse(sys.argv[1]))['sid'])" "$cookie"
}
in_node() { (cd "$tmp" && node -p "$1" "$cookie"); }

guess 'first'
saw nginx first "$(curl -s -b "$cookie" "127.0.0.1:$port")"
saw HAProxy last "$(curl -s -b "$cookie" "127.0.0.1:$haproxy")"
saw Werkzeug first "$(in_python werkzeug.http parse_cookie)"
saw Django last "$(in_python django.http.cookie parse_cookie)"
saw Starlette last "$(in_python starlette.requests cookie_parser)"
saw Tornado last "$(in_python tornado.httputil parse_cookie)"
saw Rack first "$(ruby -r rack -e \
    'puts Rack::Utils.parse_cookies_header(ARGV[0])["sid"]' "$cookie")"
saw cookie first "$(in_node 'require("cookie").parse(process.argv[1]).sid')"
saw undici last "$(in_node '(({ getCookies, Headers }) => getCookies(
    new Headers({ cookie: process.argv[1] })).sid)(require("undici"))')"
