// ID tokens, logout tokens and security events that the npm library jose signs
// here and now, with keys that nobody had before, sent to the endpoints that
// verify them.
//
//   node tokens.js FOLDER
//
// FOLDER gets the key set, nginx.conf, the logs.

const fs = require('fs');
const http = require('http');
const path = require('path');

const { createClient } = require('redis');

const servers = require('../lib/browser/servers.js');
const tap = require('../lib/browser/tap.js');
const {
    badTokens, goodTokens, issuer, keySet, makeKeys,
} = require('./signed.js');
const { loadable } = require('./site.js');

const folder = path.resolve(process.argv[2]);

// fetch() would say that it is a script, and get no redirect.
function ask(url, options, body) {
    return new Promise((resolve, reject) => {
        const request = http.request(url, options, (response) => {
            response.resume();
            response.on('end', () => resolve({
                status: response.statusCode,
                location: response.headers.location,
                error: response.headers['x-error'],
            }));
        });
        request.on('error', reject);
        request.end(body);
    });
}

// Where each kind of token is sent, and what is answered.
const kinds = {
    id_token_hint: {
        send: (url, token) => ask(`${url}/logout?${new URLSearchParams({
            post_logout_redirect_uri: 'https://spa.example.com/bye',
            id_token_hint: token,
        })}`),
        accepted: { status: 302, location: 'https://spa.example.com/bye' },
        refused: { status: 400, error: 'invalid_id_token_hint' },
    },
    logout_token: {
        send: (url, token) => ask(`${url}/backchannel`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        }, `logout_token=${token}`),
        accepted: { status: 200 },
        refused: { status: 400, error: 'invalid_logout_token' },
    },
    security_event: {
        send: (url, token) => ask(`${url}/ssf`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/secevent+jwt' },
        }, token),
        accepted: { status: 202 },
        refused: { status: 400, error: 'invalid_event' },
    },
};

function configuration(port, redisPort) {
    return `
load_module ${loadable};
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
${process.getuid() === 0 ? 'user root;' : ''}
events {}

http {
    log_format all '$request $request_uri $args $logout_result $logout_error';
    access_log ${folder}/access.log all;
    large_client_header_buffers 4 16k;
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
        `${name}_temp_path ${folder}/${name};`).join('\n    ')}

    logout_redis sessions {
        server          127.0.0.1:${redisPort};
        # on a busy machine
        connect_timeout 10s;
        timeout         10s;
    }
    logout_client spa { return_url https://spa.example.com/bye; }
    logout_jwks ${folder}/provider.jwks.json issuer=${issuer};
    add_header X-Error $logout_error always;

    server {
        listen 127.0.0.1:${port};

        location = /logout {
            logout         oidc;
            logout_session format=raw cookie=sid prefix=sess:;
        }

        location = /backchannel {
            logout            oidc-backchannel;
            logout_oidc_index sub_key=oidc:sub:$logout_sub;
        }

        location = /ssf {
            logout            ssf;
            logout_audience   spa;
            logout_oidc_index sub_key=oidc:sub:$logout_sub;
        }
    }
}
`;
}

// The session of the user whom the tokens name.
async function beginSession(redis) {
    await redis.set('sess:1', '1');
    await redis.set('oidc:sub:u1', 'sess:1');
}

// What nginx logged since the last call.
let logged = 0;

function newLines() {
    const lines = fs.readFileSync(path.join(folder, 'error.log'), 'utf8')
        .split('\n');
    const fresh = lines.slice(logged);

    logged = lines.length - 1;
    return fresh;
}

async function send(world, kind, what, token, { reason } = {}) {
    const { accepted, refused } = kinds[kind];

    await beginSession(world.redis);
    newLines();
    const answer = await kinds[kind].send(world.url, await token(kind));

    tap.equal(answer, reason ? refused : accepted,
        `${kind}, ${what}: the answer`);
    if (reason) {
        tap.ok(newLines().some((line) => line.includes(reason)
            && line.includes(`logout: ${refused.error}: `)),
        `${kind}, ${what}: the log says why`);
    }
    if (kind !== 'id_token_hint') {
        tap.equal(await world.redis.exists('sess:1'), reason ? 1 : 0,
            `${kind}, ${what}: the session`);
    }
}

async function testKind(world, kind, keys) {
    for (const [what, token] of Object.entries(goodTokens(keys))) {
        await send(world, kind, what, token);
    }
    for (const [what, { token, reason }]
        of Object.entries(await badTokens(kind, keys))) {
        await send(world, kind, what, token, { reason });
    }
}

// Neither the tokens nor what is in them is in a log.
function checkLogs() {
    for (const name of ['error.log', 'access.log']) {
        const text = fs.readFileSync(path.join(folder, name), 'utf8');

        tap.ok(text !== '', `${name} has lines`);
        tap.ok(!/eyJ|[\w-]{80}/.test(text), `${name} has no token`);
    }
}

async function main() {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });

    const keys = await makeKeys();
    fs.writeFileSync(path.join(folder, 'provider.jwks.json'),
        JSON.stringify(await keySet(keys)));

    const redisPort = await servers.startRedis(folder);
    const redis = createClient({ url: `redis://127.0.0.1:${redisPort}` });
    await redis.connect();

    const port = await servers.freePort();
    const nginx = await servers.startNginx(folder,
        configuration(port, redisPort), port);
    const world = { redis, url: `http://127.0.0.1:${port}` };

    for (const kind of Object.keys(kinds)) {
        await testKind(world, kind, keys);
    }
    await redis.close();
    tap.equal(await servers.quit(nginx), 0, 'nginx ends well');
    checkLogs();
}

main().catch((error) => {
    tap.ok(false, 'the test itself');
    tap.diagnose(error.stack);
}).finally(() => process.exit(tap.finish()));
