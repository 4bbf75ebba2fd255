const { equal } = require('../../lib/browser/tap.js');
const { Visitor } = require('../visitor.js');

const from = { same: 'same-site', other: 'cross-site' };

module.exports = async (world) => {
    for (const site of ['same', 'other']) {
        const visitor = await Visitor.arrive(world, 'account-sdk-browser',
            site);
        await visitor.logsOut('redirect_uri',
            `GET /logout logged_out ${from[site]} navigate document`,
            visitor.url('after?x=1&y=%C3%B8%20z'), 'logOut',
            visitor.url('after?x=1&y=ø z'));
        equal((await visitor.call('notes')).at(-1), ['logout', 'undefined'],
            visitor.says('the event "logout", without a payload'));

        if (site === 'same') {
            equal((await visitor.call('notes')).map(([event]) => event).sort(),
                ['login', 'logout', 'sessionChange', 'sessionInit',
                    'statusChange'],
                visitor.says('the events of the login, and "logout"'));
            equal(await visitor.call('whoAmI'), 401,
                visitor.says('hasSession() finds nobody'));
        }
        await visitor.close();
    }
};
