#!/bin/bash
# "No, stay signed in" costs the application its consent.
#
# Expected: who declines the provider's question "do you want to sign out?" has
#           changed nothing there.
# Happens:  the session at the provider stays, but the grant of the application
#           that asked is gone: its silent login, which worked before, ends in
#           consent_required, while another application's still works.
# Seen in:  oidc-provider 9.13.3 with tough-cookie 6.1.0 (npm)

. "$(dirname "$0")/lib/common"
npm_packages oidc-provider@9.13.3 tough-cookie@6.1.0

cat >"$tmp/run.mjs" <<'END'
import http from 'node:http';
import Provider from 'oidc-provider';
import { CookieJar } from 'tough-cookie';

const server = http.createServer().listen(0, '127.0.0.1');
await new Promise((go) => server.once('listening', go));
const issuer = `http://127.0.0.1:${server.address().port}`;
const client = (id) => ({ client_id: id, client_secret: 's',
    redirect_uris: [`https://${id}.example/`] });
server.on('request', new Provider(issuer, { pkce: { required: () => false },
    clients: [client('a'), client('b')] }).callback());

const jar = new CookieJar();
// The answer that is no redirect within the provider.
async function visit(url, fields) {
    const cookie = await jar.getCookieString(url);
    const body = fields && new URLSearchParams(fields);
    const answer = await fetch(url, { method: body ? 'POST' : 'GET', body,
        redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
        await jar.setCookie(line, url);
    }
    const to = new URL(answer.headers.get('location') ?? '', url).href;
    return to.startsWith(issuer) && answer.status === 303 ? visit(to)
        : { url: to, text: await answer.text() };
}

async function login(id, more = '') {
    let page = await visit(`${issuer}/auth?client_id=${id}&scope=openid` +
        `&response_type=code&redirect_uri=https%3A%2F%2F${id}.example%2F${more}`);
    for (let prompt; (prompt = page.text?.match(/"prompt" value="(\w+)"/)?.[1]);) {
        page = await visit(page.url, { prompt, login: 'jo', password: 'x' });
    }
    const result = new URL(page.url).searchParams;
    return result.get('error') ?? (result.has('code') ? 'code' : 'neither');
}

console.log('before', await login('a'), await login('b'),
    await login('a', '&prompt=none'));
const { text } = await visit(`${issuer}/session/end?client_id=a`);
const xsrf = text.match(/name="xsrf" value="(\w+)"/)[1];
await visit(`${issuer}/session/end/confirm`, { xsrf });     // without logout=yes
console.log('after', await login('a', '&prompt=none'),
    await login('b', '&prompt=none'));
process.exit();
END
node "$tmp/run.mjs" >"$tmp/said" 2>"$tmp/err" || cannot "$(tail -n 1 "$tmp/err")"
guess 'code code code'
saw 'logins of a and b, and silently of a' 'code code code' \
    "$(sed -n 's/^before //p' "$tmp/said")"
guess 'code code'
saw 'silently of a and b after declining' 'consent_required code' \
    "$(sed -n 's/^after //p' "$tmp/said")"
