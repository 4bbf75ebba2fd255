#!/bin/bash
# nginx rewrites the path of another application's cookie.
#
# Expected: "proxy_cookie_path /app /shop" is about the paths that cookies know:
#           /app and what is below it (RFC 6265, 5.1.4).
# Happens:  it is a prefix of characters: /application becomes /shoplication, and
#           that cookie never comes back.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        location /application {
            add_header Set-Cookie "sid=1; Path=/application";
            return 204;
        }
        location / {
            proxy_pass http://127.0.0.1:$port/application;
            proxy_cookie_path /app /shop;
        }
    }
END
wait_for_port "$port"

guess 'sid=1; Path=/application'
saw 'Set-Cookie: sid=1; Path=/application' 'sid=1; Path=/shoplication' \
    "$(curl -si "127.0.0.1:$port/" | tr -d '\r' | sed -n 's/^Set-Cookie: //p')"
