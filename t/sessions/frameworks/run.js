// Logs users out of real frameworks: alice and bob log in through the
// framework, alice logs out through nginx. Then the framework does not know
// alice any more, whoever sends her cookie; bob is still known; and alice's
// browser, a Chromium, holds no cookie of it. The same with a request in flight
// that writes the session back.
//
//   node run.js FOLDER [NAME...]
//
// FOLDER has what was built for it, and gets the logs.

const fs = require('fs');
const path = require('path');
const { setTimeout: sleep } = require('timers/promises');

const { createClient } = require('redis');

const readme = require('./readme.js');
const site = require('./site.js');
const chromium = require('../../lib/browser/chromium.js');
const servers = require('../../lib/browser/servers.js');
const tap = require('../../lib/browser/tap.js');

// in milliseconds; a request in flight ends between the second deletions
const requestTime = 2500;
const patience = 60000;

const folder = path.resolve(process.argv[2]);
const wanted = process.argv.slice(3);
const everyone = require('./frameworks.js')(folder);
// those that this Debian does not have all of (t/lib/tools/left-out)
const leftOut = (process.env.LEFT_OUT ?? '').split(' ');
const frameworks = everyone.filter(({ name }) => (wanted.length === 0
    ? !leftOut.includes(`framework:${name}`) : wanted.includes(name)));

async function startFramework(framework, index, redisPort) {
    framework.user = `nginx${index}`;
    framework.session ??= readme.sessionOf(framework.row);
    framework.port = await servers.freePort();
    framework.sitePort = await servers.freePort();
    framework.origin = `${framework.https ? 'https' : 'http'}://127.0.0.1:`
        + framework.sitePort;

    await servers.start(framework.start(framework.port), framework.port,
        path.join(folder, `${framework.user}.log`), {
            PORT: String(framework.port),
            REDIS_PORT: String(redisPort),
            REDIS_URL: `redis://127.0.0.1:${redisPort}`,
            REDIS_TCP: `tcp://127.0.0.1:${redisPort}`,
            FOLDER: folder,
            CERTIFICATE: path.join(folder, 'site.pem'),
            CERTIFICATE_KEY: path.join(folder, 'site.key'),
            ...framework.environment,
        });
}

// Somebody without a browser, who comes to the application itself. Follows
// redirects. Returns the last text, and the cookies as a Cookie header sends
// them back.
async function ask(framework, url, cookieHeader = '') {
    const cookies = new Map(cookieHeader.split('; ').filter(Boolean)
        .map((pair) => pair.split(/=(.*)/s)));
    let target = new URL(url, `http://127.0.0.1:${framework.port}`);
    let response;

    do {
        response = await fetch(target, {
            headers: {
                Cookie: headerOf(cookies),
                'X-Forwarded-Proto': framework.https ? 'https' : 'http',
            },
            redirect: 'manual',
        });
        for (const line of response.headers.getSetCookie()) {
            const [, name, value] = line.match(/^([^=]*)=([^;]*)/);
            cookies.set(name, value);
        }
        target = new URL(response.headers.get('Location') ?? '', target);
    } while (response.status >= 300 && response.status < 400);

    return { text: await response.text(), cookies: headerOf(cookies) };
}

