// iron-session, in an Express.
const { randomUUID } = require('crypto');
const express = require('express');
const { getIronSession, nodeCookies } = require('iron-session');

const app = express();
const session = (request, response) =>
    getIronSession(nodeCookies(request, response), {
        cookieName: 'iron-session',
        password: process.env.SECRET,
        cookieOptions: { secure: false },
    });

app.get('/login', async (request, response) => {
    const mine = await session(request, response);
    mine.user = request.query.user;
    mine.login = randomUUID();
    await mine.save();
    response.send('welcome');
});
app.get('/whoami', async (request, response) => {
    response.send((await session(request, response)).user ?? 'nobody');
});
app.listen(Number(process.env.PORT), '127.0.0.1');
