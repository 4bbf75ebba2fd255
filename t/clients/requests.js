// The ways in which a page can make a browser ask for a URL, by the names that
// README.md gives them. Each takes a page and the URL, returns when the browser
// is done with it, and says whether the browser asks at all: it does not fetch
// some pages before they are asked for. Those with `needsFront` must be tried
// one after the other.

const patience = 60000;

// Makes an element of `properties`, puts it into the page, and waits until it
// is loaded or is not.
function element(name, properties) {
    return async (page, url) => {
        await page.evaluate(([tag, given, target]) =>
            new Promise((resolve) => {
                const made = document.createElement(tag);
                const { attribute, ...others } = given;
                Object.assign(made, others, {
                    [attribute]: target, onload: resolve, onerror: resolve,
                });
                document.body.append(made);
            }), [name, properties, url]);
        return true;
    };
}

function fetching(options) {
    return async (page, url) => {
        await page.evaluate(([target, given]) =>
            fetch(target, { credentials: 'include', ...given }).catch(() => {}),
        [url, options]);
        return true;
    };
}

// Does something that leaves the page, and waits for the next one.
function leaving(act) {
    return async (page, url) => {
        const from = page.url();
        await Promise.all([
            page.waitForURL((next) => next.href !== from,
                { timeout: patience, waitUntil: 'commit' }),
            page.evaluate(act, url),
        ]);
        return true;
    };
}

function form(method) {
    return leaving(method === 'get' ? (url) => {
        document.body.innerHTML = `<form action="${url}"></form>`;
        document.forms[0].submit();
    } : (url) => {
        document.body.innerHTML
            = `<form method="post" action="${url}"></form>`;
        document.forms[0].submit();
    });
}

// Rules to fetch the URL before it is asked for. Chromium tells what comes of
// it; it follows the rules of the tab that is in front.
function prefetching() {
    const act = async (page, url) => {
        await page.bringToFront();
        const chromium = await page.context().newCDPSession(page);
        const settled = new Promise((resolve, reject) => {
            setTimeout(() => reject(new Error(`${page.url()}: no prefetch`)),
                patience).unref();
            chromium.on('Preload.prefetchStatusUpdated', (update) => {
                if (['Ready', 'Success', 'Failure'].includes(update.status)) {
                    resolve(update);
                }
            });
        });

        await chromium.send('Preload.enable');
        await page.evaluate((target) => {
            const rules = document.createElement('script');
            rules.type = 'speculationrules';
            rules.textContent = JSON.stringify({
                prefetch: [{ urls: [target], eagerness: 'immediate' }],
            });
            document.head.append(rules);
        }, url);

        const { prefetchStatus } = await settled;
        await chromium.detach();
        return prefetchStatus !== 'PrefetchNotEligibleUserHasCookies';
    };

    return Object.assign(act, { needsFront: true });
}

// What a user does: a click on a link.
async function follow(page, url) {
    const from = page.url();

    await page.evaluate((target) => {
        document.body.innerHTML = `<a href="${target}">Sign out</a>`;
    }, url);
    await Promise.all([
        page.waitForURL((next) => next.href !== from,
            { timeout: patience, waitUntil: 'commit' }),
        page.click('a', { noWaitAfter: true }),
    ]);
}

const requests = {
    'a link': leaving((url) => {
        document.body.innerHTML = `<a href="${url}">Sign out</a>`;
        document.querySelector('a').click();
    }),
    'a redirect': leaving((url) => {
        location.replace(url);
    }),
    'a form, GET': form('get'),
    'a form, POST': form('post'),
    '`<iframe>`': element('iframe', { attribute: 'src' }),
    '`<script>`': element('script', { attribute: 'src' }),
    '`<img>`': element('img', { attribute: 'src' }),
    '`<link rel=stylesheet>`':
        element('link', { rel: 'stylesheet', attribute: 'href' }),
    '`fetch()`, `no-cors`': fetching({ mode: 'no-cors' }),
    '`fetch()`, `cors`': fetching({ mode: 'cors' }),
    '`fetch()` at a client\'s `origin`':
        fetching({ mode: 'cors' }),
    '`<link rel=prefetch>`':
        element('link', { rel: 'prefetch', attribute: 'href' }),
    'speculation rules, prefetch': prefetching(),
};

module.exports = { follow, requests };