function headerOf(cookies) {
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

async function logIn(framework, user) {
    return (await ask(framework, `/login?user=${user}`)).cookies;
}

async function knownAs(framework, cookies) {
    return (await ask(framework, '/whoami', cookies)).text;
}

// Somebody with a Chromium, who comes through nginx.
class Surfer {
    static async start(framework, browser) {
        const surfer = new Surfer();
        surfer.framework = framework;
        surfer.context = await browser.newContext({ ignoreHTTPSErrors: true });
        surfer.page = await surfer.context.newPage();
        return surfer;
    }

    async visit(url) {
        const response = await this.page.goto(this.framework.origin + url);
        return { response, text: await response.text() };
    }

    // What the browser holds of the cookies that the framework sets.
    async cookies() {
        const all = await this.context.cookies();
        return all.filter(({ name }) => this.framework.cookies.includes(name));
    }

    async cookieNames() {
        return (await this.cookies()).map(({ name }) => name).sort();
    }

    async cookieHeader() {
        return headerOf((await this.cookies())
            .map(({ name, value }) => [name, value]));
    }
}

async function keysIn(redis) {
    return (await redis.keys('*')).sort();
}

function without(keys, others) {
    return keys.filter((key) => !others.includes(key));
}

function inBoth(keys, others) {
    return keys.filter((key) => others.includes(key));
}

async function logOut(framework, browser, redis) {
    const says = (what) => `${framework.name}: ${what}`;
    const bob = await logIn(framework, 'bob');
    const alice = await Surfer.start(framework, browser);

    const others = await keysIn(redis);
    await alice.visit('/login?user=alice');
    tap.equal((await alice.visit('/whoami')).text, 'alice',
        says('alice is logged in'));
    tap.equal(await alice.cookieNames(), [...framework.cookies].sort(),
        says('her browser has the cookies'));

    const copy = await alice.cookieHeader();
    tap.equal(await knownAs(framework, copy), 'alice',
        says('her cookies alone log in'));
    const hers = without(await keysIn(redis), others)
        .filter((key) => !framework.harmless?.test(key));

    const { response } = await alice.visit('/logout');
    const left = await keysIn(redis);
    tap.equal(response.status(), 200, says('the logout is answered'));
    tap.equal(response.headers()['x-result'], 'logged_out',
        says('as logged out'));
    tap.equal(await alice.cookieNames(), [], says('no cookie is left'));
    tap.ok(hers.length > 0, says('her session was in Redis'));
    tap.equal(inBoth(hers, left), [], says('it is gone'));
    tap.equal(without(others, left), [], says('nothing else is'));

    tap.equal(await knownAs(framework, copy), 'nobody',
        says('her old cookies log nobody in'));
    tap.equal((await alice.visit('/whoami')).text, 'nobody',
        says('alice is logged out'));
    tap.equal(await knownAs(framework, bob), 'bob',
        says('bob is still logged in'));

    await alice.context.close();
}

// Watches the commands that Redis is sent.
class Watcher {
    static async start(redisPort) {
        const watcher = new Watcher();
        watcher.waiting = new Set();
        watcher.client = createClient(
            { url: `redis://127.0.0.1:${redisPort}` });
        await watcher.client.connect();
        await watcher.client.monitor((command) => {
            watcher.waiting.forEach((look) => look(command));
        });
        return watcher;
    }

    // Resolves when a command names one of the keys.
    named(keys) {
        return new Promise((resolve) => {
            const look = (command) => {
                if (keys.some((key) => command.includes(key))) {
                    this.waiting.delete(look);
                    resolve();
                }
            };
            this.waiting.add(look);
        });
    }
}

async function gone(redis, keys) {
    const deadline = Date.now() + patience;

    while (await redis.exists(keys) > 0 && Date.now() < deadline) {
        await sleep(100);
    }
    return await redis.exists(keys) === 0;
}

async function logInForRequest(framework, redis) {
    const others = await keysIn(redis);
    const cookies = await logIn(framework, 'alice');

    return { framework, cookies, keys: without(await keysIn(redis), others) };
}

// A request that has read the session is in flight while the user logs out, and
// writes it back; logout_again deletes it once more, and nothing else.
async function logOutDuringRequest({ framework, cookies, keys }, redis,
    watcher) {
    const says = (what) => `${framework.name}, request in flight: ${what}`;
    const read = watcher.named(keys);
    const slow = ask(framework, `/slow?ms=${requestTime}`, cookies);

    await read;
    const loggedOut = Date.now();
    const logout = await fetch(`${framework.origin}/logout-again`,
        { headers: { Cookie: cookies } });
    tap.equal(logout.headers.get('X-Result'), 'logged_out',
        says('alice logs out'));

    const again = await logIn(framework, 'alice');
    await slow;
    tap.equal(await redis.exists(keys) > 0, !framework.keepsEnded,
        says(framework.keepsEnded ? 'it does not bring the session back'
            : 'it writes the session back'));

    await sleep(loggedOut + site.lastAgain - Date.now());
    tap.ok(await gone(redis, keys), says('the session is ended again'));
    tap.equal(await knownAs(framework, cookies), 'nobody',
        says('alice is logged out'));
    tap.equal(await knownAs(framework, again), 'alice',
        says('and the session that she began since is not ended'));
}

async function logOutDuringRequests(redis, redisPort) {
    const watcher = await Watcher.start(redisPort);
    const logins = [];

    for (const framework of frameworks.filter(({ quick }) => !quick)) {
        logins.push(await logInForRequest(framework, redis));
    }
    await Promise.all(logins.map((login) =>
        logOutDuringRequest(login, redis, watcher)));
    await watcher.client.close();
}

function checkErrorLog() {
    const alarms = fs.readFileSync(path.join(folder, 'error.log'), 'utf8')
        .split('\n').filter((line) =>
            /\[(warn|error|crit|alert|emerg)\]|Sanitizer/.test(line));
    tap.equal(alarms, [], 'nginx has nothing to complain of');
}

async function main() {
    for (const name of fs.readdirSync(folder)) {
        if (/\.log$|^openidc\./.test(name)) {
            fs.rmSync(path.join(folder, name), { recursive: true });
        }
    }

    const redisPort = await servers.startRedis(folder);
    const redis = createClient({ url: `redis://127.0.0.1:${redisPort}` });
    await redis.connect();

    await Promise.all(frameworks.map((framework, index) =>
        startFramework(framework, index, redisPort)));
    for (const framework of frameworks) {
        await redis.sendCommand(site.redisUser(framework));
    }

    const nginx = await servers.startNginx(folder,
        site.configuration(frameworks, folder, redisPort),
        frameworks[0].sitePort);
    const browser = await chromium.launch();

    for (const framework of frameworks) {
        await logOut(framework, browser, redis);
    }

    await browser.close();
    await logOutDuringRequests(redis, redisPort);
    if (wanted.length === 0) {
        tap.equal(readme.notRun(everyone.map(({ row }) => row)), [],
            'what the README says is run is run');
    }

    await redis.close();
    tap.equal(await servers.quit(nginx), 0, 'nginx ends well');
    checkErrorLog();
}

main().catch((error) => {
    tap.ok(false, 'the test itself');
    tap.diagnose(error.stack);
}).finally(() => process.exit(tap.finish()));
