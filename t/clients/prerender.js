// Prerendering, which Chromium does for nobody who drives it: an ordinary one
// walks through pages that ask for it, and they ask this test where to go next.

const http = require('http');
const path = require('path');

const chromium = require('../lib/browser/chromium.js');
const servers = require('../lib/browser/servers.js');
const tap = require('../lib/browser/tap.js');
const { until } = require('./visitor.js');

const patience = 120000;

// as README.md's table calls it
const request = 'speculation rules, prerender';

// A page that asks for the logout URL to be prerendered, and then for a page of
// its own origin: when Chromium asks for that, it is done with the first.
function pageOf({ host, origin }) {
    const rules = { prerender: [{
        urls: [`https://${host}/logout`, `${origin}/prerender/canary`],
        eagerness: 'immediate',
    }] };

    return `<!doctype html><link rel=icon href=data:,>
        <script type=speculationrules>${JSON.stringify(rules)}</script>
        <script>
            fetch('/prerender/next').then(async (response) => {
                location.href = await response.text();
            });
        </script>`;
}

// Serves the pages. A trial begins with the cookies of its host and goes on to
// a page of its origin.
class Walk {
    // `trials`: { what, host, origin, mayAsk }; `mayAsk`: Chromium asks for the
    // logout URL.
    static async start(trials) {
        const walk = new Walk();
        walk.ahead = [...trials];
        walk.server = http.createServer((asked, response) => {
            walk.handle(asked, response).catch((error) => {
                walk.problem = error;
                response.destroy();
            });
        });
        await new Promise((resolve) => {
            walk.server.listen(0, '127.0.0.1', resolve);
        });
        return walk;
    }

    get port() {
        return this.server.address().port;
    }

    // The first page of the next trial, if there is one.
    async next() {
        this.trial = this.ahead.shift();
        if (!this.trial) {
            return undefined;
        }
        await this.begin(this.trial);
        return `https://${this.trial.host}/prerender/begin`;
    }

    async handle({ url, headers }, response) {
        response.setHeader('Content-Type', 'text/html');
        if (url === '/prerender/begin') {
            this.sendOn(response);
        } else if (url === '/prerender/page') {
            response.end(pageOf(this.trial));
        } else if (url === '/prerender/canary') {
            this.trial.canary = headers['sec-purpose'];
            response.end();
        } else {
            await this.check(this.trial);
            response.end(await this.next() ?? 'about:blank');
        }
    }

    sendOn(response) {
        const { host, origin } = this.trial;

        response.writeHead(302, {
            'Set-Cookie': ['Lax', 'None'].map((sameSite) => `${sameSite}=${
                host}; Path=/; Secure; HttpOnly; SameSite=${sameSite}`),
            Location: `${origin}/prerender/page`,
        }).end();
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

// Walks through all trials. `begin` is called before each, `check` when
// Chromium is done with its rules.
async function test(world, { begin, check }) {
    const { walk } = world;

    walk.begin = begin;
    walk.check = async (trial) => {
        const { what, host, mayAsk } = trial;

        await until(() => trial.canary, `${what}: prerendering`);
        if (mayAsk) {
            await until(() => world.logLines(host).length > 0,
                `${what}: a request`);
        }
        tap.equal(world.logLines(host).map((line) => line.split(' ')[2]),
            mayAsk ? ['prefetch'] : [], `${what}: result`);
        await check(trial);
    };

    const browser = servers.run(chromium.command(
        path.join(world.folder, 'profile-prerender'), await walk.next(),
        world.settings), path.join(world.folder, 'prerender.log'));
    try {
        await until(() => !walk.trial || walk.problem || browser.end,
            'prerendering', patience);
        if (walk.trial) {
            throw walk.problem ?? new Error(`Chromium ended: ${browser.end}`);
        }
    } finally {
        servers.stop(browser);
    }
}

module.exports = { Walk, request, test };
