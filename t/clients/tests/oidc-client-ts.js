const { equal, ok } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

const path = '/connect/endsession';
const from = { same: 'same-site', other: 'cross-site' };

// Where the SDK's state comes back, whatever its value.
function withState(url) {
    return (landing) => landing.href.startsWith(`${url}&state=`);
}

async function redirects(visitor) {
    const landing = visitor.url('after?x=1&y=%C3%B8%20z');

    await visitor.logIn();
    await visitor.leave(withState(landing), 'logOut', { state: { a: 1 } });
    await visitor.isLoggedOut('signoutRedirect()',
        `GET ${path} logged_out ${from[visitor.site]} navigate document`);
    equal((await visitor.call('notes')).at(-1), ['userUnloaded'],
        visitor.says('the event userUnloaded'));
    equal(await visitor.call('hasUser'), false,
        visitor.says('getUser() finds nobody'));
    equal(await visitor.call('finishLogOut'), { a: 1 },
        visitor.says('signoutCallback() gives the state back'));
    ok(/&state=[0-9a-f]{32}$/.test(visitor.page.url()),
        visitor.says('state follows the query'));
}

async function inFrame(visitor) {
    await visitor.logIn();
    equal(await visitor.call('whoAmI'), 'alice',
        visitor.says('signinSilent() finds the user'));
    equal(await visitor.call('logOutSilently'), 'resolved',
        visitor.says('signoutSilent() resolves'));
    await visitor.isLoggedOut('signoutSilent()',
        `GET ${path} logged_out same-site navigate iframe`);
    equal(visitor.page.url().split('?')[0], visitor.url('callback'),
        visitor.says('signoutSilent() leaves the page where it is'));
    equal(await visitor.call('hasUser'), false,
        visitor.says('getUser() finds nobody after signoutSilent()'));
    equal(await visitor.call('whoAmI'), 'login_required',
        visitor.says('signinSilent() finds nobody'));
}

async function posts(visitor) {
    await visitor.logIn();
    await visitor.leave(withState(visitor.url('after?x=1&y=%C3%B8%20z')),
        'logOutByPost', { state: { b: 2 } });
    await visitor.isLoggedOut('a form',
        `POST ${path} logged_out same-site navigate document`);
    equal(await visitor.call('finishLogOut'), { b: 2 },
        visitor.says('a form: signoutCallback() gives the state back'));
}

module.exports = async (world) => {
    for (const site of ['same', 'other']) {
        const visitor = await Visitor.arrive(world, 'oidc-client-ts', site);
        await redirects(visitor);
        if (site === 'same') {
            await inFrame(visitor);
            await posts(visitor);
        }
        await visitor.close();
    }
};
