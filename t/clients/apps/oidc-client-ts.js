import { OidcClient, UserManager, WebStorageStateStore } from 'oidc-client-ts';

import { callbackUrl, clientId, edge, note, notes, pageUrl } from './page.js';

const settings = {
    authority: edge,
    client_id: clientId,
    redirect_uri: callbackUrl,
    silent_redirect_uri: pageUrl('silent'),
    post_logout_redirect_uri: pageUrl('after?x=1&y=ø z'),
    popup_post_logout_redirect_uri: pageUrl('silent-signed-out'),
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    scope: 'openid',
};
const manager = new UserManager(settings);

manager.events.addUserUnloaded(() => note('userUnloaded'));
manager.events.addUserSignedOut(() => note('userSignedOut'));

// The SDK has no logout by POST; an application sends its parameters in a form.
function postForm(url) {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = url.origin + url.pathname;
    for (const [name, value] of url.searchParams) {
        const input = document.createElement('input');
        Object.assign(input, { type: 'hidden', name, value });
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}

if (location.pathname.endsWith('/silent')) {
    manager.signinSilentCallback();
}

if (location.pathname.endsWith('/silent-signed-out')) {
    manager.signoutSilentCallback();
}

window.app = {
    notes,
    logIn: () => manager.signinRedirect(),
    finishLogIn: () => manager.signinCallback(),
    hasUser: async () => await manager.getUser() !== null,
    whoAmI: async () => {
        try {
            return (await manager.signinSilent()).profile.sub;
        } catch ({ error, message }) {
            return error ?? message;
        }
    },
    logOut: (options) => manager.signoutRedirect(options),
    finishLogOut: async () => {
        const { userState } = await manager.signoutCallback();
        return userState;
    },
    logOutSilently: async (options) => {
        await manager.signoutSilent(options);
        return 'resolved';
    },
    logOutByPost: async (options) => {
        const { id_token } = await manager.getUser();
        const request = await new OidcClient(settings).createSignoutRequest(
            { request_type: 'so:r', id_token_hint: id_token, ...options });
        await manager.removeUser();
        postForm(new URL(request.url));
    },
};
