#!/bin/bash
# A message for after the logout gets lost.
#
# Expected: what is set after session.delete() is in the new session, as it is with
#           cookie-session after "request.session = null".
# Happens:  @fastify/secure-session takes set() without an error and expires the
#           cookie all the same.
# Seen in:  @fastify/secure-session 8.4.0, fastify 5.12.8, cookie-session 2.1.1,
#           express 5.3.0 (npm)

. "$(dirname "$0")/lib/common"
npm_packages @fastify/secure-session@8.4.0 fastify@5.12.8 cookie-session@2.1.1 \
    express@5.3.0

cat >"$tmp/run.js" <<'END'
const express = require('express');
const fastify = require('fastify')();

fastify.register(require('@fastify/secure-session'), { key: Buffer.alloc(32, 1) });
fastify.get('/logout', async (request) => {
    request.session.set('user', 'jo');
    request.session.delete();
    request.session.set('message', 'bye');
    return 'ok';
});
fastify.get('/', async (request) => String(request.session.get('message')));

const app = express();
app.use(require('cookie-session')({ name: 'session', keys: ['secret'] }));
app.get('/logout', (request, response) => {
    request.session.user = 'jo';
    request.session = null;
    request.session = { message: 'bye' };
    response.send('ok');
});
app.get('/', (request, response) => response.send(String(request.session.message)));

// The message that a page shows after the logout.
async function visit(site) {
    const logout = await fetch(`${site}/logout`);
    const cookie = logout.headers.getSetCookie().map((c) => c.split(';')[0]);
    return (await fetch(site, { headers: { cookie: cookie.join('; ') } })).text();
}

const server = app.listen(0, '127.0.0.1', async () => {
    console.log('express', await visit(`http://127.0.0.1:${server.address().port}`));
    console.log('fastify', await visit(await fastify.listen({ port: 0 })));
    process.exit();
});
END
node "$tmp/run.js" >"$tmp/said" 2>"$tmp/err" || cannot "$(tail -n 1 "$tmp/err")"

guess 'bye'
saw 'the message, with cookie-session' bye "$(sed -n 's/^express //p' "$tmp/said")"
saw 'the message, with secure-session' undefined \
    "$(sed -n 's/^fastify //p' "$tmp/said")"
