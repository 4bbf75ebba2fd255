// The SDK itself is what SPID_SDK names, if that is set; see run.js.
import SPiD from 'spid-sdk-js';

import { callbackUrl, edge, note, notes } from './page.js';

const events = ['login', 'logout', 'sessionInit', 'sessionChange',
    'statusChange', 'userChange', 'notLoggedin'];

for (const event of events) {
    SPiD.event.subscribe(`SPiD.${event}`, () => note(`SPiD.${event}`));
}

SPiD.init({
    client_id: 'my-spa',
    server: new URL(edge).host,
    useSessionCluster: false,
    // none of its requests is meant to take this long
    timeout: 20000,
});

function call(method) {
    return new Promise((resolve) => {
        SPiD[method]((error, data) => resolve({ error, data }));
    });
}

window.app = {
    notes,

    // The SDK has no method for this, but a link.
    logIn: () => {
        location.href = `${edge}/login?redirect_uri=${
            encodeURIComponent(callbackUrl)}`;
    },
    finishLogIn: () => call('hasSession'),
    hasSession: () => call('hasSession'),
    logOut: () => call('logout'),
};
