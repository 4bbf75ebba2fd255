// koa-session with koa-redis as its store: the cookie's value is the key.
const Koa = require('koa');
const session = require('koa-session').default ?? require('koa-session');
const createStore = require('koa-redis');

const { answer } = require('./koa-answer.js');

const app = new Koa();
const store = createStore({ url: process.env.REDIS_URL });

app.keys = [process.env.SECRET];
app.use(session({ store }, app));
app.use(answer);
app.listen(Number(process.env.PORT), '127.0.0.1');
