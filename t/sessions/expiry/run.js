// What a Chromium forgets after a logout, and what it keeps: cases.js.
//
//   node run.js FOLDER
//
// FOLDER has site.pem and site.key, and gets the logs.

const fs = require('fs');
const path = require('path');

const cases = require('./cases.js');
const chromium = require('../../lib/browser/chromium.js');
const servers = require('../../lib/browser/servers.js');
const tap = require('../../lib/browser/tap.js');

const folder = path.join(path.resolve(process.argv[2]), 'expiry');
const certificate = path.join(path.resolve(process.argv[2]), 'site.pem');
const host = 'app.example.test';

function locations({ set, expire }, index) {
    return `
        location = /set/${index} {
${set.map((cookie) => `add_header Set-Cookie "${cookie}";`).join('\n')}
            return 200 "set\\n";
        }
        location = /out/${index} {
            logout auth0;
            ${expire}
        }`;
}

function configuration(port, redisPort) {
    const loadable = process.env.TEST_NGINX_LOAD_MODULES
        ?? path.resolve('build/ngx_http_logout_module.so');

    return `
load_module ${loadable};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;

events {}

http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    logout_redis sessions { server 127.0.0.1:${redisPort}; }

    server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${certificate};
        ssl_certificate_key ${certificate.replace('.pem', '.key')};
        default_type text/plain;
${cases.map(locations).join('\n')}
    }
}
`;
}

async function names(context) {
    return (await context.cookies()).map(({ name }) => name).sort();
}

async function check({ name, set, left }, index, browser, origin) {
    const context = await browser.newContext();
    const page = await context.newPage();

    await page.goto(`${origin}/set/${index}`);
    tap.equal(await names(context),
        set.map((cookie) => cookie.replace(/=.*/, '')).sort(),
        `${name}: the browser has what was set`);

    const response = await page.goto(`${origin}/out/${index}`);
    tap.equal(response.status(), 200, `${name}: the logout is answered`);
    tap.equal(await names(context), left, left.length > 0
        ? `${name}: the browser keeps ${left}`
        : `${name}: the browser has no cookie left`);

    await context.close();
}

async function main() {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder);

    const port = await servers.freePort();
    const redisPort = await servers.startRedis(folder);
    const nginx = await servers.startNginx(folder,
        configuration(port, redisPort), port);
    const browser = await chromium.launch(
        { ports: { [`${host}:${port}`]: port }, authority: certificate });

    for (const [index, each] of cases.entries()) {
        await check(each, index, browser, `https://${host}:${port}`);
    }

    await browser.close();
    tap.equal(await servers.quit(nginx), 0, 'nginx ends well');
}

main().catch((error) => {
    tap.ok(false, 'the test itself');
    tap.diagnose(error.stack);
}).finally(() => process.exit(tap.finish()));
