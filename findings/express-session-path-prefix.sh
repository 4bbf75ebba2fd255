#!/bin/bash
# express-session makes a session for each visit of an application that has none.
#
# Expected: with cookie.path "/app" it is there for /app and what is below, as the
#           browser's cookie is; /application beside it is left alone.
# Happens:  it compares the first characters: /application has a session, whose
#           cookie for /app never comes back, so each request makes a new one.
# Seen in:  express-session 1.19.0, express 5.3.0 (npm); curl 7.88.1 (Debian 12)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1
npm_packages express-session@1.19.0 express@5.3.0

port=$(free_port)
cat >"$tmp/run.js" <<'END'
const express = require('express');
const session = require('express-session');

const store = new session.MemoryStore();
const app = express();
app.use(session({ secret: 's', store, resave: false, saveUninitialized: false,
    cookie: { path: '/app' } }));
app.get('/stored', (request, response) =>
    store.length((error, count) => response.send(`${count}\n`)));
app.use((request, response) => {
    if (request.session) {
        request.session.seen = true;
    }
    response.send('ok\n');
});
app.listen(+process.argv[2], '127.0.0.1');
END
start node "$tmp/run.js" "$port"
wait_for_port "$port"
site=http://127.0.0.1:$port

# stored PATH: how many sessions three visits with one cookie jar have made.
stored() {
    local before after
    before=$(curl -s "$site/stored")
    jar curl "$site$1" "$site$1" "$site$1" >"$tmp/body"
    after=$(curl -s "$site/stored")
    echo $((after - before))
}

guess '1, then 0'
saw 'sessions of three visits of /app' 1 "$(stored /app)"
saw 'sessions of three visits of /application' 3 "$(stored /application)"
