const { equal, ok } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

const path = '/oauth2/default/v1/logout';
const from = { same: 'same-site', other: 'cross-site' };

async function redirects(visitor) {
    await visitor.logsOut('signOut()',
        `GET ${path} logged_out ${from[visitor.site]} navigate document`,
        visitor.url('after?x=1&y=%C3%B8%20z&state=st%201'), 'logOut',
        { state: 'st 1' });
    equal(await visitor.call('isAuthenticated'), false,
        visitor.says('isAuthenticated() is false'));
}

async function tellsOfRemoval(visitor) {
    await visitor.logIn();
    await visitor.leave(visitor.url('after?x=1&y=%C3%B8%20z'), 'logOut',
        { clearTokensBeforeRedirect: true });
    const removed = (await visitor.call('notes'))
        .filter(([event]) => event === 'removed').map(([, token]) => token);
    equal(removed.slice(-2).sort(), ['accessToken', 'idToken'],
        visitor.says('the event "removed" for each token'));
}

async function closesSession(visitor) {
    await visitor.logIn();
    equal(await visitor.call('isAuthenticated'), true,
        visitor.says('isAuthenticated() after the login'));
    equal(await visitor.call('whoAmI'), 'alice',
        visitor.says('getWithoutPrompt() finds the user'));
    equal(await visitor.call('closeSession'), true,
        visitor.says('closeSession() resolves to'));
    await visitor.isLoggedOut('closeSession()',
        'DELETE /api/v1/sessions/me logged_out same-site cors empty');
    ok(visitor.logLines().includes(
        'OPTIONS /api/v1/sessions/me preflight same-site cors empty'),
    visitor.says('closeSession() comes with a preflight'));
    equal(await visitor.call('closeSession'), true,
        visitor.says('closeSession() once more'));

    await visitor.logIn();
    await visitor.call('forgetTokens');
    await visitor.leave(visitor.url('after?x=1&y=%C3%B8%20z'), 'logOut');
    await visitor.isLoggedOut('signOut() without tokens',
        'DELETE /api/v1/sessions/me logged_out same-site cors empty');
    equal((await visitor.call('notes')).at(-1), ['signOut', true],
        visitor.says('signOut() resolves to'));
}

module.exports = async (world) => {
    for (const site of ['same', 'other']) {
        const visitor = await Visitor.arrive(world, 'okta-auth-js', site);
        await redirects(visitor);
        if (site === 'same') {
            await tellsOfRemoval(visitor);
            await closesSession(visitor);
        }
        await visitor.close();
    }
};
