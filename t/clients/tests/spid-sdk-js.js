const { equal, ok } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

// The events since the last call, in order.
async function newEvents(visitor) {
    const events = (await visitor.call('notes')).map(([event]) => event);
    const known = visitor.eventsKnown ?? 0;

    visitor.eventsKnown = events.length;
    return events.slice(known);
}

async function answers(visitor) {
    await visitor.logIn();
    equal(await newEvents(visitor),
        ['SPiD.login', 'SPiD.sessionChange', 'SPiD.sessionInit',
            'SPiD.statusChange'],
        visitor.says('events of the login'));

    const { error, data } = await visitor.call('logOut');
    equal(error, null, visitor.says('the callback gets no error'));
    equal(data.result, true, visitor.says('the callback gets the result'));
    ok(Math.abs(data.serverTime - Date.now() / 1000) < 60,
        visitor.says("the callback gets the server's time"));
    equal(await newEvents(visitor), ['SPiD.logout'],
        visitor.says('event of SPiD.logout()'));
    await visitor.isLoggedOut('SPiD.logout()',
        'GET /ajax/logout.js logged_out same-site no-cors script');

    // only an SDK that was told of the logout asks the server again
    const after = await visitor.call('hasSession');
    equal(after.data.userId, undefined,
        visitor.says('SPiD.hasSession() finds nobody'));
    equal(await newEvents(visitor),
        ['SPiD.logout', 'SPiD.sessionChange', 'SPiD.statusChange'],
        visitor.says('events of SPiD.hasSession() after the logout'));
}

// Any site could make a script element.
async function isRefused(visitor) {
    await visitor.logIn();
    await newEvents(visitor);

    const { error } = await visitor.call('logOut');
    equal(error.description, 'Browser triggered error',
        visitor.says('the callback gets an error'));
    equal(await newEvents(visitor), [], visitor.says('there is no event'));
    const refused = 'GET /ajax/logout.js cross_site cross-site no-cors script';
    equal(await visitor.lastLogged(refused), refused,
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
