// Applications behind the guard: alice and bob log in, all through nginx;
// somebody copies alice's cookies, and she logs out. Then the copy is nobody's
// in whatever way it is spelled, although the application itself would still
// take it; alice can log in again at once, and bob stays.
//
//   node run.js FOLDER FRAMEWORKS [--all | NAME...]
//
// FOLDER gets the logs, FRAMEWORKS has what was built for ../frameworks.
// Without names: the cheap ones.

const fs = require('fs');
const http = require('http');
const path = require('path');
const { setTimeout: sleep } = require('timers/promises');

const appsOf = require('./apps.js');
const site = require('./site.js');
const { spellings } = require('./spellings.js');
const readme = require('../frameworks/readme.js');
const chromium = require('../../lib/browser/chromium.js');
const servers = require('../../lib/browser/servers.js');
const tap = require('../../lib/browser/tap.js');

const folder = path.resolve(process.argv[2]);
const built = path.resolve(process.argv[3]);
const wanted = process.argv.slice(4);
const all = wanted[0] === '--all';
const everyone = appsOf(built);
const apps = everyone.filter(({ name, cheap }) => (wanted.length === 0
    ? cheap : all || wanted.includes(name)));

// Any header that Node would send, unlike fetch().
function ask(port, target, { cookies = [], form } = {}) {
    const body = form ? new URLSearchParams(form).toString() : '';
    const headers = ['Host', `127.0.0.1:${port}`];

    cookies.forEach((line) => headers.push('Cookie', line));
    if (form) {
        headers.push('Content-Type', 'application/x-www-form-urlencoded',
            'Content-Length', String(body.length));
    }
    return new Promise((resolve, reject) => {
        http.request({
            port, host: '127.0.0.1', path: target, headers, agent: false,
            method: form ? 'POST' : 'GET', insecureHTTPParser: true,
        }, async (response) => {
            let text = '';
            response.setEncoding('latin1');
            for await (const piece of response) {
                text += piece;
            }
            resolve({ text, headers: response.headers });
        }).on('error', reject).end(body);
    });
}

// Somebody with a jar of cookies who comes through nginx.
class User {
    constructor(app, cookies = []) {
        this.app = app;
        this.cookies = new Map(cookies);
    }

    header() {
        return [...this.cookies].map(([name, value]) => `${name}=${value}`)
            .join('; ');
    }

    async ask(target, form) {
        const response = await ask(this.app.sitePort, target,
            { cookies: [this.header()], form });

        for (const line of response.headers['set-cookie'] ?? []) {
            const [, name, value] = line.match(/^([^=]*)=([^;]*)/);
            if (/expires=Thu, 0?1[ -]Jan[ -]1970|max-age=0/i.test(line)) {
                this.cookies.delete(name);
            } else {
                this.cookies.set(name, value);
            }
        }
        return response;
    }

    async get(target) {
        return (await this.ask(target)).text;
    }

    async post(target, form) {
        return (await this.ask(target, form)).text;
    }

    async logIn(name) {
        if (this.app.logIn) {
            await this.app.logIn(this, name);
        } else {
            await this.get(`/login?user=${name}`);
        }
        return this;
    }

    whoami() {
        return this.get('/whoami');
    }

    copy() {
        return new User(this.app, this.cookies);
    }
}

async function knownAs(port, cookies) {
    return (await ask(port, '/whoami', { cookies })).text;
}

async function startApp(app, index, redisPort) {
    app.user = `app${index}`;
    app.port = await servers.freePort();
    app.sitePort = await servers.freePort();
    app.session = app.redis ? `${readme.sessionOf(app.row)} redis=sessions`
        : readme.guardedSessionOf(app.row);

    await servers.start(app.start(app.port), app.port,
        path.join(folder, `${app.user}.log`), {
            PORT: String(app.port),
            ORIGIN: `http://127.0.0.1:${app.sitePort}`,
            REDIS_PORT: String(redisPort),
            REDIS_URL: `redis://127.0.0.1:${redisPort}`,
            REDIS_TCP: `tcp://127.0.0.1:${redisPort}`,
            ...app.environment,
        });
}

// Ten answers. Returns the browser as it was before them, if the application
// sealed another value meanwhile.
async function roll(app, alice) {
    const first = alice.copy();

    await sleep(1100);  // some write the time into it, in seconds
    for (let i = 0; i < 10; i++) {
        await alice.get(app.rollsAt ?? '/whoami');
    }
    return alice.cookies.get(app.cookie) === first.cookies.get(app.cookie)
        ? null : first;
}

// The spellings that somebody at `port` takes for alice's.
async function taken(port, list) {
    const found = [];

    for (const [what, cookies] of list) {
        try {
            if (await knownAs(port, cookies) === 'alice') {
                found.push(`${what}: ${cookies[0].length} bytes`);
            }
        } catch (error) {
            // an application that hangs up has not let anybody in
        }
    }
    return found;
}

