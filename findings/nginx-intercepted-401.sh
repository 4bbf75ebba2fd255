#!/bin/bash
# nginx keeps a refused session's cookie alive.
#
# Expected: proxy_intercept_errors and error_page replace the page; the headers
#           of the application's 401 come through, as WWW-Authenticate does.
# Happens:  WWW-Authenticate alone comes through. The Set-Cookie by which the
#           application ends the session is lost.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        location /application {
            add_header WWW-Authenticate Bearer always;
            add_header Set-Cookie "sid=; Path=/; Max-Age=0" always;
            return 401;
        }
        location / {
            proxy_pass http://127.0.0.1:$port/application;
            proxy_intercept_errors on;
            error_page 401 /please-log-in;
        }
        location = /please-log-in { return 200 "please log in"; }
    }
END
wait_for_port "$port"

headers() {
    curl -si "127.0.0.1:$port$1" | tr -d '\r' \
        | grep -iE '^(set-cookie|www-authenticate):' | sort | paste -sd'|'
}

guess 'Set-Cookie and WWW-Authenticate, both times'
saw 'from the application' \
    'Set-Cookie: sid=; Path=/; Max-Age=0|WWW-Authenticate: Bearer' \
    "$(headers /application)"
saw 'through the proxy' 'WWW-Authenticate: Bearer' "$(headers /)"
