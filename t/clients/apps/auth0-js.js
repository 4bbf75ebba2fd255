import auth0 from 'auth0-js';

import { callbackUrl, clientId, edge, notes } from './page.js';

const webAuth = new auth0.WebAuth({
    domain: new URL(edge).host,
    clientID: clientId,
    redirectUri: callbackUrl,
    responseType: 'token id_token',
    scope: 'openid',
});

function call(method, ...parameters) {
    return new Promise((resolve) => {
        method.call(webAuth, ...parameters, (error, result) =>
            resolve(error ? error.error : result.idTokenPayload.sub));
    });
}

window.app = {
    notes,
    logIn: () => webAuth.authorize(),
    finishLogIn: () => call(webAuth.parseHash, {}),
    whoAmI: () => call(webAuth.checkSession, {}),
    logOut: (options) => webAuth.logout(options),
};
