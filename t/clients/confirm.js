// The question before a logout, in a browser: where it leads, and that no page of
// others gets around it.

const tap = require('../lib/browser/tap.js');
const { openFrame, refused } = require('./frames.js');
const { follow, requests } = require('./requests.js');
const site = require('./site.js');
const { until } = require('./visitor.js');

// A host of its own for each try.
const domain = 'confirm.example.test';
const pages = {
    'a page of the same site': `https://${site.sites.same}/page`,
    'a page of another site': `https://${site.sites.other}/page`,
};
const landing = `https://${site.sites.other}/page`;
const query = new URLSearchParams({
    client_id: 'my-spa', post_logout_redirect_uri: landing, state: 'a b',
});

function configuration(world) {
    return `
    server {
        listen 127.0.0.1:${world.tlsPort} ssl;
        server_name *.${domain};

        # the page with the question names no icon, and the browser looks for one
        location = /favicon.ico {
            return 204;
        }

        location = /logout {
            logout         oidc;
            logout_confirm on;
            logout_session format=raw cookie=sid prefix=sess: secure
                           samesite=none;
            logout_client  my-spa { return_url ${landing}; }
        }
    }`;
}

// Somebody with a session of `host`, whose cookie every page's request brings.
async function arrive(world, host, url) {
    const page = await world.profile.newPage();

    await world.redis.set(`sess:${host}`, '1');
    await world.profile.addCookies([{
        name: 'sid', value: host, url: `https://${host}/`,
        secure: true, httpOnly: true, sameSite: 'None',
    }]);
    await page.goto(url);
    return page;
}

async function isLoggedIn(world, host) {
    const cookies = await world.profile.cookies(`https://${host}/`);

    return [await world.redis.exists(`sess:${host}`) === 1,
        cookies.some(({ name }) => name === 'sid')];
}

// The results of all requests so far, when there are as many as expected.
async function checkResults(world, host, expected, what) {
    const results = () => world.logLines(host)
        .map((line) => line.split(' ')[2]);

    await until(() => results().length >= expected.length, `${what}: requests`);
    tap.equal(results(), expected, `${what}: results`);
}

async function checkLoggedIn(world, host, expected, what) {
    tap.equal(await isLoggedIn(world, host), [expected, expected],
        `${what}: has a session and its cookie`);
}

// A user who follows a link and then answers the question.
async function answers(world, [from, url], number) {
    const what = `the question, from ${from}`;
    const host = `answers${number}.${domain}`;
    const page = await arrive(world, host, url);

    await follow(page, `https://${host}/logout?${query}`);
    tap.equal(await page.textContent('button'), 'Sign out',
        `${what}: is asked`);
    await checkResults(world, host, ['confirmation_required'], what);
    await checkLoggedIn(world, host, true, what);

    await page.click('button', { noWaitAfter: true });
    await page.waitForURL(`${landing}?state=a+b`);
    await checkResults(world, host, ['confirmation_required', 'logged_out'],
        `${what}, answered`);
    await checkLoggedIn(world, host, false, `${what}, answered`);
    await page.close();
}

// A page that sends the form of the question itself, without the token.
async function posts(world, [from, url], number) {
    const what = `a form without the token, from ${from}`;
    const host = `posts${number}.${domain}`;
    const page = await arrive(world, host, url);

    await requests['a form, POST'](page, `https://${host}/logout?${query}`);
    tap.equal(await page.textContent('button'), 'Sign out',
        `${what}: is asked`);
    await checkResults(world, host, ['confirmation_required'], what);
    await checkLoggedIn(world, host, true, what);
    await page.close();
}

// A page that would have its visitor click on what it hides. The browser does
// not show the question in a frame; another site's page does not even get it.
async function frames(world, [from, url], number) {
    const what = `the question in a frame, from ${from}`;
    const host = `frames${number}.${domain}`;
    const page = await arrive(world, host, url);
    const frame = await openFrame(page, `https://${host}/logout?${query}`);

    tap.equal(await frame.getByText('Sign out').count(), 0,
        `${what}: is not shown`);
    await checkResults(world, host, [frame.url() === refused
        ? 'confirmation_required' : 'cross_site'], what);
    await checkLoggedIn(world, host, true, what);
    await page.close();
}

async function test(world) {
    for (const [number, from] of Object.entries(pages).entries()) {
        await answers(world, from, number);
        await posts(world, from, number);
        await frames(world, from, number);
    }
}

module.exports = { configuration, domain, test };
