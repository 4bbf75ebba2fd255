#!/bin/bash
# A lifetime makes Java's session unknown to nginx.
#
# Expected: "Max-Age" says when a cookie ends; what is sent back is name=value,
#           as without it.
# Happens:  Java's CookieManager takes a cookie with Max-Age for one of RFC 2109
#           and sends $Version, $Path, $Domain, and the value in quotes, which are
#           a part of nginx' $cookie_sid: no map, no key fits.
# Seen in:  OpenJDK 17.0.15, nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian openjdk-17-jdk-headless=17.0.15 nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        location / { return 200 "sid is \$cookie_sid\n"; }
        location /short { add_header Set-Cookie "sid=1; Path=/"; return 200; }
        location /long {
            add_header Set-Cookie "sid=1; Path=/; Max-Age=3600";
            return 200;
        }
    }
END
wait_for_port "$port"
site=http://127.0.0.1:$port

guess 'sid is 1'
saw 'nginx, after a cookie without Max-Age' 'sid is 1' \
    "$(jar java "$site/short" "$site/")"
guess 'sid is 1'
saw 'nginx, after a cookie with Max-Age' 'sid is "1"' \
    "$(jar java "$site/long" "$site/")"
