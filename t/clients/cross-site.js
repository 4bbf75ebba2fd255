// Who can log whom out: every way in which a page makes a browser ask for the
// logout URL, from the endpoint's own origin, from its site and from another
// one, under each value of logout_cross_site. README.md says who is logged out;
// its table is what is expected here.

const tap = require('../lib/browser/tap.js');
const readme = require('./readme.js');
const site = require('./site.js');
const { until } = require('./visitor.js');
const prerender = require('./prerender.js');
const { follow, requests } = require('./requests.js');

// The words of the table: from which pages a logout succeeds with which cookie.
// A page of another site gets by with a SameSite=None cookie only, where the
// browser sends no other.
const everywhere = ['own origin', 'own site', 'another site'];
const verdicts = {
    nobody: { Lax: [], None: [] },
    'own origin': { Lax: ['own origin'], None: ['own origin'] },
    'own site': {
        Lax: ['own origin', 'own site'], None: ['own origin', 'own site'],
    },
    'any site, `None`': { Lax: ['own origin', 'own site'], None: everywhere },
    'any site': { Lax: everywhere, None: everywhere },
};

// Where nginx gets no Lax cookie, but the browser obeys when it is told to
// forget it.
const cookieOnly = '; another\'s `Lax`: the cookie only';

// A host of its own for each try: browsers remember what hosts refused.
const domainOf = (policy) => `${policy}.cross.example.test`;
const hostOf = ({ row, policy, place }) =>
    `row${row}-${place.replace(' ', '-')}.${domainOf(policy)}`;
const pageOf = (trial) => ({
    'own origin': `https://${hostOf(trial)}/page`,
    'own site': `https://${site.sites.same}/page`,
    'another site': `https://${site.sites.other}/page`,
})[trial.place];

function endpoint(policy, world) {
    return `
    server {
        listen 127.0.0.1:${world.tlsPort} ssl;
        server_name *.${domainOf(policy)};

        logout_cross_site ${policy};
        logout_return_url /out /prerender/after;
        logout_session    format=raw cookie=Lax prefix=Lax: secure;
        logout_session    format=raw cookie=None prefix=None: secure
                          samesite=none;

        location = /logout {
            logout auth0;
        }

        location = /logout-of-client {
            logout auth0;
            logout_client my-spa {
                return_url /out;
                origin https://${site.sites.same} https://${site.sites.other};
            }
        }

        location ^~ /prerender/ {
            proxy_pass http://127.0.0.1:${world.walkPort};
        }

        location / {
            return 200 '<!doctype html><link rel=icon href=data:,>';
        }
    }`;
}

function configuration(world, policies) {
    return policies.map((policy) => endpoint(policy, world)).join('\n');
}

// The table: { policies, rows: [{ request, cells }] }.
function readTable() {
    const { head, rows } = readme.table('a page has');

    return {
        policies: head.slice(1).map(readme.code),
        rows: rows.map(([request, ...cells]) => ({ request, cells })),
    };
}

const link = 'a link';

function rowOf(table, wanted) {
    return table.rows.find(({ request }) => request === wanted);
}

async function setSessions(world, host) {
    for (const sameSite of ['Lax', 'None']) {
        await world.redis.set(`${sameSite}:${host}`, '1');
    }
}

async function beginSessions(world, host) {
    await setSessions(world, host);
    for (const sameSite of ['Lax', 'None']) {
        await world.profile.addCookies([{
            name: sameSite, value: host, url: `https://${host}/`,
            secure: true, httpOnly: true, sameSite,
        }]);
    }
}

async function sessionsLeft(world, host) {
    const keys = await world.redis.keys(`*:${host}`);
    return keys.map((key) => key.split(':')[0]).sort();
}

async function cookiesLeft(world, host) {
    const cookies = await world.profile.cookies(`https://${host}/`);
    return cookies.map(({ name }) => name).sort();
}

