#!/bin/bash
# One cookie too many throws 31 out, the session first.
#
# Expected: a browser that keeps 180 cookies of a site drops one for the 181st.
# Happens:  Chromium drops 31, down to 150; among them the session's, which is the
#           oldest, though it was sent a moment ago.
# Seen in:  Chromium 156.0.8078.114 (Debian 12), with playwright-core 1.65.1 (npm)

. "$(dirname "$0")/lib/common"
debian chromium=156.0.8078.114
npm_packages playwright-core@1.65.1

start_cookie_site
cat >"$tmp/run.js" <<'END'
const { chromium } = require('playwright-core');

async function run() {
    const browser = await chromium.launch({ args: ['--no-sandbox'],
        executablePath: process.argv[2] });
    const page = await browser.newPage();
    await page.goto(process.argv[3]);
    for (const [from, to] of [[1, 180], [180, 181]]) {
        const cookies = await page.evaluate(async ([from, to]) => {
            for (let i = from; i < to; ++i) {
                document.cookie = `c${i}=1; path=/`;
            }
            return (await fetch('/')).text();
        }, [from, to]);
        const names = cookies.split('; ').map((pair) => pair.split('=')[0]);
        console.log(names.length, names.includes('sid') ? 'sid' : 'no sid');
    }
    await browser.close();
}
run();
END
node "$tmp/run.js" "$(command -v chromium)" \
    "$(setting / 'sid=1; Path=/; HttpOnly')" >"$tmp/said" 2>"$tmp/err" \
    || cannot "$(tail -n 1 "$tmp/err")"

guess '180 sid'
saw 'cookies that are sent after 180 were set' '180 sid' "$(head -n 1 "$tmp/said")"
guess '180 no sid'
saw 'after one more' '150 no sid' "$(tail -n 1 "$tmp/said")"
