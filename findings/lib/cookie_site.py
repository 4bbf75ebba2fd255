# cookie_site.py PORT: a site whose answer sets the cookies that the parameters
# "set" say, and whose body is the Cookie header that it got.

import http.server
import sys
import urllib.parse


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        query = urllib.parse.urlsplit(self.path).query
        body = "; ".join(self.headers.get_all("Cookie") or []) or "(none)"
        body = (body + "\n").encode()

        self.send_response(200)
        for cookie in urllib.parse.parse_qs(query).get("set", []):
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(
    ("127.0.0.1", int(sys.argv[1])), Site).serve_forever()