async function logOut(app) {
    const says = (what) => `${app.name}: ${what}`;
    const bob = await new User(app).logIn('bob');
    const alice = await new User(app).logIn('alice');

    tap.equal([await alice.whoami(), await bob.whoami()], ['alice', 'bob'],
        says('alice and bob are logged in'));
    if (!app.redis) {
        const older = await roll(app, alice);
        tap.equal(older !== null, Boolean(app.rolls),
            says(`it ${app.rolls ? 'rolls' : 'does not roll'}`));
        app.older = older;
    }

    const copy = alice.copy();
    const alone = `${app.cookie}=${copy.cookies.get(app.cookie)}`;
    const list = spellings(copy.cookies, app.cookie);
    const read = await taken(app.port, list);
    tap.ok(read.length > 0,
        says(`it reads ${read.length} of ${list.length} spellings`));

    tap.equal((await alice.ask('/logout')).headers['x-result'], 'logged_out',
        says('alice logs out'));
    tap.equal(alice.cookies.has(app.cookie), false,
        says('her browser forgets the session'));
    if (!app.redis) {
        tap.equal(await knownAs(app.port, [copy.header()]), 'alice',
            says('the application would still take the copy'));
    }

    const replay = await copy.copy().ask('/whoami');
    tap.equal([replay.text, replay.headers['x-guard']], ['nobody', 'revoked'],
        says('a copy of all cookies is nobody\'s'));
    tap.equal(await knownAs(app.sitePort, [alone]), 'nobody',
        says('nor is one of the session\'s alone'));
    tap.none(await taken(app.sitePort, list),
        says('nor is it in other spellings'));
    if (app.older) {
        tap.equal(await app.older.copy().whoami(),
            app.named ? 'nobody' : 'alice',
            says(`a copy from before it rolled ${
                app.named ? 'has ended, too' : 'is another to the guard'}`));
    }

    await logInAgain(app, alice, copy, says);
    tap.equal(await bob.whoami(), 'bob', says('bob is still logged in'));
}

async function logInAgain(app, alice, copy, says) {
    await alice.logIn('alice');
    tap.equal(await alice.whoami(), 'alice', says('alice logs in again'));

    const stale = await copy.copy().logIn('alice');
    tap.equal(await stale.whoami(), 'alice',
        says('and from a browser that still has the old cookies'));
    tap.equal(await copy.copy().whoami(), app.same ? 'alice' : 'nobody',
        says(app.same ? 'the copy is of the same value again'
            : 'the copy is still nobody\'s'));
}

// A request in flight writes the session back to Redis.
async function logOutDuringRequest(app) {
    const says = (what) => `${app.name}, request in flight: ${what}`;
    const alice = await new User(app).logIn('alice');
    const copy = alice.copy();
    const slow = copy.copy().get('/slow?ms=1000');

    await sleep(300);
    tap.equal((await alice.ask('/logout')).headers['x-result'], 'logged_out',
        says('alice logs out'));
    await slow;
    tap.equal(await copy.whoami(), 'nobody', says('the copy is nobody\'s'));
}

async function surf(app) {
    const says = (what) => `${app.name}, Chromium: ${what}`;
    const browser = await chromium.launch();
    const context = await browser.newContext();
    const page = await context.newPage();
    const visit = async (url) => (await page.goto(
        `http://127.0.0.1:${app.sitePort}${url}`)).text();
    const names = async () => (await context.cookies())
        .map(({ name }) => name);

    await visit('/login?user=alice');
    tap.equal(await visit('/whoami'), 'alice', says('alice is logged in'));
    const copies = await context.cookies();

    await visit('/logout');
    tap.equal(await names(), [], says('no cookie is left after the logout'));

    await context.addCookies(copies);
    tap.equal(await visit('/whoami'), 'nobody', says('old ones are nobody\'s'));
    tap.equal(await names(), [], says('and are forgotten'));

    await visit('/login?user=alice');
    tap.equal(await visit('/whoami'), 'alice', says('alice logs in again'));
    tap.equal(await names(), copies.map(({ name }) => name),
        says('and has the new cookies'));
    await browser.close();
}

function checkErrorLog() {
    const alarms = fs.readFileSync(path.join(folder, 'error.log'), 'utf8')
        .split('\n').filter((line) =>
            /\[(warn|error|crit|alert|emerg)\]|Sanitizer/.test(line));
    tap.equal(alarms, [], 'nginx has nothing to complain of');
}

async function main() {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });

    const redisPort = await servers.startRedis(folder);
    await Promise.all(apps.map((app, index) =>
        startApp(app, index, redisPort)));
    const nginx = await servers.startNginx(folder,
        site.configuration(apps, folder, redisPort), apps[0].sitePort);

    await Promise.all(apps.map(logOut));
    await Promise.all(apps.filter(({ redis }) => redis)
        .map(logOutDuringRequest));
    if (all) {
        await surf(apps[0]);
        tap.equal(readme.guardedNotRun(everyone.map(({ row }) => row)), [],
            'what the README says is run is run');
    }

    tap.equal(await servers.quit(nginx), 0, 'nginx ends well');
    checkErrorLog();
}

main().catch((error) => {
    tap.ok(false, 'the test itself');
    tap.diagnose(error.stack);
}).finally(() => process.exit(tap.finish()));