// What the table says is left: the sessions, and the cookies.
function expectedLeft(cell, place) {
    const only = cell.endsWith(cookieOnly);
    const verdict = verdicts[cell.replace(cookieOnly, '')];
    const sessions = ['Lax', 'None'].filter((sameSite) =>
        !verdict[sameSite].includes(place));

    return {
        sessions,
        cookies: only && place === 'another site' ? [] : sessions,
    };
}

// Compares what is left with what a cell of the table says.
async function checkLeft(world, trial, cell, what) {
    const host = hostOf(trial);
    const expected = expectedLeft(cell, trial.place);

    tap.equal(await sessionsLeft(world, host), expected.sessions,
        `${what}: sessions left`);
    tap.equal(await cookiesLeft(world, host), expected.cookies,
        `${what}: cookies left`);
}

async function tryRequest(world, page, trial) {
    const { request, policy, place, cell, linkCell } = trial;
    const what = `${request}, ${policy}, ${place}`;
    const host = hostOf(trial);
    const url = `https://${host}/logout${
        request.includes('client') ? '-of-client' : ''}`;
    const requestsOf = (number, of) => until(() =>
        world.logLines(host).length >= number, `${of}: a request`);

    await beginSessions(world, host);
    await page.goto(pageOf(trial));
    const asked = await requests[request](page, url);
    if (asked) {
        await requestsOf(1, what);
    }
    await checkLeft(world, trial, cell, what);

    // the answer to what was fetched ahead must not be that to the link
    if (request.includes('prefetch')) {
        await follow(page, url);
        await requestsOf(asked ? 2 : 1, `${what}, then a link`);
        await checkLeft(world, trial, linkCell, `${what}, then a link`);
    }
    return asked;
}

async function tryPolicy(world, table, policy, needsFront) {
    const page = await world.profile.newPage();
    const column = table.policies.indexOf(policy);

    for (const [row, { request, cells }] of table.rows.entries()) {
        if (!requests[request]
            || Boolean(requests[request].needsFront) !== needsFront) {
            continue;
        }
        const asked = [];
        for (const place of everywhere) {
            asked.push(await tryRequest(world, page,
                { row, request, policy, place, cell: cells[column],
                    linkCell: rowOf(table, link).cells[column] }));
        }
        tap.equal(asked.slice(0, 2), [true, true],
            `${request}, ${policy}: the browser asks`);
    }
    await page.close();
}

async function test(world) {
    const table = readTable();

    tap.equal(table.rows.map(({ request }) => request).sort(),
        [...Object.keys(requests), prerender.request].sort(),
        'README.md has the requests');
    await Promise.all(table.policies.map((policy) =>
        tryPolicy(world, table, policy, false)));
    for (const policy of table.policies) {
        await tryPolicy(world, table, policy, true);
    }
}

// What a walk through pages that ask for prerendering visits.
function prerenderTrials() {
    const table = readTable();
    const row = table.rows.findIndex(({ request }) =>
        request === prerender.request);
    const { cells: links } = rowOf(table, link);

    return table.policies.flatMap((policy, column) =>
        everywhere.map((place) => {
            const trial = { row, policy, place };
            return {
                what: `${prerender.request}, ${policy}, ${place}`,
                host: hostOf(trial),
                origin: new URL(pageOf(trial)).origin,
                mayAsk: place !== 'another site',
                mayFollow: verdicts[links[column]].Lax.includes(place),
                left: expectedLeft(table.rows[row].cells[column], place)
                    .sessions,
            };
        }));
}

async function testPrerendering(world) {
    await prerender.test(world, {
        begin: ({ host }) => setSessions(world, host),
        checkRefusal: async ({ host, what, left }) => {
            tap.equal(await sessionsLeft(world, host), left,
                `${what}: sessions left`);
        },
        checkLogout: async ({ host, what }) => {
            tap.equal(await sessionsLeft(world, host), [],
                `${what}, then a link: sessions left`);
        },
    });
}

module.exports = {
    configuration, domainOf, prerenderTrials, readTable, test,
    testPrerendering,
};
