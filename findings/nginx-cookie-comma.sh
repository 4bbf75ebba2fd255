#!/bin/bash
# nginx finds a cookie inside another one's value.
#
# Expected: cookies are separated by semicolons. Browsers, which accept commas
#           in values, send them as they are; so does JSON in a cookie.
# Happens:  a comma separates as well, but only on the way to a name: the value
#           of $cookie_sid is taken from the middle of "cart", though $cookie_cart
#           has that text, too.
# Seen in:  nginx 1.22.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian nginx=1.22.1

port=$(free_port)
start_nginx <<END
    server {
        listen 127.0.0.1:$port;
        return 200 "sid: \$cookie_sid, cart: \$cookie_cart";
    }
END
wait_for_port "$port"

guess 'sid: 7, cart: shoes,sid=43'
saw 'Cookie: cart=shoes,sid=43; sid=7' 'sid: 43, cart: shoes,sid=43' \
    "$(curl -s -b 'cart=shoes,sid=43; sid=7' "127.0.0.1:$port")"
