#!/bin/bash
# nginx cannot spread Express' sessions by their cookie, and does not say so.
#
# Expected: "hash $cookie_connect.sid" hashes the cookie connect.sid, which is
#           Express' by default; or nginx refuses the line.
# Happens:  it is accepted, as an empty variable and the text ".sid": every
#           session goes to the same server.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
a=$(free_port) b=$(free_port) c=$(free_port)
start_nginx <<END
    upstream applications {
        hash \$cookie_connect.sid;
        server 127.0.0.1:$a;
        server 127.0.0.1:$b;
        server 127.0.0.1:$c;
    }
    server { listen 127.0.0.1:$a; return 200 a; }
    server { listen 127.0.0.1:$b; return 200 b; }
    server { listen 127.0.0.1:$c; return 200 c; }
    server {
        listen 127.0.0.1:$port;
        location / { proxy_pass http://applications; }
    }
END
wait_for_port "$port"

servers=$(for id in {1..30}; do
    curl -s -b "connect.sid=s%3A$id.c2lnbmF0dXJl" "127.0.0.1:$port"
    echo
done | sort -u | wc -l)

guess '3'
saw 'servers that 30 sessions were spread over' 1 "$servers"
