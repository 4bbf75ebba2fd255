// The frameworks: how each application is started, what its site's nginx.conf
// says of it, and what nginx's Redis user may delete.
//
//   session   the parameters of logout_session, as the README shows them
//   secrets   the lines of its secret_file
//   cookies   what the framework sets, all of which must be gone
//   keys      the patterns of the Redis user
//   quick     its session is not written while a request is answered
//   harmless  keys that a login adds beside the session and that log nobody in

const path = require('path');

const apps = path.join(__dirname, 'apps');
const app = (name) => path.join(apps, name);

const node = (file) => ['node', app(file)];
const php = (file, port) =>
    ['php', '-d', 'variables_order=EGPCS', '-S', `127.0.0.1:${port}`,
        app(file)];
const python = (file) => ['/usr/bin/python3', app(file)];
const puma = (file, port) =>
    ['/usr/bin/ruby', '/usr/bin/puma', '--quiet', '--threads', '4:4',
        '--environment', 'production', '--bind', `tcp://127.0.0.1:${port}`,
        app(file)];

// what an application gets beside PORT, REDIS_PORT, REDIS_URL and REDIS_TCP
const workers = { PHP_CLI_SERVER_WORKERS: '4' };
const laravelKey
    = 'base64:KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=';
const longSecret = 'a secret with minimum length of 32 characters';

module.exports = (build) => [
    {
        name: 'express',
        start: () => node('express.js'),
        environment: { SECRET: 'keyboard cat', COOKIE: 'connect.sid' },
        session: 'format=express',
        secrets: ['next cat', 'keyboard cat'],
        cookies: ['connect.sid'],
        keys: ['sess:*'],
    },
    {
        name: 'express, __Host- and Partitioned',
        start: () => node('express.js'),
        environment: { SECRET: 'keyboard cat', COOKIE: '__Host-sid' },
        https: true,
        session: 'format=express cookie=__Host-sid secure httponly '
            + 'partitioned samesite=none',
        secrets: ['keyboard cat'],
        cookies: ['__Host-sid'],
        keys: ['sess:*'],
    },
    {
        name: 'fastify',
        start: () => node('fastify.js'),
        environment: { SECRET: longSecret },
        session: 'format=fastify',
        secrets: [longSecret],
        cookies: ['sessionId'],
        keys: ['sess:*'],
    },
    {
        name: 'koa',
        start: () => node('koa.js'),
        environment: { SECRET: 'some secret hurr' },
        session: 'format=koa',
        secrets: ['some secret hurr'],
        cookies: ['koa.sess', 'koa.sess.sig'],
        keys: ['????????-????-????-????-????????????'],
    },
    {
        name: 'koa-generic-session',
        start: () => node('koa-generic.js'),
        environment: { SECRET: 'keys' },
        session: 'format=koa cookie=koa.sid prefix=koa:sess:',
        secrets: ['keys'],
        cookies: ['koa.sid', 'koa.sid.sig'],
        keys: ['koa:sess:*'],
    },
    {
        name: 'php',
        start: (port) => php('php.php', port),
        environment: workers,
        session: 'format=php',
        cookies: ['PHPSESSID'],
        keys: ['PHPREDIS_SESSION:*'],
    },
    {
        name: 'symfony',
        start: (port) => php('symfony.php', port),
        environment: workers,
        session: 'format=symfony',
        cookies: ['PHPSESSID'],
        keys: ['sf_s*'],
    },
    {
        name: 'laravel',
        start: (port) => php('laravel.php', port),
        environment: { ...workers, SECRET: laravelKey },
        session: 'format=laravel prefix=laravel_database_laravel_cache:',
        secrets: [laravelKey],
        cookies: ['laravel_session'],
        keys: ['laravel_database_*'],
    },
    {
        name: 'django',
        start: () => python('django_app.py'),
        environment: { SECRET: 'django secret' },
        session: 'format=django',
        cookies: ['sessionid'],
        keys: [':1:django.contrib.sessions.cache*'],
    },
    {
        name: 'flask',
        start: () => python('flask_app.py'),
        environment: { SECRET: 'flask secret' },
        session: 'format=flask',
        cookies: ['session'],
        keys: ['session:*'],
    },
    {
        name: 'flask, signed',
        start: () => python('flask_app.py'),
        environment: { SECRET: 'flask secret', SIGNED: '1' },
        session: 'format=flask',
        secrets: ['flask secret'],
        cookies: ['session'],
        keys: ['session:*'],
    },
    {
        name: 'rack',
        start: (port) => puma('rack.ru', port),
        session: 'format=rack',
        cookies: ['rack.session'],
        keys: ['rack:session:*'],
    },
    {
        name: 'rails',
        start: (port) => puma('rails.ru', port),
        session: 'format=rails cookie=_myapp_session prefix=session:',
        cookies: ['_myapp_session'],
        keys: ['session:*'],
    },
    {
        name: 'gorilla',
        start: () => [path.join(build, 'gorilla')],
        environment: { SECRET: 'super-secret-key' },
        session: 'format=gorilla cookie=session-name',
        secrets: ['super-secret-key'],
        cookies: ['session-name'],
        keys: ['session_*'],
    },
    {
        name: 'mod_auth_openidc',
        start: () => node('openidc.js'),
        environment: { SECRET: 'a passphrase', ENCRYPT: 'On' },
        session: 'format=mod_auth_openidc',
        secrets: ['next passphrase', 'a passphrase'],
        cookies: ['mod_auth_openidc_session'],
        keys: ['s:*'],
        // the provider's name of the session, and the spent nonce
        harmless: /^[dn]:/,
        quick: true,
    },
    {
        name: 'mod_auth_openidc, OIDCCacheEncrypt Off',
        start: () => node('openidc.js'),
        environment: { SECRET: 'a passphrase', ENCRYPT: 'Off' },
        session: 'format=mod_auth_openidc hash=off',
        cookies: ['mod_auth_openidc_session'],
        keys: ['s:*'],
        // the provider's name of the session, and the spent nonce
        harmless: /^[dn]:/,
        quick: true,
    },
];
