// The pages of logout_status and logout_explain in Chromium, at the width of a
// desk and of a phone, light and dark: pictures for people to look at, and what
// a program can say of them.
//
//   run.js FOLDER PICTURES MODULE
//
// Writes PICTURES/PAGE-WIDTH-SCHEME.png.

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const chromium = require('../../lib/browser/chromium.js');
const servers = require('../../lib/browser/servers.js');
const tap = require('../../lib/browser/tap.js');

const [folder, pictures, module_] = process.argv.slice(2);

const widths = {
    desktop: { width: 1280, height: 900 },
    phone: { width: 390, height: 844 },
};
const schemes = ['light', 'dark'];

// WCAG 2.1, success criterion 1.4.3, for text of an ordinary size.
const leastContrast = 4.5;

function configuration(home, port, redisPort) {
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${home}/temp_${name};`).join('\n');

    return `
        load_module ${path.resolve(module_)};
        daemon off;
        pid ${home}/nginx.pid;
        worker_processes 1;
        events {}
        http {
            access_log off;
            ${paths}
            logout_zone later 1m;
            logout_redis sessions { server 127.0.0.1:${redisPort}; }
            logout_redis spare    { server 127.0.0.1:1; }
            server {
                listen 127.0.0.1:${port};
                logout_status_zone shop;
                location = /logout {
                    logout            auth0;
                    logout_session    format=raw cookie=sid prefix=sess:
                                      redis=sessions;
                    logout_return_url https://www.example.com/
                                      https://www.example.com/signed-out;
                    logout_client my-spa {
                        return_url https://spa.example.com/bye;
                    }
                    logout_redis_failure defer;
                }
                location = /spare {
                    logout            schibsted;
                    logout_session    format=raw cookie=sid prefix=sess:
                                      redis=spare;
                    logout_client 56e9 { return_url https://news.example.com/; }
                }
                location = /status { logout_status; }
                location = /explain {
                    logout_explain;
                    allow 127.0.0.1;
                    deny all;
                }
            }
        }`;
}

// Logouts of every kind, so that there is something to see.
async function makeNumbers(base, redisPort) {
    const requests = [
        ...Array(12).fill('/logout'),
        ...Array(3).fill('/logout?returnTo=https://evil.example/'),
        ...Array(2).fill('/logout?client_id=unknown'),
        ...Array(4).fill('/spare?client_id=56e9'),
    ];

    for (const [count, request] of requests.entries()) {
        if (count % 3 !== 0) {
            execFileSync('redis-cli', ['-p', String(redisPort), 'SET',
                'sess:4fzd8k2m', '1']);
        }
        await fetch(base + request, {
            redirect: 'manual',
            headers: { Cookie: 'sid=4fzd8k2m' },
        });
    }
}

// What a browser says of a page while it is open: errors, violations of the
// Content-Security-Policy, requests to anywhere else.
function listen(page, base) {
    const complaints = [];

    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) {
            complaints.push(`console: ${message.text()}`);
        }
    });
    page.on('pageerror', (error) => complaints.push(`error: ${error}`));
    page.on('requestfailed', (request) =>
        complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
        if (!request.url().startsWith(base)
            && !request.url().startsWith('data:')) {
            complaints.push(`a request to ${request.url()}`);
        }
    });
    return complaints;
}

// What is wrong with the page for who reads it. Runs in the page.
function problemsOfPage(least) {
    const problems = [];
    const root = document.documentElement;

    function luminance([r, g, b]) {
        const [x, y, z] = [r, g, b].map((byte) => {
            const value = byte / 255;
            return value <= 0.03928 ? value / 12.92
                : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    }

    function colour(text) {
        return text.match(/[\d.]+/g).map(Number);
    }

    function background(element) {
        for (let at = element; at !== null; at = at.parentElement) {
            const [r, g, b, alpha] =
                colour(getComputedStyle(at).backgroundColor);
            if (alpha !== 0) {
                return [r, g, b];
            }
        }
        return [255, 255, 255];
    }

    function contrast(element) {
        const [dark, light] = [
            luminance(colour(getComputedStyle(element).color)),
            luminance(background(element)),
        ].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    }

    if (root.scrollWidth > root.clientWidth) {
        problems.push(`it is ${root.scrollWidth} wide, `
            + `the window ${root.clientWidth}`);
    }
    if (root.lang === '' || document.title === '') {
        problems.push('it has no language or no title');
    }
    if (document.querySelectorAll('h1').length !== 1) {
        problems.push('it does not have one h1');
    }
    for (const field of document.querySelectorAll('input, select, textarea')) {
        if (field.labels.length !== 1
            || field.labels[0].textContent.trim() === '') {
            problems.push(`${field.name} has no label`);
        }
    }
    for (const drawing of document.querySelectorAll('svg')) {
        if (!drawing.closest('[aria-hidden=true]')
            && !(drawing.getAttribute('role') === 'img'
                && drawing.hasAttribute('aria-label'))) {
            problems.push(`a drawing without words: ${drawing.outerHTML
                .slice(0, 80)}`);
        }
    }
    for (const element of document.querySelectorAll('body *')) {
        const hasText = [...element.childNodes].some((node) =>
            node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
        if (hasText && !element.closest('svg') && contrast(element) < least) {
            problems.push(`"${element.textContent.trim().slice(0, 30)}" has a`
                + ` contrast of ${contrast(element).toFixed(1)}`);
        }
    }
    return problems;
}

// Every control is reached by the tabulator in the order of the page, and shows
// that it has the focus.
async function problemsOfKeyboard(page) {
    const problems = [];
    // a table that is wider than the screen is scrolled with the keyboard, too
    const names = await page.$$eval(
        'input, select, textarea, button, a[href], [tabindex="0"]',
        (all) => all.map((one) => one.name || one.ariaLabel
            || one.textContent));

    await page.evaluate(() => document.activeElement.blur());
    for (const name of names) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(() => {
            const at = document.activeElement;
            const style = getComputedStyle(at);
            return {
                name: at.name || at.ariaLabel || at.textContent,
                visible: style.outlineStyle !== 'none'
                    && style.outlineWidth !== '0px',
            };
        });
        if (focus.name !== name) {
            problems.push(`"${focus.name}" comes where "${name}" should`);
        }
        if (!focus.visible) {
            problems.push(`"${name}" does not show that it has the focus`);
        }
    }
    return problems;
}

// The form, filled in and sent with the keyboard alone.
async function ask(page, values) {
    await page.focus('#location');
    for (const name of ['location', 'method', 'url', 'return_url', 'client_id',
        'cookie', 'headers', 'body']) {
        if (values[name]) {
            await page.keyboard.type(values[name]);
        }
        if (name === 'cookie') {
            await Promise.all([
                page.waitForNavigation(),
                page.keyboard.press('Enter'),
            ]);
            return;
        }
        await page.keyboard.press('Tab');
    }
}

const refused = {
    return_url: 'https://spa.example.com/bye/',
    client_id: 'my-spa',
    cookie: 'sid=4fzd8k2m',
};

const states = {
    status: async (page, base) => {
        await page.goto(`${base}/status`);
    },
    explain: async (page, base) => {
        await page.goto(`${base}/explain`);
    },
    'explain-refused': async (page, base) => {
        await page.goto(`${base}/explain`);
        await ask(page, refused);
    },
};

// What people are to find on the page.
const words = {
    status: ['shop', 'auth0', 'schibsted', 'logged out', 'deferred',
        'return_url_not_allowed', 'unknown_client', 'sessions', 'spare',
        'later'],
    explain: ['Logout location', 'Return URL', 'Cookie', 'Further headers'],
    'explain-refused': ['nearest entry', 'https://spa.example.com/bye',
        'return_url of logout_client my-spa', 'sess:[', '400'],
};

async function look(browser, base, state, width, scheme) {
    const name = `${state}-${width}-${scheme}`;
    const context = await browser.newContext({
        viewport: widths[width],
        colorScheme: scheme,
        reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(30000);
    const page = await context.newPage();
    const complaints = listen(page, base);

    try {
        await states[state](page, base);
        // a page that loads itself anew would do so while it is looked at: an
        // answer without content leaves it as it is
        await page.route('**/*', (route) => route.fulfill({ status: 204 }));
        await page.screenshot({
            path: path.join(pictures, `${name}.png`),
            fullPage: true,
        });

        const text = await page.innerText('body');
        tap.none(words[state].filter((word) => !text.includes(word)),
            `${name}: what is to be told is there`);
        tap.none(await page.evaluate(problemsOfPage, leastContrast),
            `${name}: it fits, is labelled, and can be read`);
        tap.none(await problemsOfKeyboard(page), `${name}: the keyboard`);
        tap.none(complaints, `${name}: the browser complains of nothing`);
        return await page.evaluate(() =>
            getComputedStyle(document.body).backgroundColor);
    } finally {
        await context.close();
    }
}

// The page of a status changes by itself.
async function refreshes(browser, base) {
    const context = await browser.newContext();
    const page = await context.newPage();

    try {
        await page.goto(`${base}/status`);
        await page.waitForNavigation({ timeout: 30000 });
        tap.ok(true, 'status: it refreshes itself');
    } finally {
        await context.close();
    }
}

async function main() {
    fs.mkdirSync(pictures, { recursive: true });

    const home = fs.mkdtempSync(path.join(path.resolve(folder), 'nginx-'));
    const port = await servers.freePort();
    const redisPort = await servers.startRedis(home);
    const base = `http://127.0.0.1:${port}`;

    await servers.startNginx(home, configuration(home, port, redisPort), port);
    await makeNumbers(base, redisPort);

    const browser = await chromium.launch();
    try {
        for (const state of Object.keys(states)) {
            for (const width of Object.keys(widths)) {
                const pages = [];
                for (const scheme of schemes) {
                    pages.push(await look(browser, base, state, width,
                        scheme));
                }
                tap.ok(pages[0] !== pages[1],
                    `${state}-${width}: light and dark differ`);
            }
        }
        await refreshes(browser, base);
    } finally {
        await browser.close();
    }
    fs.rmSync(home, { recursive: true });
}

main().then(() => process.exit(tap.finish()), (error) => {
    tap.diagnose(error.stack);
    tap.ok(false, 'the test runs to its end');
    tap.finish();
    process.exit(1);
});
