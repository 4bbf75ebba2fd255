#!/bin/bash
# curl and Java have one cookie where browsers have two.
#
# Expected: names of cookies are case-sensitive: SID and sid are two cookies.
# Happens:  in the jars of curl and Java the second replaces the first.
# Seen in:  curl 7.88.1, OpenJDK 17.0.15, Wget 1.21.3 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 openjdk-17-jdk-headless=17.0.15 wget=1.21.3

start_cookie_site
first=$(setting / 'SID=1; Path=/')
second=$(setting / 'sid=2; Path=/')

guess 'SID=1; sid=2'
saw 'cookies of Wget' 'SID=1; sid=2' "$(jar wget "$first" "$second" "$site/")"
saw 'cookies of curl' 'sid=2' "$(jar curl "$first" "$second" "$site/")"
saw 'cookies of Java' 'sid=2' "$(jar java "$first" "$second" "$site/")"
