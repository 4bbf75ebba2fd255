// Chromium, for which every name and every port leads to one nginx.

import chromium from '../lib/browser/chromium.js';
import { landed } from './edge.mjs';

const patience = 30_000; // milliseconds

// Starts it. `tlsPorts` are those on which pages expect https:, beside 443.
export async function startVisitor(edge, tlsPorts) {
    const secure = [443, ...tlsPorts].map((port) => [`*:${port}`, edge.tlsPort]);
    const browser = await chromium.launch({
        ports: { ...Object.fromEntries(secure), '*': edge.plainPort },
        args: ['--disable-features=HttpsUpgrades,HttpsFirstBalancedMode'],
    });
    const context = await browser.newContext({ ignoreHTTPSErrors: true });

    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    return {
        version: browser.version(),
        visit: (url) => visit(page, url),
        stop: () => browser.close(),
    };
}

// Goes to `url`. `asked` is the last URL that was asked for, `at` where the tab
// is then, `status` that of the answer, `landed` whether our page is there;
// `problem` is what Chromium complains of, if nothing came.
async function visit(page, url) {
    const visited = { asked: undefined, landed: false };
    const note = (request) => {
        if (request.isNavigationRequest()) {
            visited.asked = request.url();
        }
    };

    page.on('request', note);
    try {
        const response = await page.goto(url,
            { waitUntil: 'domcontentloaded' });
        visited.status = response.status();
        visited.landed = await page.title() === landed;
    } catch (error) {
        visited.problem = error.message;
    } finally {
        page.off('request', note);
    }
    return { ...visited, at: page.url() };
}
