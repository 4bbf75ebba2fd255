// @fastify/secure-session.
const { randomUUID } = require('crypto');
const app = require('fastify')();

async function main() {
    await app.register(require('@fastify/secure-session'), {
        key: Buffer.from(process.env.SECRET.padEnd(32).slice(0, 32)),
        cookie: { path: '/' },
    });

    app.get('/login', async (request) => {
        request.session.set('user', request.query.user);
        request.session.set('login', randomUUID());
        return 'welcome';
    });
    app.get('/whoami', async (request) =>
        request.session.get('user') ?? 'nobody');
    await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
}

main();
