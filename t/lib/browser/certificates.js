// An authority of a test's own, and a certificate of it for a test's names.

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...parameters) {
    execFileSync('openssl', parameters, { stdio: 'pipe' });
}

// Writes FOLDER/ca.pem, site.pem and site.key. Returns their paths.
function certify(folder, names) {
    const file = (name) => path.join(folder, name);
    const days = ['-days', '2'];

    openssl('req', '-x509', ...key, ...days, '-subj', '/CN=authority',
        '-keyout', file('ca.key'), '-out', file('ca.pem'));
    openssl('req', '-x509', ...key, ...days, '-subj', `/CN=${names[0]}`,
        '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`)}`,
        '-addext', 'basicConstraints=critical,CA:FALSE',
        '-CA', file('ca.pem'), '-CAkey', file('ca.key'),
        '-keyout', file('site.key'), '-out', file('site.pem'));
    // the chain, in which browsers look for the authority
    fs.appendFileSync(file('site.pem'), fs.readFileSync(file('ca.pem')));

    return {
        authority: file('ca.pem'),
        certificate: file('site.pem'),
        key: file('site.key'),
    };
}

module.exports = { certify };
