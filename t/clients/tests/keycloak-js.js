const { equal } = require('../../lib/browser/tap.js');
const { Visitor, until } = require('../visitor.js');

const path = '/realms/my-realm/protocol/openid-connect/logout';
const from = { same: 'same-site', other: 'cross-site' };

async function redirects(visitor) {
    await visitor.logsOut('GET',
        `GET ${path} logged_out ${from[visitor.site]} navigate document`,
        visitor.url('after?x=1&y=%C3%B8%20z'), 'logOut',
        { redirectUri: visitor.url('after?x=1&y=ø z') });
}

// A cross-site form brings no Lax cookie: see cross-site.js.
async function posts(visitor) {
    await visitor.logsOut('POST',
        `POST ${path} logged_out same-site navigate document`,
        visitor.url('after?x=1&y=%C3%B8%20z'), 'logOut',
        { logoutMethod: 'POST', redirectUri: visitor.url('after?x=1&y=ø z') });
    equal(await visitor.call('whoAmI'), 'nobody',
        visitor.says('init() finds nobody'));
}

// Keycloak's page in a frame tells other tabs.
async function tellsOthers(visitor) {
    await visitor.logIn();
    const leaving = visitor.page;

    visitor.page = await visitor.openTab();
    await visitor.page.goto(visitor.url('second'));
    equal(await visitor.call('watch'), 'alice',
        visitor.says('a second tab finds the user'));

    const watching = visitor.page;
    visitor.page = leaving;
    await visitor.leave(visitor.url('after'), 'logOut',
        { redirectUri: visitor.url('after') });

    visitor.page = watching;
    await until(async () => (await visitor.call('notes')).length > 0,
        visitor.says('the event in the other tab'));
    equal(await visitor.call('notes'), [['onAuthLogout']],
        visitor.says('the event onAuthLogout in the other tab'));
}

module.exports = async (world) => {
    for (const site of ['same', 'other']) {
        const visitor = await Visitor.arrive(world, 'keycloak-js', site);
        await redirects(visitor);
        if (site === 'same') {
            await posts(visitor);
            await tellsOthers(visitor);
        }
        await visitor.close();
    }
};
