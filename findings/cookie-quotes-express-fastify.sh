#!/bin/bash
# Express and Fastify read two values from one cookie.
#
# Expected: both read cookies with the npm package "cookie", so the same.
# Happens:  Express' cookie-parser has a 0.x of it, which takes quotes away;
#           @fastify/cookie a 1.x, which leaves them: who moves from one to the other
#           has other values of quoted cookies, as Python's servers set them.
# Seen in:  cookie-parser 1.4.7 with cookie 0.7.2, @fastify/cookie 11.1.5 with
#           cookie 1.1.1 (npm)

. "$(dirname "$0")/lib/common"
npm_packages express@5.3.0 cookie-parser@1.4.7 fastify@5.12.8 @fastify/cookie@11.1.5

cat >"$tmp/run.js" <<'END'
const express = require('express');
const fastify = require('fastify')();

const headers = { cookie: 'name="Jo Doe"' };
const app = express();
app.use(require('cookie-parser')());
app.get('/', (request, response) => response.send(request.cookies.name));
fastify.register(require('@fastify/cookie'));
fastify.get('/', async (request) => request.cookies.name);

const server = app.listen(0, '127.0.0.1', async () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    console.log('express', await (await fetch(url, { headers })).text());
    console.log('fastify', (await fastify.inject({ url: '/', headers })).payload);
    server.close();
});
END
node "$tmp/run.js" >"$tmp/said"

guess 'Jo Doe, or "Jo Doe" in both'
saw 'Express, name="Jo Doe"' 'Jo Doe' "$(sed -n 's/^express //p' "$tmp/said")"
saw 'Fastify, name="Jo Doe"' '"Jo Doe"' "$(sed -n 's/^fastify //p' "$tmp/said")"
