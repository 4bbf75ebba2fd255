// Debian's Chromium, driven by playwright-core, whose folder NODE_PATH names.
// It reaches nothing but loopback, and ends with this process.

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const { chromium } = require('playwright-core');

// Where names lead: { 'HOST:PORT': PORT }, with "*" as Chromium's rules have
// it. Other names do not exist.
function resolverRules(ports) {
    return [
        ...Object.entries(ports)
            .map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`),
        'MAP * ~NOTFOUND',
    ].join(', ');
}

// What Chromium calls the public key of a certificate.
function keyHash(certificate) {
    return execFileSync('sh', ['-c', 'openssl x509 -in "$0" -pubkey -noout'
        + ' | openssl pkey -pubin -outform der'
        + ' | openssl dgst -sha256 -binary | openssl base64', certificate])
        .toString().trim();
}

// `ports`: where names lead, see above; `authority`: the file of a certificate,
// whose key makes any chain with it good; `args`: further switches.
function options({ ports, authority, args = [] } = {}) {
    return {
        executablePath: '/usr/bin/chromium',
        timeout: 120000,
        args: [
            '--disable-gpu', '--disable-quic', '--no-first-run',
            ...process.getuid() === 0 ? ['--no-sandbox'] : [],
            ...ports ? [`--host-resolver-rules=${resolverRules(ports)}`] : [],
            ...authority ? [`--ignore-certificate-errors-spki-list=${
                keyHash(authority)}`] : [],
            ...args,
        ],
    };
}

// A browser, whose contexts are like private windows.
function launch(settings) {
    return chromium.launch(options(settings));
}

// What Debian's Chromium asks of nobody and others do: to send other sites'
// cookies, and to prepare pages.
const preferences = {
    profile: { cookie_controls_mode: 0, block_third_party_cookies: false },
    net: { network_prediction_options: 0 },
};

function makeProfile(folder) {
    fs.mkdirSync(path.join(folder, 'Default'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'Default', 'Preferences'),
        JSON.stringify(preferences));
}

// A context with a new profile in `folder`.
function launchProfile(folder, settings) {
    makeProfile(folder);
    return chromium.launchPersistentContext(folder, options(settings));
}

// Chromium as anybody starts it, with a new profile in `folder`: nobody drives
// it, and it begins at `url`. Returns the command.
function command(folder, url, settings) {
    const { executablePath, args } = options(settings);
    makeProfile(folder);
    return [executablePath, '--headless', `--user-data-dir=${folder}`,
        ...args, url];
}

module.exports = { command, launch, launchProfile };
