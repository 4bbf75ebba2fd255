// Somebody with a browser, who uses an application that was built with an SDK,
// and what the test sees of it.

const { setTimeout: sleep } = require('timers/promises');

const tap = require('../lib/browser/tap.js');
const { edgeOf, sites } = require('./site.js');

const patience = 60000;
const places = {
    same: 'same site', other: 'another site', stranger: 'a stranger',
};

// Waits until `condition` holds and returns what it returned.
async function until(condition, what, milliseconds = patience) {
    const deadline = Date.now() + milliseconds;
    let value = await condition();

    while (!value) {
        if (Date.now() > deadline) {
            throw new Error(`${what}: not within ${milliseconds} ms`);
        }
        await sleep(20);
        value = await condition();
    }
    return value;
}

class Visitor {
    // `site`: "same" or "other", seen from the edge, or "stranger", which is no
    // client's either.
    static async arrive(world, name, site = 'same') {
        const visitor = new Visitor();
        Object.assign(visitor, {
            world, name, site,
            edge: `https://${edgeOf(name)}`,
            origin: `https://${sites[site]}`,
            context: await world.browser.newContext(),
        });
        visitor.context.setDefaultTimeout(patience);
        visitor.page = await visitor.openTab();
        return visitor;
    }

    async openTab() {
        const page = await this.context.newPage();
        page.on('pageerror', (error) => {
            tap.diagnose(`${this.name}: ${error.message}`);
        });
        return page;
    }

    url(where) {
        return `${this.origin}/${this.name}/${where}`;
    }

    says(what) {
        return `${this.name}, ${places[this.site]}: ${what}`;
    }

    // What the application's method comes to.
    call(method, ...parameters) {
        return this.page.evaluate(([name, list]) => window.app[name](...list),
            [method, parameters]);
    }

    // Calls a method that leaves the page, and waits for `landing` to be there,
    // an application's page, as waitForURL() wants it.
    async leave(landing, method, ...parameters) {
        await this.page.evaluate(([name, list]) => {
            Promise.resolve(window.app[name](...list)).catch((error) => {
                setTimeout(() => { throw error; });
            });
        }, [method, parameters]);
        await this.page.waitForURL(landing).catch((error) => {
            throw new Error(`${this.says(method)} ended at ${this.page.url()}\n${
                error.message}`);
        });
        await this.page.waitForFunction(() => window.app !== undefined);
    }

    async logIn() {
        await this.page.goto(this.url(''));
        await this.leave((url) => url.pathname.endsWith('/callback'), 'logIn');
        await this.call('finishLogIn');
        this.session = await this.cookie();
        this.linesBefore = this.logLines().length;
        tap.ok(this.session !== undefined, this.says('a cookie is set'));
        tap.equal(await this.isAlive(), true,
            this.says('the session is in Redis'));
    }

    async cookie() {
        const cookies = await this.context.cookies(this.edge);
        return cookies.find(({ name }) => name === 'sid')?.value;
    }

    async isAlive() {
        return await this.world.redis.exists(`sess:${this.session}`) === 1;
    }

    // What nginx logged of this edge's logouts: method, path, result and what
    // the browser said of who asked.
    logLines() {
        return this.world.logLines(edgeOf(this.name));
    }

    // What it logged last, since the login. It logs after it answered, so this
    // waits for `expected`, and for no longer than that may take.
    async lastLogged(expected) {
        const last = () => this.logLines().slice(this.linesBefore).at(-1);

        await until(() => last() === expected, expected).catch(() => {});
        return last();
    }

    // The session is gone, here and in the browser; others' are not.
    async isLoggedOut(what, request) {
        tap.equal(await this.lastLogged(request), request,
            this.says(`${what}: request`));
        tap.equal(await this.isAlive(), false,
            this.says(`${what}: the session is gone from Redis`));
        tap.equal(await this.cookie(), undefined,
            this.says(`${what}: its cookie is gone from the browser`));
        tap.equal(await this.world.redis.exists('sess:bystander'), 1,
            this.says(`${what}: another's session stays`));
    }

    // Logs in, leaves by `method`, and checks where that leads. `request` is
    // what nginx logs last.
    async logsOut(what, request, landing, method, ...parameters) {
        await this.logIn();
        await this.leave((url) => url.href === landing, method, ...parameters);
        tap.ok(true, this.says(`${what}: ends at ${landing}`));
        await this.isLoggedOut(what, request);
    }

    close() {
        return this.context.close();
    }
}

module.exports = { Visitor, until };
