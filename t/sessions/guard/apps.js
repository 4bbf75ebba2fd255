// The applications whose sessions end at the guard.
//
//   row       of README.md's table, whose line is taken
//   cookie    what the line names
//   start     the command
//   cheap     it is run by `make test`, too
//   rolls     it seals a new value in each answer
//   rollsAt   ... of this path, rather than of any
//   named     what it rolls has a name that stays: older copies end with it
//   logIn     how somebody logs in, where /login?user= is not enough
//   same      the value depends on the user alone
//   secrets   the lines of its secret_file
//   redis     its sessions are there

const path = require('path');

const frameworks = require('../frameworks/frameworks.js');

const app = (name) => path.join(__dirname, 'apps', name);
const node = (file) => ['node', app(file)];
const python = (file) => ['/usr/bin/python3', app(file)];
const secret = 'a secret with minimum length of 32 characters';
const laravelKey = 'base64:KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=';

async function logInToAuthJs(user, name) {
    const { csrfToken } = JSON.parse(await user.get('/auth/csrf'));
    await user.post('/auth/callback/credentials', { csrfToken, user: name });
}

// The provider would have the browser post a form.
async function logInToProvider(user, name) {
    const { location } = (await user.ask(`/login?user=${name}`)).headers;
    const answer = await fetch(location);
    await user.post('/callback', await answer.json());
}

const inCookies = [
    {
        name: 'iron-session',
        cheap: true,
        start: () => node('iron-session.js'),
        row: 'iron-session',
        cookie: 'iron-session',
    },
    {
        name: 'cookie-session',
        start: () => node('cookie-session.js'),
        row: 'cookie-session',
        cookie: 'session',
    },
    {
        name: 'cookie-session, the user alone',
        start: () => node('cookie-session.js'),
        environment: { SAME: '1' },
        row: 'cookie-session',
        cookie: 'session',
        same: true,
    },
    {
        name: '@fastify/secure-session',
        cheap: true,
        start: () => node('secure-session.js'),
        row: '@fastify/secure-session',
        cookie: 'session',
    },
    {
        name: 'Flask',
        cheap: true,
        start: () => python('flask_app.py'),
        row: 'Flask',
        cookie: 'session',
    },
    {
        name: 'Flask, permanent',
        start: () => python('flask_app.py'),
        environment: { PERMANENT: '1' },
        row: 'Flask',
        cookie: 'session',
        rolls: true,
    },
    {
        name: 'Django, signed_cookies',
        start: () => python('django_app.py'),
        row: 'Django, `signed_cookies`',
        cookie: 'sessionid',
    },
    {
        name: 'Rails, CookieStore',
        start: (port) => ['/usr/bin/ruby', '/usr/bin/puma', '--quiet',
            '--threads', '4:4', '--environment', 'production', '--bind',
            `tcp://127.0.0.1:${port}`, app('rails.ru')],
        row: 'Rails, CookieStore',
        cookie: '_myapp_session',
        rolls: true,
    },
    {
        name: 'Laravel, cookie driver',
        start: (port) => ['php', '-d', 'variables_order=EGPCS', '-S',
            `127.0.0.1:${port}`, app('laravel.php')],
        environment: { SECRET: laravelKey },
        row: 'Laravel, `SESSION_DRIVER=cookie`',
        cookie: 'laravel_session',
        secrets: [laravelKey],
        rolls: true,
        named: true,
    },
    {
        name: 'Auth.js',
        start: () => node('authjs.js'),
        row: 'Auth.js with JWT',
        cookie: 'authjs.session-token',
        logIn: logInToAuthJs,
        rolls: true,
        rollsAt: '/auth/session',
    },
    {
        name: 'express-openid-connect',
        cheap: true,
        start: () => node('express-openid-connect.js'),
        row: 'express-openid-connect',
        cookie: 'appSession',
        logIn: logInToProvider,
        rolls: true,
    },
    {
        name: 'express-openid-connect, rolling: false',
        start: () => node('express-openid-connect.js'),
        environment: { STILL: '1' },
        row: 'express-openid-connect',
        cookie: 'appSession',
        logIn: logInToProvider,
        rolls: true,
    },
];

const inRedis = ['express', 'fastify', 'koa', 'php', 'django'];

module.exports = (build) => [
    ...inCookies.map((one) => ({
        ...one, environment: { SECRET: secret, ...one.environment },
    })),
    ...frameworks(build).filter(({ name }) => inRedis.includes(name))
        .map((one) => ({ ...one, cookie: one.cookies[0], redis: true })),
];
