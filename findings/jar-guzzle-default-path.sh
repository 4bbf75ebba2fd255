#!/bin/bash
# Guzzle sends a cookie to the whole site that was for a folder.
#
# Expected: without Path a cookie is for the folder of the URL that set it (RFC
#           6265, 5.1.4).
# Happens:  with Guzzle it is for "/".
# Seen in:  Guzzle 7.4.5, curl 7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 php-cli=8.2 php-guzzlehttp-guzzle=7.4.5

start_cookie_site
login=$(setting /shop/login 'sid=1')

guess '(none)'
saw 'cookies of curl' '(none)' "$(jar curl "$login" "$site/blog")"
saw 'cookies of Guzzle' 'sid=1' "$(jar guzzle "$login" "$site/blog")"
