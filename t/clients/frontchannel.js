// OpenID Connect Front-Channel Logout in a browser: a provider's sign-out page
// frames an application's logout URL. Providers are on app.example.test, the
// application's site, and on app.elsewhere.test; nobody else's page may show it.

const tap = require('../lib/browser/tap.js');
const { openFrame, refused } = require('./frames.js');
const site = require('./site.js');
const { until } = require('./visitor.js');

// A host of its own for each trial, so that none meets another's cookies.
const domain = 'front.example.test';
const hostOf = ({ number }) => `trial${number}.${domain}`;
const issuer = `https://${site.sites.same}`;

// `page`: who frames; `names`: the URL has iss and sid; `sendsCookies`: the
// browser is one that sends cookies into frames of other sites; `hidesItself`:
// the page sends no Referer. What comes of it: `result`; `ended`: the session
// that the provider named ("named"), that of the cookie ("cookie"), or none;
// `keepsCookie`.
const provider = { same: `${issuer}/page`,
    other: `https://${site.sites.other}/page` };
const stranger = { same: `https://shop.${domain}/page`,
    other: `https://${site.sites.stranger}/page` };
const path = '/frontchannel-logout';
const trials = [
    {
        what: 'a provider of the same site', page: provider.same, names: true,
        result: 'logged_out', ended: 'named',
    },
    {
        what: 'a provider of the same site, without iss and sid',
        page: provider.same, result: 'logged_out', ended: 'cookie',
    },
    {
        what: 'a provider of another site', page: provider.other, names: true,
        sendsCookies: true, result: 'logged_out', ended: 'named',
    },
    {
        what: 'a provider of another site, without iss and sid',
        page: provider.other, sendsCookies: true,
        result: 'logged_out', ended: 'cookie',
    },
    {
        what: 'a provider of another site, no cookie is sent',
        page: provider.other, names: true,
        result: 'logged_out', ended: 'named', keepsCookie: true,
    },
    {
        // siblings may end sessions, as everywhere, but not frame the page
        what: 'another page of the same site', page: stranger.same,
        names: true, result: 'logged_out', ended: 'named', isHidden: true,
    },
    {
        what: 'a page of another site', page: stranger.other, names: true,
        sendsCookies: true, result: 'cross_site', isHidden: true,
    },
    {
        what: 'a page of another site, without iss and sid',
        page: stranger.other, sendsCookies: true,
        result: 'cross_site', isHidden: true,
    },
    {
        what: 'a page of another site that sends no Referer, session_required',
        page: stranger.other, sendsCookies: true, hidesItself: true,
        path: '/session-required', result: 'bad_request', isHidden: true,
    },
].map((trial, number) => ({ path, number, ...trial }));

function configuration(world) {
    return `
    server {
        listen 127.0.0.1:${world.tlsPort} ssl;
        server_name *.${domain};

        logout_session      format=raw cookie=sid prefix=sess: secure
                            samesite=none;
        logout_oidc_index   sid_key=oidc:sid:$logout_sid;
        logout_frontchannel issuer=${issuer}
                            origin=https://${site.sites.same}
                            origin=https://${site.sites.other};

        location = ${path} {
            logout oidc-frontchannel;
        }

        location = /session-required {
            logout              oidc-frontchannel;
            logout_frontchannel issuer=${issuer} session_required
                                origin=https://${site.sites.same}
                                origin=https://${site.sites.other};
        }

        location = /page {
            return 200 '<!doctype html><link rel=icon href=data:,>';
        }
    }`;
}

// The sessions of a trial: the one that the provider names, and the one of the
// browser's cookie.
async function beginSessions(world, context, trial) {
    const host = hostOf(trial);

    await world.redis.set(`sess:named:${host}`, '1');
    await world.redis.set(`sess:cookie:${host}`, '1');
    await world.redis.set(`oidc:sid:${host}`, `sess:named:${host}`);
    await context.addCookies([{
        name: 'sid', value: `cookie:${host}`, url: `https://${host}/`,
        secure: true, httpOnly: true, sameSite: 'None',
    }]);
}

function urlOf(trial) {
    const query = new URLSearchParams({ iss: issuer, sid: hostOf(trial) });

    return `https://${hostOf(trial)}${trial.path}${
        trial.names ? `?${query}` : ''}`;
}

async function sessionsLeft(world, trial) {
    const keys = await world.redis.keys(`sess:*:${hostOf(trial)}`);
    return keys.map((key) => key.split(':')[1]).sort();
}

async function hasCookie(context, trial) {
    return (await context.cookies(`https://${hostOf(trial)}/`)).length > 0;
}

async function tryFrame(world, trial) {
    const context = trial.sendsCookies ? world.profile
        : await world.browser.newContext();
    const says = (what) => `front-channel, ${trial.what}: ${what}`;
    const page = await context.newPage();
    const url = urlOf(trial);

    await beginSessions(world, context, trial);
    await page.goto(trial.page);
    const frame = await openFrame(page, url,
        trial.hidesItself ? 'no-referrer' : '');

    await until(() => world.logLines(hostOf(trial)).length > 0,
        says('a request'));
    tap.equal(world.logLines(hostOf(trial)).map((line) => line.split(' ')[2]),
        [trial.result], says('result'));
    tap.equal(frame.url(), trial.isHidden ? refused : url,
        says('what the frame shows'));
    if (!trial.isHidden) {
        tap.equal((await frame.textContent('body')).includes(
            'You are signed out'), true, says('the page in it'));
    }
    tap.equal(await sessionsLeft(world, trial),
        ['cookie', 'named'].filter((session) => session !== trial.ended),
        says('sessions left'));
    tap.equal(await hasCookie(context, trial),
        Boolean(!trial.ended || trial.keepsCookie), says('has the cookie'));

    await (trial.sendsCookies ? page : context).close();
}

async function test(world) {
    for (const trial of trials) {
        await tryFrame(world, trial);
    }
}

module.exports = { configuration, domain, test };
