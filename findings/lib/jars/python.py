import http.cookiejar
import sys
import urllib.request

jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
client = urllib.request.build_opener(jar, urllib.request.ProxyHandler({}))
for url in sys.argv[1:]:
    print(client.open(url).read().decode().strip())
