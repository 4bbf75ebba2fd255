#!/bin/bash
# HAProxy's clear-cookie clears no cookie.
#
# Expected: "http-request redirect location /bye clear-cookie sid" ends the
#           cookie "sid" in browsers.
# Happens:  it sends "sid; path=/; Max-Age=0": no "=", hence a cookie without a
#           name or no cookie at all, and the session goes on. "sid=" works.
# Seen in:  HAProxy 2.6.12, curl 7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian haproxy=2.6.12 curl=7.88.1

start_cookie_site
port=$(free_port)
cat >"$tmp/haproxy.cfg" <<END
defaults
    mode http
    timeout client 9s
    timeout server 9s
    timeout connect 9s
frontend edge
    bind 127.0.0.1:$port
    http-request redirect location /bye clear-cookie sid if { path /logout }
    http-request redirect location /bye clear-cookie sid= if { path /leave }
    default_backend site
backend site
    server site ${site#http://}
END
start haproxy -f "$tmp/haproxy.cfg"
wait_for_port "$port"

login=$(setting / 'sid=1; Path=/')
edge=http://127.0.0.1:$port

guess '(none)'
saw 'cookies of curl after the logout with "sid"' sid=1 \
    "$(jar curl "$login" "$edge/logout" "$site/bye")"
saw 'cookies of curl after the logout with "sid="' '(none)' \
    "$(jar curl "$login" "$edge/leave" "$site/bye")"
