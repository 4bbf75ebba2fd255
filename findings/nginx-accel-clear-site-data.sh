#!/bin/bash
# nginx passes half of a logout on.
#
# Expected: an application that answers with X-Accel-Redirect chooses the body;
#           its own headers go to the client with it.
# Happens:  Set-Cookie and Cache-Control do, Clear-Site-Data (and any header that
#           nginx does not know) is dropped.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        location /application {
            add_header X-Accel-Redirect /pages/bye;
            add_header Set-Cookie "sid=; Path=/; Max-Age=0";
            add_header Cache-Control no-store;
            add_header Clear-Site-Data '"storage"';
            add_header X-Request-Id 1;
            return 200;
        }
        location /logout { proxy_pass http://127.0.0.1:$port/application; }
        location /pages/ { internal; return 200 bye; }
    }
END
wait_for_port "$port"

guess 'cache-control clear-site-data set-cookie x-request-id'
saw 'headers of the logout' 'cache-control set-cookie' \
    "$(curl -si "127.0.0.1:$port/logout" | tr -d '\r' | cut -d: -f1 \
        | tr '[:upper:]' '[:lower:]' | sort | paste -sd' ' \
        | grep -oE 'cache-control|clear-site-data|set-cookie|x-request-id' \
        | paste -sd' ')"
