#!/bin/bash
# nginx' hash is none for requests without the cookie.
#
# Expected: "hash $cookie_sid" sends all requests whose key is the same to one
#           server, so those without the cookie, whose key is empty, as well.
# Happens:  an empty key is passed over: they go round, one server each.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
a=$(free_port) b=$(free_port) c=$(free_port)
start_nginx <<END
    upstream applications {
        hash \$cookie_sid;
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

# servers of COOKIE: what six requests reached
servers_of() {
    for _ in {1..6}; do
        curl -s -b "$1" "127.0.0.1:$port"
        echo
    done | sort -u | wc -l
}

guess '1'
saw 'servers of the cookie x=1, without sid' 3 "$(servers_of x=1)"
guess '1'
saw 'servers of the cookie sid=1' 1 "$(servers_of sid=1)"
