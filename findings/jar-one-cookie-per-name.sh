#!/bin/bash
# Test clients send one cookie where browsers send two of a name.
#
# Expected: cookies of one name with different paths are all sent, the longest
#           path first (RFC 6265, 5.4): a server's trouble with both shows in
#           tests.
# Happens:  superagent's agent (supertest's, too) sends one; Symfony's BrowserKit
#           one as well, and the one that came last, though its path is shorter.
# Seen in:  BrowserKit 5.4.53, curl 7.88.1 (Debian 12); superagent 10.4.2 with
#           cookiejar 2.1.4

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 php-cli=8.2 php-symfony-browser-kit=5.4.53
npm_packages superagent@10.4.2 cookiejar@2.1.4

start_cookie_site
deep=$(setting /shop/login 'sid=deep; Path=/shop')
root=$(setting /shop/login 'sid=root; Path=/')

guess 'sid=deep; sid=root'
saw 'cookies of curl' 'sid=deep; sid=root' \
    "$(jar curl "$deep" "$root" "$site/shop/")"
saw 'cookies of superagent' 'sid=deep' \
    "$(jar superagent "$deep" "$root" "$site/shop/")"
saw 'cookies of BrowserKit' 'sid=root' \
    "$(jar browserkit "$deep" "$root" "$site/shop/")"
