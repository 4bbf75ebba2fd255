#!/bin/bash
# A session's cookie goes to an application beside its own.
#
# Expected: "Path=/app" is for /app and what is below, not for /application (RFC
#           6265, 5.1.4).
# Happens:  Java, LWP, BrowserKit and superagent compare the first characters only.
# Seen in:  OpenJDK 17.0.15, LWP 6.68 with HTTP::Cookies 6.10, BrowserKit 5.4.53,
#           curl 7.88.1 (Debian 12); superagent 10.4.2 with cookiejar 2.1.4

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 openjdk-17-jdk-headless=17.0.15 libwww-perl=6.68 \
    libhttp-cookies-perl=6.10 php-cli=8.2 php-symfony-browser-kit=5.4.53
npm_packages superagent@10.4.2 cookiejar@2.1.4

start_cookie_site
login=$(setting /app/login 'sid=1; Path=/app')

guess '(none)'
saw 'cookies of curl' '(none)' "$(jar curl "$login" "$site/application")"
for client in java lwp browserkit superagent; do
    saw "cookies of $client" 'sid=1' \
        "$(jar "$client" "$login" "$site/application")"
done
