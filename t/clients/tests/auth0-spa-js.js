const { equal } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

const from = { same: 'same-site', other: 'cross-site' };

async function redirects(visitor) {
    await visitor.logsOut('returnTo',
        `GET /v2/logout logged_out ${from[visitor.site]} navigate document`,
        visitor.url('after?x=1&y=%C3%B8%20z'), 'logOut',
        { logoutParams: { returnTo: visitor.url('after?x=1&y=ø z') } });
    equal(await visitor.call('isAuthenticated'), false,
        visitor.says('isAuthenticated() is false'));
}

async function fetches(visitor) {
    await visitor.logIn();
    equal(await visitor.call('isAuthenticated'), true,
        visitor.says('isAuthenticated() after the login'));
    equal(await visitor.call('whoAmI'), 'alice',
        visitor.says('getTokenSilently() finds the user'));
    equal(await visitor.call('logOutByFetch',
        { returnTo: visitor.url('after') }), 204,
    visitor.says('openUrl with fetch(): the promise resolves, status'));
    await visitor.isLoggedOut('openUrl with fetch()',
        'GET /v2/logout logged_out same-site cors empty');
    equal(await visitor.call('whoAmI'), 'login_required',
        visitor.says('getTokenSilently() finds nobody'));
}

module.exports = async (world) => {
    for (const site of ['same', 'other']) {
        const visitor = await Visitor.arrive(world, 'auth0-spa-js', site);
        await redirects(visitor);
        if (site === 'same') {
            await fetches(visitor);
        }
        await visitor.close();
    }
};
