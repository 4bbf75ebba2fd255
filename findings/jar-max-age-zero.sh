#!/bin/bash
# Four clients stay signed in after "Max-Age=0".
#
# Expected: Set-Cookie with Max-Age=0 removes the cookie, with or without a value
#           and Expires (RFC 6265, 5.2.2).
# Happens:  Guzzle, Symfony's BrowserKit, superagent's agent (supertest's, too)
#           and LWP keep it, with its new value, for the whole session.
# Seen in:  Guzzle 7.4.5, BrowserKit 5.4.53, LWP 6.68 with HTTP::Cookies 6.10
#           (Debian 12); superagent 10.4.2 with cookiejar 2.1.4

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 php-cli=8.2 php-guzzlehttp-guzzle=7.4.5 \
    php-symfony-browser-kit=5.4.53 libwww-perl=6.68 libhttp-cookies-perl=6.10
npm_packages superagent@10.4.2 cookiejar@2.1.4

start_cookie_site
login=$(setting / 'sid=1; Path=/')
logout=$(setting / 'sid=ended; Path=/; Max-Age=0')

guess '(none)'
saw "cookies of curl after the logout" '(none)' \
    "$(jar curl "$login" "$logout" "$site/")"
for client in guzzle browserkit superagent lwp; do
    saw "cookies of $client after the logout" sid=ended \
        "$(jar "$client" "$login" "$logout" "$site/")"
done
