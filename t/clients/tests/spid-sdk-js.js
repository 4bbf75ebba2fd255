const { equal, ok } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

async function answers(visitor) {
    await visitor.logIn();
    equal(await visitor.call('whoAmI'), 'alice',
        visitor.says('the user is logged in'));

    const { error, data } = await visitor.call('logOut');
    equal(error, null, visitor.says('the callback gets no error'));
    equal(data.result, true, visitor.says('the callback gets the result'));
    ok(Math.abs(data.serverTime - Date.now() / 1000) < 60,
        visitor.says("the callback gets the server's time"));
    equal(await visitor.call('notes'), [['SPiD.logout']],
        visitor.says('the event SPiD.logout'));
    await visitor.isLoggedOut('SPiD.logout()',
        'GET /ajax/logout.js logged_out same-site no-cors script');
    equal(await visitor.call('whoAmI'), 'nobody',
        visitor.says('the user is logged out'));
}

// Any site could make a script element.
async function isRefused(visitor) {
    await visitor.logIn();
    const { error } = await visitor.call('logOut');
    equal(error.description, 'Browser triggered error',
        visitor.says('the callback gets an error'));
    equal(await visitor.lastLogged(),
        'GET /ajax/logout.js cross_site cross-site no-cors script',
        visitor.says('the request is refused'));
    equal(await visitor.isAlive(), true, visitor.says('the session stays'));
}

module.exports = async (world) => {
    for (const [site, test] of [['same', answers], ['stranger', isRefused]]) {
        const visitor = await Visitor.arrive(world, 'spid-sdk-js', site);
        await test(visitor);
        await visitor.close();
    }
};
