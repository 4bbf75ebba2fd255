import { Auth0Client } from '@auth0/auth0-spa-js';

import { callbackUrl, clientId, edge, note, notes } from './page.js';

const client = new Auth0Client({
    domain: new URL(edge).host,
    clientId,
    cacheLocation: 'localstorage',
    authorizationParams: { redirect_uri: callbackUrl },
});

window.app = {
    notes,
    logIn: () => client.loginWithRedirect(),
    finishLogIn: () => client.handleRedirectCallback(),

    // what the SDK believes, and what its provider says
    isAuthenticated: () => client.isAuthenticated(),
    whoAmI: async () => {
        try {
            await client.getTokenSilently({ cacheMode: 'off' });
            return (await client.getUser()).sub;
        } catch ({ error }) {
            return error;
        }
    },

    logOut: async (options) => {
        await client.logout(options);
        note('resolved');
    },

    // a logout that leaves the page where it is
    logOutByFetch: async (logoutParams) => {
        let status;
        await client.logout({
            logoutParams,
            openUrl: async (url) => {
                const response = await fetch(url, { credentials: 'include' });
                status = response.status;
            },
        });
        return status;
    },
};
