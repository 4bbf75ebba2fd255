import { OktaAuth } from '@okta/okta-auth-js';

import { callbackUrl, clientId, edge, note, notes, pageUrl } from './page.js';

const client = new OktaAuth({
    issuer: `${edge}/oauth2/default`,
    clientId,
    redirectUri: callbackUrl,
    postLogoutRedirectUri: pageUrl('after?x=1&y=ø z'),
    scopes: ['openid'],
});

// forgets the tokens that signOut() left to be removed
const started = client.start();

client.tokenManager.on('removed', (key) => note('removed', key));

window.app = {
    notes,
    logIn: () => client.signInWithRedirect(),
    finishLogIn: async () => {
        const { tokens } = await client.token.parseFromUrl();
        client.tokenManager.setTokens(tokens);
    },
    isAuthenticated: async () => {
        await started;
        return client.isAuthenticated();
    },
    whoAmI: async () => {
        try {
            const { tokens } = await client.token.getWithoutPrompt();
            return tokens.idToken.claims.sub;
        } catch ({ errorCode, message }) {
            return errorCode ?? message;
        }
    },
    logOut: async (options) => {
        note('signOut', await client.signOut(options));
    },

    // as an application without tokens does
    forgetTokens: () => client.tokenManager.clear(),
    closeSession: () => client.closeSession(),
};
