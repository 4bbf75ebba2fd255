// koa-session with koa-redis as its store: the cookie's value is the key.
const Koa = require('koa');
const session = require('koa-session').default ?? require('koa-session');
const createStore = require('koa-redis');
const { setTimeout: sleep } = require('timers/promises');

const app = new Koa();
const store = createStore({ url: process.env.REDIS_URL });

app.keys = [process.env.SECRET];
app.use(session({ store }, app));
app.use(async (context) => {
    switch (context.path) {
    case '/login':
        context.session.user = context.query.user;
        context.body = 'welcome';
        break;
    case '/whoami':
        context.body = context.session.user ?? 'nobody';
        break;
    case '/slow':
        context.session.seen = Date.now();
        await sleep(Number(context.query.ms));
        context.body = 'done';
        break;
    default:
        context.status = 404;
    }
});
app.listen(Number(process.env.PORT), '127.0.0.1');
