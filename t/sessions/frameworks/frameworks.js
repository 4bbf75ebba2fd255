// The frameworks: how each application is started, what its site's nginx.conf
// says of it, and what nginx's Redis user may delete.
//
//   row       of README.md's table, whose line is taken; or
//   session   the parameters of logout_session
//   secrets   the lines of its secret_file
//   cookies   what the framework sets, all of which must be gone
//   keys      the patterns of the Redis user
//   quick     its session is not written while a request is answered
//   keepsEnded  a request that ends later does not bring its session back
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
        row: 'Express (express-session + connect-redis)',
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
        row: 'Fastify (@fastify/session)',
        secrets: [longSecret],
        cookies: ['sessionId'],
        keys: ['sess:*'],
    },
    {
        name: 'koa',
        start: () => node('koa.js'),
        environment: { SECRET: 'some secret hurr' },
        row: 'Koa (koa-session + koa-redis)',
        secrets: ['some secret hurr'],
        cookies: ['koa.sess', 'koa.sess.sig'],
        keys: ['????????-????-????-????-????????????'],
    },
    {
        name: 'koa-generic-session',
        start: () => node('koa-generic.js'),
        environment: { SECRET: 'keys' },
        row: 'Koa (koa-generic-session)',
        secrets: ['keys'],
        cookies: ['koa.sid', 'koa.sid.sig'],
        keys: ['koa:sess:*'],
    },
    {
        name: 'php',
        start: (port) => php('php.php', port),
        environment: workers,
        row: 'PHP (phpredis)',
        cookies: ['PHPSESSID'],
        keys: ['PHPREDIS_SESSION:*'],
    },
    {
        name: 'symfony',
        start: (port) => php('symfony.php', port),
        environment: workers,
        row: 'Symfony (RedisSessionHandler)',
        cookies: ['PHPSESSID'],
        keys: ['sf_s*'],
    },
    {
        name: 'laravel',
        start: (port) => php('laravel.php', port),
        environment: {
            ...workers,
            SECRET: laravelKey,
            REDIS_PREFIX: 'laravel_database_laravel_cache_',
        },
        row: 'Laravel, `SESSION_DRIVER=redis`',
        secrets: [laravelKey],
        cookies: ['laravel_session'],
        keys: ['laravel_database_laravel_cache_*'],
    },
    {
        name: 'laravel, prefixes up to 9',
        start: (port) => php('laravel.php', port),
        environment: {
            ...workers,
            SECRET: laravelKey,
            REDIS_PREFIX: 'laravel_database_',
            CACHE_PREFIX: 'laravel_cache',
        },
        session: 'format=laravel prefix=laravel_database_laravel_cache:',
        secrets: [laravelKey],
        cookies: ['laravel_session'],
        keys: ['laravel_database_laravel_cache:*'],
    },
    {
        name: 'django',
        start: () => python('django_app.py'),
        environment: { SECRET: 'django secret' },
        row: 'Django, `SESSION_ENGINE` …`backends.cache`',
        cookies: ['sessionid'],
        keys: [':1:django.contrib.sessions.cache*'],
        keepsEnded: true,
    },
    {
        name: 'flask',
        start: () => python('flask_app.py'),
        environment: { SECRET: 'flask secret' },
        row: 'Flask-Session',
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
        row: 'Rack (redis-rack)',
        cookies: ['rack.session'],
        keys: ['rack:session:*'],
    },
    {
        name: 'rails',
        start: (port) => puma('rails.ru', port),
        row: 'Rails, redis-actionpack',
        cookies: ['_myapp_session'],
        keys: ['session:*'],
    },
    {
        name: 'gorilla',
        start: () => [path.join(build, 'gorilla')],
        environment: { SECRET: 'super-secret-key' },
        row: 'gorilla/sessions + redistore',
        secrets: ['super-secret-key'],
        cookies: ['session-name'],
        keys: ['session_*'],
    },
    {
        name: 'mod_auth_openidc',
        start: () => node('openidc.js'),
        environment: { SECRET: 'a passphrase', ENCRYPT: 'On' },
        row: 'mod_auth_openidc, `OIDCCacheType redis`',
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
