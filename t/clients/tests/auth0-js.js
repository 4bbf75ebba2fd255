const { equal } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

const navigation = (site) =>
    `GET /v2/logout logged_out ${site} navigate document`;
const from = { same: 'same-site', other: 'cross-site' };

module.exports = async (world) => {
    for (const site of ['same', 'other']) {
        const visitor = await Visitor.arrive(world, 'auth0-js', site);
        const landing = visitor.url('after?x=1&y=%C3%B8%20z');

        await visitor.logsOut('returnTo', navigation(from[site]), landing,
            'logOut', { returnTo: visitor.url('after?x=1&y=ø z') });
        await visitor.logsOut('without client_id', navigation(from[site]),
            `https://app.example.test/auth0-js/after`, 'logOut',
            { clientID: '', returnTo:
                'https://app.example.test/auth0-js/after' });
        await visitor.close();
    }

    const visitor = await Visitor.arrive(world, 'auth0-js');
    await visitor.logIn();
    equal(await visitor.call('whoAmI'), 'alice',
        visitor.says('checkSession() finds the user'));
    await visitor.leave(visitor.url('after'), 'logOut',
        { returnTo: visitor.url('after') });
    equal(await visitor.call('whoAmI'), 'login_required',
        visitor.says('after the logout it finds nobody'));

    // the first URL of the client's list
    await visitor.logsOut('no returnTo', navigation('same-site'),
        visitor.url('after'), 'logOut');
    await visitor.close();
};
