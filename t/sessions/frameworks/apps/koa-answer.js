// What the applications with koa answer, whatever keeps their sessions.
const { setTimeout: sleep } = require('timers/promises');

async function answer(context) {
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
}

module.exports = { answer };
