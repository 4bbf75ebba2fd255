// Auth.js with its default, a JWT in the cookie. Who logs in names themselves.
const express = require('express');
const { ExpressAuth, getSession } = require('@auth/express');
const credentials = require('@auth/express/providers/credentials').default;

const app = express();
const config = {
    secret: process.env.SECRET,
    trustHost: true,
    basePath: '/auth',
    providers: [credentials({
        credentials: { user: {} },
        authorize: ({ user }) => ({ id: user, name: user }),
    })],
};

app.use('/auth', ExpressAuth(config));
app.get('/whoami', async (request, response) => {
    response.send((await getSession(request, config))?.user.name ?? 'nobody');
});
app.listen(Number(process.env.PORT), '127.0.0.1');
