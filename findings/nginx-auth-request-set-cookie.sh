#!/bin/bash
# nginx forwards half of a session that is in two cookies.
#
# Expected: "auth_request_set $c $upstream_http_set_cookie" with "add_header
#           Set-Cookie $c" gives the client the cookies of the authenticating
#           server, among them sessions that are split (name_0, name_1).
# Happens:  the first one alone, without a word in the log.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        location /authenticator {
            add_header Set-Cookie "session_0=aaa";
            add_header Set-Cookie "session_1=bbb";
            return 204;
        }
        location = /auth {
            internal;
            proxy_pass http://127.0.0.1:$port/authenticator;
        }
        location = /shop {
            auth_request /auth;
            auth_request_set \$cookies \$upstream_http_set_cookie;
            add_header Set-Cookie \$cookies;
            proxy_pass http://127.0.0.1:$port/page;
        }
        location = /page { return 200 page; }
    }
END
wait_for_port "$port"

guess 'session_0=aaa session_1=bbb'
saw 'cookies that the client gets' 'session_0=aaa' \
    "$(curl -si "127.0.0.1:$port/shop" | tr -d '\r' \
        | sed -n 's/^Set-Cookie: //p' | paste -sd' ')"
