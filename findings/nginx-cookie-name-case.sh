#!/bin/bash
# nginx takes another cookie for $cookie_NAME.
#
# Expected: cookies' names are case-sensitive (RFC 6265 compares them as they
#           are), so "SID" is not "sid".
# Happens:  $cookie_sid has the value of "SID" if that comes first, and
#           proxy_cookie_flags for "SID" changes "sid".
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        location /read { return 200 \$cookie_sid; }
        location /set {
            proxy_pass http://127.0.0.1:$port/application;
            proxy_cookie_flags SID samesite=strict;
        }
        location /application {
            add_header Set-Cookie "sid=1";
            return 204;
        }
    }
END
wait_for_port "$port"

guess 'lower'
saw "\$cookie_sid of 'SID=upper; sid=lower'" upper \
    "$(curl -s -b 'SID=upper; sid=lower' "127.0.0.1:$port/read")"

guess 'sid=1'
saw 'Set-Cookie: sid=1, with flags for SID' 'sid=1; SameSite=Strict' \
    "$(curl -si "127.0.0.1:$port/set" | tr -d '\r' | sed -n 's/^Set-Cookie: //p')"
