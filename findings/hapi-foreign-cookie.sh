#!/bin/bash
# hapi refuses a browser for the cookie of somebody else.
#
# Expected: a cookie of another application of the same domain, that this one has
#           not declared, is none of its business.
# Happens:  its value is held to RFC 6265's grammar for servers; a space, a comma
#           or JSON in it, which browsers and other servers take, is 400 for each
#           page until that cookie is gone.
# Seen in:  @hapi/hapi 21.4.10, express 5.3.0 with cookie-parser 1.4.7 (npm)

. "$(dirname "$0")/lib/common"
npm_packages @hapi/hapi@21.4.10 express@5.3.0 cookie-parser@1.4.7

cat >"$tmp/run.js" <<'END'
const Hapi = require('@hapi/hapi');
const express = require('express');

async function run() {
    const server = Hapi.server();
    server.state('sid');
    server.route({ path: '/', method: 'GET', handler: (r) => r.state.sid });

    const app = express();
    app.use(require('cookie-parser')());
    app.get('/', (request, response) => response.send(request.cookies.sid));
    const other = app.listen(0, '127.0.0.1');
    await new Promise((go) => other.once('listening', go));
    const url = `http://127.0.0.1:${other.address().port}/`;

    for (const cookie of ['sid=1', 'motto=carpe diem; sid=1']) {
        const headers = { cookie };
        const { statusCode } = await server.inject({ url: '/', headers });
        console.log('hapi', statusCode);
        console.log('express', (await fetch(url, { headers })).status);
    }
    other.close();
}
run();
END

node "$tmp/run.js" >"$tmp/said"
guess '200 200'
saw 'express, without and with motto=carpe diem' '200 200' \
    "$(sed -n 's/^express //p' "$tmp/said" | paste -sd' ')"
saw 'hapi' '200 400' "$(sed -n 's/^hapi //p' "$tmp/said" | paste -sd' ')"
