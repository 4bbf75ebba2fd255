// cookie-session. With SAME=1 there is nothing in it but the user.
const { randomUUID } = require('crypto');
const express = require('express');
const session = require('cookie-session');

const app = express();
app.use(session({ name: 'session', secret: process.env.SECRET }));

app.get('/login', (request, response) => {
    request.session = { user: request.query.user };
    if (process.env.SAME !== '1') {
        request.session.login = randomUUID();
    }
    response.send('welcome');
});
app.get('/whoami', (request, response) => {
    response.send(request.session.user ?? 'nobody');
});
app.listen(Number(process.env.PORT), '127.0.0.1');
