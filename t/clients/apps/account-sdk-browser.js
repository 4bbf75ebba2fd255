import { Identity } from '@schibsted/account-sdk-browser';

import { callbackUrl, edge, note, notes, pageUrl } from './page.js';

const identity = new Identity({
    clientId: '56e9a5d1eee0000000000000',
    sessionDomain: edge,
    env: 'PRE',
    redirectUri: pageUrl(''),
});

const events = ['login', 'logout', 'sessionInit', 'sessionChange',
    'statusChange', 'userChange', 'notLoggedin', 'error'];

for (const event of events) {
    identity.on(event, (payload) => note(event, typeof payload));
}

window.app = {
    notes,

    // The SDK's login() leads to Schibsted, not to the session's domain.
    logIn: () => {
        location.href = `${edge}/login?redirect_uri=${
            encodeURIComponent(callbackUrl)}`;
    },
    finishLogIn: () => window.app.whoAmI(),
    whoAmI: async () => {
        try {
            return (await identity.hasSession()).sub ?? 'nobody';
        } catch (error) {
            return error.code;
        }
    },
    logOut: (redirectUri) => identity.logout(redirectUri),
};
