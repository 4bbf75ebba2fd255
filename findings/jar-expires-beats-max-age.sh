#!/bin/bash
# Clients believe Expires where both are there.
#
# Expected: Max-Age has precedence over Expires (RFC 6265, 4.1.2.2), so that a
#           server's wrong clock harms nobody.
# Happens:  Wget, LWP, Guzzle and superagent go by Expires: with a server whose
#           clock is behind there is no session. In Java what comes last in the
#           header loses.
# Seen in:  curl 7.88.1, Wget 1.21.3, LWP 6.68 with HTTP::Cookies 6.10, Guzzle
#           7.4.5, OpenJDK 17.0.15 (Debian 12); superagent 10.4.2 with cookiejar
#           2.1.4

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 wget=1.21.3 libwww-perl=6.68 libhttp-cookies-perl=6.10 \
    php-cli=8.2 php-guzzlehttp-guzzle=7.4.5 openjdk-17-jdk-headless=17.0.15
npm_packages superagent@10.4.2 cookiejar@2.1.4

start_cookie_site
past='Expires=Sat, 01 Jan 2022 00:00:00 GMT'
age_last=$(setting / "sid=1; Path=/; $past; Max-Age=3600")
age_first=$(setting / "sid=1; Path=/; Max-Age=3600; $past")

guess 'sid=1'
saw 'cookies of curl' sid=1 "$(jar curl "$age_last" "$site/")"
for client in wget lwp guzzle superagent; do
    saw "cookies of $client" '(none)' "$(jar "$client" "$age_last" "$site/")"
done
saw 'cookies of Java, Max-Age last' '(none)' "$(jar java "$age_last" "$site/")"
saw 'cookies of Java, Max-Age first' sid=1 "$(jar java "$age_first" "$site/")"
