// Debian's Chromium, driven by playwright-core, whose folder NODE_PATH names.
// It reaches nothing but loopback, and ends with this process.

const { execFileSync } = require('child_process');

const { chromium } = require('playwright-core');

// Names that a browser is sent to end at a test's nginx: { 'HOST:PORT': PORT }
// as Chromium's rules have them ("*", "*:443").
function resolverRules(ports) {
    return Object.entries(ports)
        .map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`).join(', ');
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
        timeout: 60000,
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

// A context with a profile in `folder`, as an ordinary window has it: it lets
// other sites' cookies through.
function launchProfile(folder, settings) {
    return chromium.launchPersistentContext(folder, options(settings));
}

module.exports = { launch, launchProfile };
