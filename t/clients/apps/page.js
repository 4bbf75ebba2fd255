// What every application here has: a page of its own at /NAME/ on any host, an
// edge of its own that logs it out, and what it noted before it navigated.

export const name = location.pathname.split('/')[1];
export const edge = `https://${name}.id.example.test`;
export const clientId = 'my-spa';

export const pageUrl = (path) => `${location.origin}/${name}/${path}`;
export const callbackUrl = pageUrl('callback');

// The test reads these after the logout, on the page where it ended.
export function note(event, ...payload) {
    const notes = JSON.parse(sessionStorage.getItem('notes') ?? '[]');
    sessionStorage.setItem('notes',
        JSON.stringify([...notes, [event, ...payload]]));
}

export function notes() {
    return JSON.parse(sessionStorage.getItem('notes') ?? '[]');
}
