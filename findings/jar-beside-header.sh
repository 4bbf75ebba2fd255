#!/bin/bash
# A jar takes away the cookie that a request brings along.
#
# Expected: with a Cookie header of its own and a jar, a request has the cookies of
#           both, as axios' jar does it.
# Happens:  got and fetch-cookie send those of the jar only, once it has any: the
#           header works in the first request and is silently dropped after it.
# Seen in:  got 14.6.6, fetch-cookie 3.2.0, axios-cookiejar-support 6.0.5 with axios
#           1.21.1, tough-cookie 6.1.0 (npm)

. "$(dirname "$0")/lib/common"
npm_packages got@14.6.6 fetch-cookie@3.2.0 axios-cookiejar-support@6.0.5 \
    axios@1.21.1 tough-cookie@6.1.0

start_cookie_site
cat >"$tmp/run.mjs" <<'END'
import axios from 'axios';
import { wrapper } from 'axios-cookiejar-support';
import fetchCookie from 'fetch-cookie';
import got from 'got';
import { CookieJar } from 'tough-cookie';

const url = process.argv[2];
const headers = { cookie: 'sid=1' };

// name, get(jar): the body that a client got
async function twice(name, get) {
    const jar = new CookieJar();
    const first = (await get(jar)).trim();
    await jar.setCookie('theme=dark', url);
    console.log(`${name} ${first}, then ${(await get(jar)).trim()}`);
}

await twice('axios', async (jar) =>
    (await wrapper(axios.create({ jar })).get(url, { headers })).data);
await twice('got', (jar) => got(url, { cookieJar: jar, headers }).text());
await twice('fetch-cookie', async (jar) =>
    (await fetchCookie(fetch, jar)(url, { headers })).text());
END
node "$tmp/run.mjs" "$site/" >"$tmp/said"

guess 'sid=1, then theme=dark; sid=1'
saw 'axios' 'sid=1, then theme=dark; sid=1' "$(sed -n 's/^axios //p' "$tmp/said")"
saw 'got' 'sid=1, then theme=dark' "$(sed -n 's/^got //p' "$tmp/said")"
saw 'fetch-cookie' 'sid=1, then theme=dark' \
    "$(sed -n 's/^fetch-cookie //p' "$tmp/said")"
