// @fastify/session with connect-redis.
const fastify = require('fastify');
const { RedisStore } = require('connect-redis');
const { createClient } = require('redis');
const { setTimeout: sleep } = require('timers/promises');

async function main() {
    const client = createClient({ url: process.env.REDIS_URL });
    await client.connect();

    const app = fastify();
    await app.register(require('@fastify/cookie'));
    await app.register(require('@fastify/session'), {
        secret: process.env.SECRET,
        store: new RedisStore({ client }),
        saveUninitialized: false,
        cookie: { secure: false },
    });

    app.get('/login', async (request) => {
        request.session.user = request.query.user;
        return 'welcome';
    });
    app.get('/whoami', async (request) => request.session.user ?? 'nobody');
    app.get('/slow', async (request) => {
        request.session.seen = Date.now();
        await sleep(Number(request.query.ms));
        return 'done';
    });
    await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
}

main();
