// Schibsted's SDK 2.x is in no registry. This is its exchange as it was
// captured: a script element, whose answer calls SPiD.Talk.response() with the
// name that the page gave it.

import { callbackUrl, edge, note, notes } from './page.js';

const patience = 5000;
const waiting = new Map();

window.SPiD = {
    Talk: {
        response(name, data) {
            waiting.get(name)?.(data.error ?? null, data.response ?? data);
            waiting.delete(name);
        },
    },
};

function request(path, callback) {
    const name = `f${(Math.random() * 2 ** 30).toString(16).replace('.', '')}`;
    const script = document.createElement('script');
    const fail = (description) => window.SPiD.Talk.response(name, {
        error: { type: 'communication', code: 503, description },
        response: {},
    });

    waiting.set(name, callback);
    script.src = `${edge}/${path}?callback=${name}&redirect_uri=${
        encodeURIComponent(location.href)}&client_id=my-spa`;
    script.onerror = () => fail('Browser triggered error');
    setTimeout(() => fail('Timeout reached'), patience);
    document.head.append(script);
}

window.app = {
    notes,
    logIn: () => {
        location.href = `${edge}/login?redirect_uri=${
            encodeURIComponent(callbackUrl)}`;
    },
    finishLogIn: () => {},
    whoAmI: async () => {
        const response = await fetch(`${edge}/whoami`,
            { credentials: 'include' });
        return response.text();
    },
    logOut: () => new Promise((resolve) => {
        request('ajax/logout.js', (error, data) => {
            if (!error && data.result) {
                note('SPiD.logout');
            }
            resolve({ error, data });
        });
    }),
};
