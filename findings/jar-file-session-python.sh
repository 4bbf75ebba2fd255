#!/bin/bash
# Python finds the sessions expired that curl and Wget save.
#
# Expected: MozillaCookieJar.load(ignore_discard=True) loads cookies of the session
#           from the file of another program that has this format.
# Happens:  curl and Wget write 0 where there is no expiry; for Python that is the
#           year 1970, and the cookie is left out. Its own jar leaves it empty.
# Seen in:  Python 3.11.2, curl 7.88.1, Wget 1.21.3 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1 python3=3.11.2 wget=1.21.3

start_cookie_site
login=$(setting / 'sid=1; Path=/')
curl -s -o "$tmp/body" -c "$tmp/of-curl" "$login"
wget -q -O "$tmp/body" --keep-session-cookies --save-cookies "$tmp/of-wget" \
    "$login"

# load JAR: the names of the cookies that Python finds in it.
load() {
    /usr/bin/python3 - "$1" <<'END'
import http.cookiejar
import sys
text = open(sys.argv[1]).read()
if not text.startswith("# Netscape HTTP Cookie File"):
    # Wget's first line says the same in other words
    open(sys.argv[1], "w").write("# Netscape HTTP Cookie File\n" + text)
jar = http.cookiejar.MozillaCookieJar(sys.argv[1])
jar.load(ignore_discard=True)
print(" ".join(cookie.name for cookie in jar))
END
}

guess 'sid'
saw 'cookies in the file of curl, for Python' '' "$(load "$tmp/of-curl")"
saw 'cookies in the file of Wget, for Python' '' "$(load "$tmp/of-wget")"
sed -i 's/\t0\t/\t\t/' "$tmp/of-curl"
saw 'the same without the 0' sid "$(load "$tmp/of-curl")"
