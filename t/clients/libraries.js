// Libraries that ask for pages ahead of a click, in Chromium: what becomes of a
// session when they ask for the logout URL, and what of it at the click.
// README.md's table is what is expected here.
//
//   node libraries.js FOLDER [short]
//
// FOLDER gets nginx.conf, the pages, the logs. "short": some libraries, and no
// click.

const fs = require('fs');
const path = require('path');
const { setTimeout: sleep } = require('timers/promises');

const { createClient } = require('redis');

const chromium = require('../lib/browser/chromium.js');
const servers = require('../lib/browser/servers.js');
const tap = require('../lib/browser/tap.js');
const { libraries, pageWith } = require('./pages.js');
const readme = require('./readme.js');
const { loadable } = require('./site.js');
const { until } = require('./visitor.js');

const folder = path.resolve(process.argv[2]);
const packages = process.env.NODE_PATH;
const shortOnes = ['Turbo 8.0', 'quicklink 3.0, `priority: true`',
    'InstantClick 3.1'];

// The values of logout_navigation_only.
const modes = ['off', 'on'];

// What README.md has where a library asks for nothing.
const nothing = '—';

// How long one is watched that is to ask for nothing, in milliseconds.
const pause = 300;

function endpoint(port, mode) {
    return `
    server {
        listen 127.0.0.1:${port};
        logout_navigation_only ${mode};

        location = /logout {
            logout         auth0;
            logout_session format=raw cookie=sid prefix=sess:;
        }

        location = /signed-out {
            return 200 '<!doctype html><link rel=icon href=data:,>out';
        }

        location /modules/ {
            alias ${packages}/;
            types { text/javascript js; }
        }

        location / {
            root ${folder}/pages;
        }
    }`;
}

function configuration(ports, redisPort) {
    return `
load_module ${loadable};
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
${process.getuid() === 0 ? 'user root;' : ''}
events {}

http {
    log_format logout '$cookie_who $logout_result';
    access_log ${folder}/logouts.log logout if=$logout_result;
    default_type text/html;
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
        `${name}_temp_path ${folder}/${name};`).join('\n    ')}

    logout_redis sessions {
        server          127.0.0.1:${redisPort};
        # on a busy machine
        connect_timeout 10s;
        timeout         10s;
    }
    logout_return_url /signed-out;
    ${modes.map((mode) => endpoint(ports[mode], mode)).join('\n')}
}
`;
}


// What a cell of README.md has: none, one or several results.
function resultsIn(cell) {
    return cell === nothing ? []
        : [...cell.matchAll(/`([^`]*)`/g)].map(([, result]) => result);
}

// README.md's rows: { name, off: [ahead, at the click], on: the same }.
function readTable() {
    return readme.table('a library in the page').rows
        .map(([name, ...cells]) => {
            const [off, offClick, on, onClick] = cells.map(resultsIn);
            return { name, off: [off, offClick], on: [on, onClick] };
        });
}

// The results of the logouts that nginx logged of a session.
function resultsOf(id) {
    return fs.readFileSync(path.join(folder, 'logouts.log'), 'utf8')
        .split('\n').map((line) => line.split(' '))
        .filter(([session]) => session === id).map(([, result]) => result);
}

// Waits for what is to be logged, or a while if that is nothing. Returns all
// that was logged then.
async function resultsWhen(id, expected, isMore) {
    if (isMore) {
        await until(() => resultsOf(id).length >= expected.length,
            expected.join(', ')).catch(() => {});
    } else {
        await sleep(pause);
    }
    return resultsOf(id);
}

async function tryLibrary(world, row, mode, steps) {
    const id = `${mode}${world.count++}`;
    const origin = `http://localhost:${world.ports[mode]}`;
    const library = libraries[row.name];
    const what = `${row.name}, ${mode}`;
    const context = await world.browser.newContext();
    const page = await context.newPage();
    const expected = [];
    const isAlive = async () => await world.redis.exists(`sess:${id}`) === 1;

    fs.writeFileSync(path.join(folder, 'pages', `${id}.html`),
        pageWith(library));
    await world.redis.set(`sess:${id}`, '1');
    await context.addCookies(['sid', 'who'].map((cookie) =>
        ({ name: cookie, value: id, url: origin })));
    await page.goto(`${origin}/${id}.html`);

    const acts = {
        ahead: async () => library.asksUnmoved || page.hover('#link'),
        click: () => page.click('#link', { noWaitAfter: true }),
    };
    for (const [step, name] of Object.keys(acts).slice(0, steps).entries()) {
        const results = row[mode][step];

        await acts[name]();
        expected.push(...results);
        tap.equal(await resultsWhen(id, expected, results.length > 0),
            expected, `${what}: results, ${name}`);
        tap.equal(await isAlive(), !expected.includes('logged_out'),
            `${what}: the session lives, ${name}`);
    }
    await context.close();
}

// `names`: the libraries, `steps`: 1 to stay away from the click, or 2.
async function test(names, steps) {
    const rows = readTable();
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, 'pages'), { recursive: true });

    const redisPort = await servers.startRedis(folder);
    const redis = createClient({ url: `redis://127.0.0.1:${redisPort}` });
    await redis.connect();

    const ports = {
        off: await servers.freePort(), on: await servers.freePort(),
    };
    const nginx = await servers.startNginx(folder,
        configuration(ports, redisPort), ports.on);
    const browser = await chromium.launch();
    const world = { redis, ports, browser, count: 0 };

    tap.equal(rows.map(({ name }) => name), Object.keys(libraries),
        'README.md has the libraries that are run');
    for (const row of rows.filter(({ name }) => names.includes(name))) {
        await Promise.all(modes.map((mode) =>
            tryLibrary(world, row, mode, steps)));
    }

    await browser.close();
    await redis.close();
    tap.equal(await servers.quit(nginx), 0, 'nginx ends well');
}

const isShort = process.argv[3] === 'short';

test(isShort ? shortOnes : Object.keys(libraries), isShort ? 1 : 2)
    .catch((error) => {
        tap.ok(false, 'the test itself');
        tap.diagnose(error.stack);
    }).finally(() => process.exit(tap.finish()));
