#!/bin/bash
# keycloak-js sends the word "undefined" as an ID token.
#
# Expected: without an ID token a logout has no id_token_hint, by GET and by POST.
# Happens:  logoutMethod POST sends id_token_hint=undefined, which is no token;
#           GET leaves it out.
# Seen in:  keycloak-js 26.2.4, playwright-core 1.65.1 (npm); Chromium
#           156.0.8078.114 (Debian 12)

. "$(dirname "$0")/lib/common"
debian chromium=156.0.8078.114
npm_packages keycloak-js@26.2.4 playwright-core@1.65.1

cat >"$tmp/run.js" <<'END'
const fs = require('node:fs');
const http = require('node:http');
const { chromium } = require('playwright-core');

const script = fs.readFileSync(require.resolve('keycloak-js'));
const server = http.createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    if (request.url.includes('/logout')) {
        const fields = body || request.url.split('?')[1];
        console.log(request.method, new URLSearchParams(fields).get('id_token_hint'));
    }
    const type = request.url === '/keycloak.js' ? 'javascript' : 'html';
    response.setHeader('Content-Type', `text/${type}`);
    response.end(type === 'html' ? '<p>page</p>' : script);
}).listen(0, '127.0.0.1', async () => {
    const site = `http://127.0.0.1:${server.address().port}`;
    const browser = await chromium.launch({ args: ['--no-sandbox'],
        executablePath: process.argv[2] });
    const page = await browser.newPage();
    for (const logoutMethod of ['GET', 'POST']) {
        await page.goto(`${site}/app`);
        const arrived = page.waitForURL(/logout/);
        await page.evaluate(async ([url, logoutMethod]) => {
            const { default: Keycloak } = await import('/keycloak.js');
            const keycloak = new Keycloak({ url, realm: 'r', clientId: 'c' });
            await keycloak.init({ logoutMethod, checkLoginIframe: false });
            setTimeout(() => keycloak.logout());
        }, [site, logoutMethod]);
        await arrived;
    }
    await browser.close();
    server.close();
});
END
timeout 60 node "$tmp/run.js" "$(command -v chromium)" >"$tmp/said" \
    2>"$tmp/err" || cannot "$(tail -n 1 "$tmp/err")"

guess 'null, for none'
saw 'id_token_hint by GET' null "$(sed -n 's/^GET //p' "$tmp/said")"
saw 'id_token_hint by POST' undefined "$(sed -n 's/^POST //p' "$tmp/said")"
