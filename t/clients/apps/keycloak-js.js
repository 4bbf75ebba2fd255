import Keycloak from 'keycloak-js';

import { callbackUrl, clientId, edge, note, notes, pageUrl } from './page.js';

const keycloak = new Keycloak({ url: edge, realm: 'my-realm', clientId });

keycloak.onAuthLogout = () => note('onAuthLogout');

async function initialise(options) {
    await keycloak.init({
        checkLoginIframe: false,
        silentCheckSsoRedirectUri: pageUrl('silent'),
        ...options,
    });
    return keycloak.authenticated ? keycloak.tokenParsed.sub : 'nobody';
}

if (location.pathname.endsWith('/silent')) {
    parent.postMessage(location.href, location.origin);
}

window.app = {
    notes,
    logIn: () => initialise().then(() =>
        keycloak.login({ redirectUri: callbackUrl })),
    finishLogIn: () => initialise(),
    whoAmI: () => initialise({ onLoad: 'check-sso' }),

    // a second tab, which Keycloak's page in a frame tells of the logout
    watch: () => initialise({
        onLoad: 'check-sso', checkLoginIframe: true,
        checkLoginIframeInterval: 1,
    }),
    logOut: (options) => keycloak.logout(options),
};
