// Prerendering, which Chromium does for nobody who drives it: an ordinary one
// walks through pages that ask for it, and they ask this test where to go next.

const http = require('http');
const path = require('path');

const chromium = require('../lib/browser/chromium.js');
const servers = require('../lib/browser/servers.js');
const tap = require('../lib/browser/tap.js');
const { until } = require('./visitor.js');

const patience = 300000;

// as README.md's table calls it
const request = 'speculation rules, prerender';

// What a logout leads to here, so that the walk goes on.
const after = '/prerender/after';
const logoutUrl = ({ host }) => `https://${host}/logout?returnTo=${after}`;

// A page that asks where to go next, and goes there.
function pageThatGoesOn(question, head = '') {
    return `<!doctype html><link rel=icon href=data:,>${head}
        <body><script>
            fetch('${question}').then(async (response) => {
                const link = document.createElement('a');
                link.href = await response.text();
                document.body.append(link);
                link.click();
            });
        </script>`;
}

// A page that asks for the logout URL to be prerendered, and then for a page of
// its own origin: when Chromium asks for that, it is done with the first.
function pageWithRules({ host, origin }) {
    const rules = { prerender: [{
        urls: [logoutUrl({ host }), `${origin}/prerender/canary`],
        eagerness: 'immediate',
    }] };

    return pageThatGoesOn('/prerender/settled',
        `<script type=speculationrules>${JSON.stringify(rules)}</script>`);
}

// Serves the pages. A trial begins with the cookies of its host, goes on to a
// page of its origin, and may end with a link to the logout URL.
class Walk {
    // `trials`: { what, host, origin, mayAsk, mayFollow }; `mayAsk`: Chromium
    // asks for the logout URL; `mayFollow`: a link to it logs out.
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
            response.end(pageWithRules(this.trial));
        } else if (url === '/prerender/canary') {
            this.trial.canary = headers['sec-purpose'];
            response.end();
        } else if (url === '/prerender/settled') {
            await this.checkRefusal(this.trial);
            response.end(this.trial.mayFollow ? logoutUrl(this.trial)
                : await this.next() ?? 'about:blank');
        } else if (url === after) {
            this.trial.cookies = headers.cookie;
            response.end(pageThatGoesOn('/prerender/next'));
        } else {
            await this.checkLogout(this.trial);
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

// What nginx answered to each request for the logout URL.
function results(world, { host }) {
    return world.logLines(host).map((line) => line.split(' ')[2]);
}

// Waits for what Chromium does ahead of a click.
async function checkRequests(world, trial) {
    const { what, mayAsk } = trial;

    await until(() => trial.canary, `${what}: prerendering`);
    if (mayAsk) {
        await until(() => results(world, trial).length > 0,
            `${what}: a request`);
    }
    tap.equal(results(world, trial), mayAsk ? ['prefetch'] : [],
        `${what}: result`);
}

// What was refused must not be what the user gets: a link asks again.
async function checkClick(world, trial) {
    const { what, mayAsk } = trial;
    const expected = [...mayAsk ? ['prefetch'] : [], 'logged_out'];

    await until(() => results(world, trial).length >= expected.length,
        `${what}: a request for the link`);
    tap.equal(results(world, trial), expected,
        `${what}, then a link: results`);
    tap.equal(trial.cookies, undefined, `${what}, then a link: cookies left`);
}

// Walks through all trials. `begin` is called before each, `checkRefusal` when
// Chromium is done with its rules, `checkLogout` after a link was followed.
async function test(world, { begin, checkRefusal, checkLogout }) {
    const { walk } = world;

    Object.assign(walk, {
        begin,
        checkRefusal: async (trial) => {
            await checkRequests(world, trial);
            await checkRefusal(trial);
        },
        checkLogout: async (trial) => {
            await checkClick(world, trial);
            await checkLogout(trial);
        },
    });

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
