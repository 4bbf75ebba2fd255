// Stands in for Schibsted's SDK 2.x, which is in no registry: what it sends, what
// it keeps, and what it tells its subscribers. The answer to each request is a
// script that calls SPiD.Talk.response() with the name that the request gave.

const stored = 'SPiD_Session';
const subscribers = new Map();
const waiting = new Map();

let options;
let session = {};
let status = 'unknown';
let hasBegun = false;

function fire(event, data) {
    for (const subscriber of subscribers.get(event) ?? []) {
        subscriber(data);
    }
}

function respond(name, data) {
    waiting.get(name)?.(data.error ?? null, data.response ?? data);
    waiting.delete(name);
}

function request(path, callback) {
    const name = `f${(Math.random() * 2 ** 30).toString(16).replace('.', '')}`;
    const script = document.createElement('script');
    const fail = (description) => respond(name, {
        error: { type: 'communication', code: 503, description },
        response: {},
    });
    const timer = setTimeout(fail, options.timeout, 'Timeout reached');

    waiting.set(name, (...answer) => {
        clearTimeout(timer);
        script.remove();
        callback(...answer);
    });
    script.src = `https://${options.server}/${path}?callback=${
        name}&redirect_uri=${encodeURIComponent(location.href)}&client_id=${
        options.client_id}`;
    script.onerror = () => fail('Browser triggered error');
    document.head.append(script);
}

// The events of a session that follows another.
function tell(before, now) {
    const hasBoth = before.userId && now.userId;
    const isAnother = before.userId !== now.userId;
    const events = {
        'SPiD.login': now.userId && isAnother,
        'SPiD.logout': before.userId && !now.userId,
        'SPiD.userChange': hasBoth && isAnother,
        'SPiD.sessionChange': before.userId || now.userId,
        'SPiD.notLoggedin': !before.userId && !now.userId,
        'SPiD.sessionInit': now.userId && !hasBegun,
        'SPiD.statusChange': now.userStatus !== status,
    };

    hasBegun ||= Boolean(now.userId);
    status = now.userStatus;
    for (const event of Object.keys(events).filter((name) => events[name])) {
        fire(event, now);
    }
}

function accept(error, data, callback) {
    const before = session;

    session = data;
    tell(before, data);
    callback(error, data);
}

// It asks the server only if it remembers no session.
function hasSession(callback = () => {}) {
    const remembered = JSON.parse(localStorage.getItem(stored));

    if (remembered) {
        session = remembered;
        accept(null, remembered, callback);
        return;
    }
    request('ajax/hasSession.js', (error, data) => {
        if (error) {
            fire('SPiD.error', error);
        } else if (data.result) {
            localStorage.setItem(stored, JSON.stringify(data));
        }
        accept(error, data, callback);
    });
}

function logout(callback = () => {}) {
    request('ajax/logout.js', (error, data) => {
        if (data.result) {
            localStorage.removeItem(stored);
            fire('SPiD.logout', data);
        }
        callback(error, data);
    });
}

export default {
    init: (given) => {
        options = { timeout: 5000, ...given };
        window.SPiD = { Talk: { response: respond } };
    },
    event: {
        subscribe: (event, subscriber) => {
            subscribers.set(event,
                [...subscribers.get(event) ?? [], subscriber]);
        },
    },
    hasSession,
    logout,
};
