// Logs users out with the SDKs that README.md names, in Chromium, through nginx
// with the lines that README.md gives; and tries from which page anybody else
// could do that.
//
//   node run.js FOLDER [NAME...]
//
// FOLDER gets the bundles, the profile, the logs. NAMEs are SDKs,
// "cross-site", "prerender", "frontchannel", "confirm" or "examples".
//
// SPID_SDK in the environment names the main file of Schibsted's SDK 2.x, to
// run that and not what stands in for it.

const fs = require('fs');
const path = require('path');
const { setTimeout: sleep } = require('timers/promises');

const esbuild = require('esbuild');
const { createClient } = require('redis');

const { certify } = require('../lib/browser/certificates.js');
const chromium = require('../lib/browser/chromium.js');
const servers = require('../lib/browser/servers.js');
const tap = require('../lib/browser/tap.js');
const { bundling } = require('./bundling.js');
const { Walk } = require('./prerender.js');
const { Provider } = require('./provider.js');
const confirm = require('./confirm.js');
const crossSite = require('./cross-site.js');
const examples = require('./examples.js');
const frontchannel = require('./frontchannel.js');
const readme = require('./readme.js');
const site = require('./site.js');

// a page's promise may never settle
const patience = 600000;

const folder = path.resolve(process.argv[2]);
const wanted = process.argv.slice(3);
const tests = fs.readdirSync(path.join(__dirname, 'tests'))
    .map((file) => path.basename(file, '.js'));

// The SDKs of README.md, with their packages' names and their lines.
function readSdks() {
    const sdks = new Map();

    for (const [sdk, , version, line]
        of readme.table('SDK', 'works', 'run with').rows) {
        const name = readme.code(sdk).split('/').at(-1);
        const known = sdks.get(name)
            ?? { name, package: readme.code(sdk), version, lines: [] };
        known.lines.push(readme.code(line));
        sdks.set(name, known);
    }
    return [...sdks.values()];
}

// The version that README.md names is the one that is run.
function checkVersions(sdks) {
    const { dependencies } = require('./package.json');

    for (const sdk of sdks) {
        if (dependencies[sdk.package]) {
            tap.equal(sdk.version, dependencies[sdk.package],
                `${sdk.name}: the version in README.md`);
        }
    }
    tap.equal(sdks.map(({ name }) => name).sort(), [...tests].sort(),
        'README.md names the SDKs that are run');
}

function bundle(names) {
    esbuild.buildSync({
        entryPoints: names.map((name) =>
            path.join(__dirname, 'apps', `${name}.js`)),
        outdir: path.join(folder, 'bundles'),
        ...bundling,
    });
}

// What nginx logged of a host's logouts: method, path, result and what the
// browser said of who asked.
function logLines(host) {
    const log = path.join(folder, 'logouts.log');

    return fs.readFileSync(log, 'utf8').split('\n')
        .filter((line) => line.startsWith(`${host} `))
        .map((line) => line.slice(host.length + 1));
}

async function build(sdks) {
    const { policies } = crossSite.readTable();
    const redisPort = await servers.startRedis(folder);
    const redis = createClient({ url: `redis://127.0.0.1:${redisPort}` });
    await redis.connect();
    await redis.set('sess:bystander', '1');

    const provider = await Provider.start(redis, site.issuerOf);
    fs.writeFileSync(path.join(folder, 'provider.jwks.json'),
        JSON.stringify(provider.jwks));

    const walk = await Walk.start(crossSite.prerenderTrials());
    const world = {
        walk,
        walkPort: walk.port,
        folder, redis, redisPort, provider, logLines,
        providerPort: provider.port,
        tlsPort: await servers.freePort(),
        examplePort: await servers.freePort(),
        tls: certify(folder, [...site.domains, `*.${frontchannel.domain}`,
            `*.${confirm.domain}`,
            ...policies.map((policy) => `*.${crossSite.domainOf(policy)}`)]),
    };
    world.nginx = await servers.startNginx(folder,
        site.configuration(world, sdks, [
            crossSite.configuration(world, policies),
            frontchannel.configuration(world),
            confirm.configuration(world),
        ].join('\n')), world.tlsPort);

    const settings = {
        ports: {
            '*.example.com:443': world.examplePort, '*:443': world.tlsPort,
        },
        authority: world.tls.authority,
    };
    world.settings = settings;
    world.browser = await chromium.launch(settings);
    world.profile = await chromium.launchProfile(path.join(folder, 'profile'),
        settings);
    return world;
}

async function tearDown(world) {
    await world.browser.close();
    await world.profile.close();
    await world.redis.close();
    world.provider.close();
    world.walk.close();
    tap.equal(await servers.quit(world.nginx), 0, 'nginx ends well');
}

function checkErrorLog() {
    const alarms = fs.readFileSync(path.join(folder, 'error.log'), 'utf8')
        .split('\n').filter((line) =>
            /\[(warn|error|crit|alert|emerg)\]|Sanitizer/.test(line));
    tap.equal(alarms, [], 'nginx has nothing to complain of');
}

function isWanted(name) {
    return wanted.length === 0 || wanted.includes(name);
}

async function run(name, test, world) {
    try {
        await Promise.race([test(world), sleep(patience, undefined,
            { ref: false }).then(() => {
            throw new Error(`not done within ${patience} ms`);
        })]);
    } catch (error) {
        tap.ok(false, `${name}: the test itself`);
        tap.diagnose(error.stack);
    }
}

// Browsers wait most of the time: some tests at once.
async function runAll(world) {
    const waiting = [['cross-site', crossSite.test],
        ['prerender', crossSite.testPrerendering],
        ['frontchannel', frontchannel.test],
        ['confirm', confirm.test],
        ['examples', examples.test],
        ...tests.map((name) => [name, require(`./tests/${name}.js`)])]
        .filter(([name]) => isWanted(name));

    const work = async () => {
        while (waiting.length > 0) {
            await run(...waiting.shift(), world);
        }
    };
    await Promise.all([work(), work(), work()]);
}

async function main() {
    for (const name of fs.readdirSync(folder)) {
        if (/\.(log|conf)$|^(bundles|profile.*)$/.test(name)) {
            fs.rmSync(path.join(folder, name), { recursive: true });
        }
    }

    const sdks = readSdks();
    checkVersions(sdks);
    bundle(sdks.map(({ name }) => name));

    const world = await build(sdks);
    tap.diagnose(`Chromium ${world.browser.version()}`);
    await runAll(world);
    await tearDown(world);
    checkErrorLog();
}

main().catch((error) => {
    tap.ok(false, 'the test itself');
    tap.diagnose(error.stack);
}).finally(() => process.exit(tap.finish()));
