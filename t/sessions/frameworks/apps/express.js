// express-session with connect-redis. With COOKIE=__Host-sid the cookie is
// Secure and Partitioned, as on a site that is embedded elsewhere.
const express = require('express');
const session = require('express-session');
const { RedisStore } = require('connect-redis');
const { createClient } = require('redis');

const strict = process.env.COOKIE === '__Host-sid';

async function main() {
    const client = createClient({ url: process.env.REDIS_URL });
    await client.connect();

    const app = express();
    app.set('trust proxy', true);
    app.use(session({
        name: process.env.COOKIE,
        secret: process.env.SECRET,
        store: new RedisStore({ client }),
        resave: false,
        saveUninitialized: false,
        cookie: strict
            ? { secure: true, sameSite: 'none', partitioned: true }
            : {},
    }));

    app.get('/login', (request, response) => {
        request.session.user = request.query.user;
        response.send('welcome');
    });
    app.get('/whoami', (request, response) => {
        response.send(request.session.user ?? 'nobody');
    });
    app.get('/slow', (request, response) => {
        request.session.seen = Date.now();
        setTimeout(() => response.send('done'), Number(request.query.ms));
    });
    app.listen(Number(process.env.PORT), '127.0.0.1');
}

main();
