// The browser-side lines in the comments of conf-examples/, in Chromium, against
// nginx with that example.

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const esbuild = require('esbuild');

const servers = require('../lib/browser/servers.js');
const tap = require('../lib/browser/tap.js');
const { bundling } = require('./bundling.js');
const { loadable } = require('./site.js');
const { until } = require('./visitor.js');

const keycloakPath = '/realms/my-realm/protocol/openid-connect/logout';

const issuer = 'https://id.example.com';

// A token of the provider whose keys are beside the examples.
function idToken(of) {
    return execFileSync('perl', ['-It/lib/helpers', '-MLogout::Tokens', '-e',
        `print sign({iss => "${of}", aud => "my-spa"})`]).toString();
}

// What @okta/okta-auth-js keeps of a login.
function oktaTokens(of) {
    return `{ idToken: {
        idToken: "${idToken(of)}", claims: {}, scopes: ["openid"],
        expiresAt: Date.now() / 1000 + 3600,
        authorizeUrl: "${of}/v1/authorize", issuer: "${of}",
        clientId: "my-spa",
    } }`;
}

// `lines`: what is said before the lines that are run; `before`: what they take
// for granted; `from`: the host of their page. The browser ends at a page,
// `lands`; or the lines come to something, `comesTo`; or the page is loaded
// again, `reloads`; or there is nothing to run, `isThere`. `after`: what is said
// before the lines for the page where it ends, which give `state`; `moved`:
// another path of the endpoint; `index`: a key that names the session;
// `provider`: what the test's provider answers in place of nginx.
const runs = [
    {
        example: 'auth0.conf', edge: 'www.example.com',
        lines: 'with auth0-js', lands: /^https:\/\/spa\.example\.com\/$/,
        before: 'import auth0 from "auth0-js";',
    },
    {
        example: 'auth0.conf', edge: 'www.example.com',
        lines: 'identity provider, too',
        lands: /^https:\/\/idp\.example\.com\/logout\?returnTo=https%3A%2F%2Fspa\.example\.com%2F$/,
        before: 'import auth0 from "auth0-js";',
    },
    {
        example: 'auth0.conf', edge: 'www.example.com',
        lines: 'with @auth0/auth0-spa-js',
        lands: /^https:\/\/spa\.example\.com\/$/,
        before: 'import { createAuth0Client } from "@auth0/auth0-spa-js";',
    },
    {
        example: 'auth0.conf', edge: 'www.example.com',
        lines: 'with a link', lands: /^https:\/\/spa\.example\.com\/$/,
    },
    {
        example: 'schibsted.conf', edge: 'id.example.com',
        lines: 'with @schibsted', lands: /^https:\/\/www\.example\.com\/bye$/,
        before: 'import { Identity } from "@schibsted/account-sdk-browser";',
    },
    {
        example: 'schibsted.conf', edge: 'id.example.com', from: 'www',
        lines: 'With the SDK 2.x', reloads: true,
        before: 'import SPiD from "spid-sdk-js";',
    },
    {
        example: 'oidc.conf', edge: 'id.example.com',
        lines: 'with oidc-client-ts',
        lands: /^https:\/\/spa\.example\.com\/signed-out\?state=[0-9a-f]{32}$/,
        before: 'import { UserManager } from "oidc-client-ts";',
        after: 'to get the state back', state: { from: 'menu' },
    },
    {
        example: 'oidc.conf', edge: 'id.example.com',
        lines: 'With keycloak-js', moved: keycloakPath,
        lands: /^https:\/\/spa\.example\.com\/signed-out$/,
        before: `import Keycloak from "keycloak-js";
            const keycloak = new Keycloak({
                url: "https://id.example.com", realm: "my-realm",
                clientId: "my-spa",
            });
            const ready = keycloak.init({ checkLoginIframe: false });`,
    },
    {
        example: 'oidc.conf', edge: 'id.example.com',
        lines: 'With @okta/okta-auth-js', moved: '/oauth2/default/v1/logout',
        lands: /^https:\/\/spa\.example\.com\/signed-out$/,
        before: `import { OktaAuth } from "@okta/okta-auth-js";
            const authClient = new OktaAuth({
                issuer: "https://id.example.com/oauth2/default",
                clientId: "my-spa",
            });
            authClient.tokenManager.setTokens(${oktaTokens(issuer)});`,
    },
    {
        example: 'oidc.conf', edge: 'id.example.com',
        lines: 'With a form', lands: /^https:\/\/id\.example\.com\//,
    },
    {
        example: 'keycloak.conf', edge: 'id.example.com',
        lines: 'In the browser', provider: /^(?!.*\/logout$)/,
        lands: /^https:\/\/spa\.example\.com\/signed-out$/,
        // init() leads to the provider and back, and then comes to something
        before: `import Keycloak from "keycloak-js";
            if (location.hash) {
                setTimeout(() => window.run());
            }`,
    },
    {
        example: 'okta.conf', edge: 'id.example.com', lines: 'In the browser',
        lands: /^https:\/\/spa\.example\.com\/signed-out\?state=from-the-menu$/,
        before: `import { OktaAuth } from "@okta/okta-auth-js";
            localStorage.setItem("okta-token-storage",
                JSON.stringify(${oktaTokens(`${issuer}/oauth2/default`)}));`,
    },
    {
        example: 'okta.conf', edge: 'id.example.com', lines: '# itself',
        comesTo: true,
        before: `import { OktaAuth } from "@okta/okta-auth-js";
            const authClient = new OktaAuth({
                issuer: "${issuer}/oauth2/default", clientId: "my-spa",
            });`,
    },
    {
        example: 'confirm.conf', edge: 'www.example.com', from: 'www',
        lines: 'without the question', comesTo: 200,
    },
    {
        example: 'frontchannel.conf', edge: 'www.example.com', from: 'id',
        lines: 'for each application', isThere: true,
        index: 'oidc:sid:08a5019c-17e1',
    },
];

