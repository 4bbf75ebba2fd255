#!/bin/bash
# A list of cookies signs the client out of Python's servers.
#
# Expected: undici.request() makes of an array in "cookie" what Node's http.request()
#           does: one line, joined by "; " (RFC 6265, 5.4: never two lines).
# Happens:  it sends a line for each; wsgiref and Werkzeug join lines by commas, as
#           HTTP allows for all but this one, and the session's id has the next
#           cookie in it.
# Seen in:  undici 7.30.2 on Node.js 20 (npm); Werkzeug 2.2.2, Python 3.11.2
#           (Debian 12)

. "$(dirname "$0")/lib/common"
debian python3=3.11.2 python3-werkzeug=2.2.2
npm_packages undici@7.30.2

port=$(free_port)
cat >"$tmp/run.py" <<'END'
import sys
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

@Request.application
def application(request):
    return Response("sid is " + request.cookies["sid"])

run_simple("127.0.0.1", int(sys.argv[1]), application)
END
start /usr/bin/python3 "$tmp/run.py" "$port"
wait_for_port "$port"

cat >"$tmp/run.js" <<'END'
const http = require('node:http');
const { request } = require('undici');

const url = `http://127.0.0.1:${process.argv[2]}/`;
const headers = { cookie: ['sid=1', 'theme=dark'] };
http.get(url, { headers }, async (answer) => {
    console.log('http', String((await answer.toArray()).join('')));
    console.log('undici', await (await request(url, { headers })).body.text());
    process.exit();
});
END
node "$tmp/run.js" "$port" >"$tmp/said"

guess 'sid is 1'
saw "Werkzeug, asked by Node's http" 'sid is 1' "$(sed -n 's/^http //p' "$tmp/said")"
saw 'Werkzeug, asked by undici' 'sid is 1,theme=dark' \
    "$(sed -n 's/^undici //p' "$tmp/said")"
