#!/bin/bash
# A session that is replaced by an empty one stays as it was.
#
# Expected: "request.session = {}" is a session without the user, as it is when each
#           of its members is deleted.
# Happens:  cookie-session writes no cookie for a new session that is empty: the old
#           cookie stays, and the user is signed in at the next request.
# Seen in:  cookie-session 2.1.1, express 5.3.0 (npm)

. "$(dirname "$0")/lib/common"
debian curl=7.88.1
npm_packages cookie-session@2.1.1 express@5.3.0

port=$(free_port)
cat >"$tmp/run.js" <<'END'
const express = require('express');

const app = express();
app.use(require('cookie-session')({ name: 'session', keys: ['secret'] }));
app.get('/login', (request, response) => {
    request.session.user = 'jo';
    response.send('ok\n');
});
app.get('/delete', (request, response) => {
    delete request.session.user;
    response.send('ok\n');
});
app.get('/replace', (request, response) => {
    request.session = {};
    response.send('ok\n');
});
app.get('/', (request, response) =>
    response.send(`user: ${request.session.user}\n`));
app.listen(+process.argv[2], '127.0.0.1');
END
start node "$tmp/run.js" "$port"
wait_for_port "$port"
site=http://127.0.0.1:$port

guess 'user: undefined'
saw 'after "delete request.session.user"' 'user: undefined' \
    "$(jar curl "$site/login" "$site/delete" "$site/")"
saw 'after "request.session = {}"' 'user: jo' \
    "$(jar curl "$site/login" "$site/replace" "$site/")"