// The indented lines after the comment that ends with `words` and a colon.
function linesAfter(words, text) {
    const lines = text.split('\n');
    const intro = lines.findIndex((line) => line.includes(words));
    const code = lines.slice(intro + 1)
        .map((line) => line.match(/^#     (.*)/)?.[1]);
    const start = code.findIndex((line) => line !== undefined);
    const length = code.slice(start).findIndex((line) => line === undefined);

    if (intro < 0) {
        throw new Error(`No example says "${words}".`);
    }
    return code.slice(start, start + length).join('\n');
}

// A page with the lines: the script is run by window.run(), the link or the
// form is there.
function pageWith(lines, before = '', after = '') {
    if (lines.startsWith('<')) {
        return `<!doctype html><body>${lines}<script>
            window.run = () =>
                document.querySelector('a, button').click();</script>`;
    }

    const { outputFiles: [bundle] } = esbuild.buildSync({
        stdin: {
            contents: `${before}\nwindow.run = async () => {
                ${before.includes('ready') ? 'await ready;' : ''}
                ${lines.replace(/await (fetch|authClient\.close)/,
        'return await $1')}
            };
            window.after = async () => {
                ${lines.slice(0, lines.lastIndexOf('await'))}
                ${after.replace('await', 'return')}
            };`,
            resolveDir: __dirname,
        },
        ...bundling,
        write: false,
    });
    return `<!doctype html><body><script>${
        bundle.text.replaceAll('</script', '<\\/script')}</script>`;
}

// Starts nginx with an example, on TLS.
async function startExample(world, { example, moved, provider }) {
    const folder = path.join(world.folder, 'examples', example);
    const file = path.join(folder, 'nginx.conf');
    const address = `127.0.0.1:${world.examplePort}`;

    execFileSync('t/lib/tools/adapt-example', [`conf-examples/${example}`, folder,
        loadable, world.examplePort, world.redisPort]);
    let text = fs.readFileSync(file, 'utf8')
        .replace(`${address};`, `${address} ssl;`)
        .replace(/^http \{/m, `http {
    ssl_certificate ${world.tls.certificate};
    ssl_certificate_key ${world.tls.key};`);
    if (moved) {
        text = text.replace('location = /connect/endsession',
            `location = ${moved}`);
    }
    fs.writeFileSync(file, text);
    if (provider) {
        fs.copyFileSync(path.join(world.folder, 'provider.jwks.json'),
            path.join(folder, 'provider.jwks.json'));
    }

    return servers.start([process.env.TEST_NGINX_BINARY || '/usr/sbin/nginx',
        '-p', folder, '-c', 'nginx.conf', '-e', 'logs/error.log',
        '-g', 'daemon off;'], world.examplePort, path.join(folder, 'out.log'));
}

// Has the test's provider answer what `edge` is asked for.
async function askProvider(world, edge, route) {
    const request = route.request();
    const { pathname, search } = new URL(request.url());

    const response = await route.fetch({
        url: `http://127.0.0.1:${world.providerPort}${pathname}${search}`,
        headers: { ...await request.allHeaders(), host: edge },
        maxRedirects: 0,
    });
    await route.fulfill({ response });
}

// A browser with a session of `edge`. All other hosts show `page`.
async function openPage(world, { edge, from = 'spa', index, provider }, page) {
    const context = await world.browser.newContext();
    const start = `https://${from}.example.com/account`;

    await world.redis.set('sess:4fzd8k2m', '1');
    if (index) {
        await world.redis.set(index, 'sess:4fzd8k2m');
    }
    await context.addCookies([{
        name: 'sid', value: '4fzd8k2m', url: `https://${edge}/`,
        httpOnly: true, sameSite: 'Lax',
    }]);
    // their pages come from nowhere: Chromium would ask the user whether such
    // a page may reach this machine
    await context.grantPermissions(['local-network-access']);
    await context.route((url) => url.host !== edge || url.href === start,
        (route) => route.fulfill({ contentType: 'text/html', body: page }));
    if (provider) {
        await context.route((url) => url.host === edge
            && provider.test(url.pathname),
        (route) => askProvider(world, edge, route));
    }

    const tab = await context.newPage();
    tab.on('pageerror', (error) => tap.diagnose(error.message));
    await tab.goto(start);
    return { context, tab };
}

// Runs the lines of `tab` and waits for what comes of them.
async function runLines(run, tab, says) {
    if (run.comesTo !== undefined) {
        tap.equal(await tab.evaluate(async () => {
            const outcome = await window.run();
            return outcome.status ?? outcome;
        }), run.comesTo, says('what they come to'));
    } else if (run.reloads) {
        await tab.evaluate(() => {
            window.isOld = true;
            setTimeout(window.run);
        });
        await tab.waitForFunction(() => !window.isOld);
        tap.ok(true, says('the page is loaded again'));
    } else if (run.lands) {
        await tab.evaluate(() => { setTimeout(window.run); });
        if (run.provider) {
            await until(() => new URL(tab.url()).hash, says('the way back'));
            // a redirect leads past what openPage() shows
            await tab.reload();
        }
        await until(() => run.lands.test(tab.url()), says('the page'));
        tap.ok(true, says(`ends at ${tab.url()}`));
    }
}

async function tryRun(world, run) {
    const says = (what) => `${run.example}, ${run.lines}: ${what}`;
    const text = fs.readFileSync(`conf-examples/${run.example}`, 'utf8');
    const page = pageWith(linesAfter(run.lines, text), run.before,
        run.after && linesAfter(run.after, text));
    const nginx = await startExample(world, run);
    const { context, tab } = await openPage(world, run, page);

    await runLines(run, tab, says);
    if (run.after) {
        // a redirect leads past what openPage() shows
        await tab.reload();
        tap.equal(await tab.evaluate(async () =>
            (await window.after()).userState), run.state, says(run.after));
    }
    tap.equal(await world.redis.exists('sess:4fzd8k2m'), 0,
        says('the session is gone'));
    tap.equal((await context.cookies(`https://${run.edge}/`))
        .map(({ name }) => name), [], says('its cookie is gone'));

    await context.close();
    await servers.quit(nginx);
}

async function test(world) {
    for (const run of runs) {
        await tryRun(world, run);
    }
}

module.exports = { test };
