// koa-generic-session with koa-redis.
const Koa = require('koa');
const session = require('koa-generic-session');
const createStore = require('koa-redis');

const { answer } = require('./koa-answer.js');

const app = new Koa();

app.keys = [process.env.SECRET];
app.use(session({ store: createStore({ url: process.env.REDIS_URL }) }));
app.use(answer);
app.listen(Number(process.env.PORT), '127.0.0.1');
