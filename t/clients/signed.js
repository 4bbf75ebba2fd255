// ID tokens, logout tokens and security events, signed by the npm library jose
// with keys that nobody had before: those that a client has to accept, and those
// that it has to refuse (OpenID Connect RP-Initiated Logout 1.0, section 4;
// Back-Channel Logout 1.0, section 2.6; RFC 8417; RFC 8725). A kind is
// "id_token_hint", "logout_token" or "security_event".

const crypto = require('crypto');

const jose = require('jose');

const issuer = 'https://id.example.test';
const event = 'http://schemas.openid.net/event/backchannel-logout';
const revoked =
    'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const now = () => Math.floor(Date.now() / 1000);

// Makes the provider's keys, and others with which it does not sign. "pinned"
// is for PS256 only.
async function makeKeys() {
    const wanted = {
        rsa: 'RS256', ec: 'ES256', ed: 'EdDSA', pinned: 'PS256',
        otherRsa: 'RS256', otherEc: 'ES256', otherEd: 'EdDSA',
        p384: 'ES384', p521: 'ES512',
    };
    const made = await Promise.all(Object.values(wanted).map((algorithm) =>
        jose.generateKeyPair(algorithm, { extractable: true })));

    return Object.fromEntries(Object.keys(wanted).map((name, i) =>
        [name, made[i]]));
}

async function keySet(keys) {
    const listed = ['rsa', 'ec', 'ed', 'pinned', 'p384'];
    const jwks = await Promise.all(listed.map(async (name) => ({
        ...await jose.exportJWK(keys[name].publicKey), kid: name, use: 'sig',
        ...name === 'pinned' ? { alg: 'PS256' } : {},
    })));

    return { keys: jwks };
}

// The example of CAEP 1.0, section 3.1.2, to this issuer and subject.
function eventClaims(changes) {
    return {
        iss: issuer, aud: 'spa', iat: now(), jti: crypto.randomUUID(),
        txn: 8675309, sub_id: { format: 'iss_sub', iss: issuer, sub: 'u1' },
        events: { [revoked]: {
            initiating_entity: 'policy',
            reason_admin: { en: 'Landspeed Policy Violation: C076E82F' },
            event_timestamp: now(),
        } },
        ...changes,
    };
}

function claimsOf(kind, changes = {}) {
    return kind === 'security_event' ? eventClaims(changes) : {
        iss: issuer, aud: 'spa', iat: now(), exp: now() + 60, sub: 'u1',
        ...kind === 'logout_token'
            ? { jti: crypto.randomUUID(), events: { [event]: {} } } : {},
        ...changes,
    };
}

// A token of `kind`; `key` signs, and `kid` says which key that is.
function sign(kind, { alg, key, kid, header = {}, claims = {} }) {
    return new jose.SignJWT(claimsOf(kind, claims))
        .setProtectedHeader({ alg, ...kid === undefined ? {} : { kid },
            ...kind === 'security_event' ? { typ: 'secevent+jwt' } : {},
            ...header })
        .sign(key);
}

// Takes the first part of the one and the others of another.
function withPart(index, from, token) {
    const parts = token.split('.');
    parts[index] = from.split('.')[index];
    return parts.join('.');
}

function encode(object) {
    return jose.base64url.encode(JSON.stringify(object));
}

// jose binds a key to an algorithm; a provider's RSA key may have several.
async function withAlgorithm(pair, algorithm) {
    return jose.importJWK(await jose.exportJWK(pair.privateKey), algorithm);
}

const asPs256 = (pair) => withAlgorithm(pair, 'PS256');

// What has to be accepted, as functions from the kind to a token.
function goodTokens(keys) {
    const signed = (alg, name, kid = name) => (kind) =>
        sign(kind, { alg, key: keys[name].privateKey, kid });

    return {
        RS256: signed('RS256', 'rsa'),
        PS256: async (kind) => sign(kind, {
            alg: 'PS256', kid: 'rsa', key: await asPs256(keys.rsa),
        }),
        'PS256, with a key for that alone': signed('PS256', 'pinned'),
        ES256: signed('ES256', 'ec'),
        EdDSA: signed('EdDSA', 'ed'),
        'EdDSA by its newer name, Ed25519': signed('Ed25519', 'ed'),
        'ES256 without "kid", with one key that fits': (kind) =>
            sign(kind, { alg: 'ES256', key: keys.ec.privateKey }),
        // nobody is to look at them
        'RS256, with another key in the header': async (kind) => sign(kind, {
            alg: 'RS256', kid: 'rsa', key: keys.rsa.privateKey,
            header: { jwk: await jose.exportJWK(keys.otherRsa.publicKey),
                jku: 'https://keys.example/jwks.json' },
        }),
    };
}

function hmacs() {
    const secret = crypto.randomBytes(64);
    const cases = {};

    for (const alg of ['HS256', 'HS384', 'HS512']) {
        cases[alg] = {
            token: (kind) => sign(kind, { alg, kid: 'rsa', key: secret }),
            reason: 'algorithm is not',
        };
    }
    return cases;
}

// They claim nothing: nobody is to be taken in by them.
function unsignedTokens() {
    const cases = {
        'alg none, by jose': {
            token: () => new jose.UnsecuredJWT({}).encode(),
            reason: 'not signed',
        },
        'RS256 without a signature': {
            token: () => `${encode({ alg: 'RS256', kid: 'rsa' })}.` +
                `${encode({})}.`,
            reason: 'not signed',
        },
    };

    for (const alg of ['None', 'NONE', 'nOnE']) {
        cases[`alg ${alg}`] = {
            token: () => `${encode({ alg })}.${encode({})}.`,
            reason: 'not signed',
        };
    }
    return cases;
}

function unlistedAlgorithms(keys) {
    const cases = {};

    for (const [alg, name] of [['RS384', 'rsa'], ['RS512', 'rsa'],
        ['PS384', 'rsa'], ['PS512', 'rsa'], ['ES384', 'p384'],
        ['ES512', 'p521']]) {
        cases[`${alg}, which is not listed`] = {
            token: async (kind) => sign(kind, {
                alg, kid: name, key: await withAlgorithm(keys[name], alg),
            }),
            reason: 'algorithm is not',
        };
    }
    return cases;
}

function wrongKeys(keys) {
    const by = (alg, name, kid) => (kind) =>
        sign(kind, { alg, key: keys[name].privateKey, kid });

    return {
        'RS256 of another provider': {
            token: by('RS256', 'otherRsa', 'rsa'), reason: 'signature is wrong',
        },
        'ES256 of another provider': {
            token: by('ES256', 'otherEc', 'ec'), reason: 'signature is wrong',
        },
        'EdDSA of another provider': {
            token: by('EdDSA', 'otherEd', 'ed'), reason: 'signature is wrong',
        },
        'a "kid" that no key has': {
            token: by('RS256', 'rsa', 'unheard-of'), reason: 'no key',
        },
        'the "kid" of a key of another type': {
            token: by('RS256', 'rsa', 'ec'), reason: 'no key',
        },
        'the "kid" of another key of its type': {
            token: async (kind) => sign(kind, { alg: 'PS256', kid: 'pinned',
                key: await asPs256(keys.rsa) }),
            reason: 'signature is wrong',
        },
        'RS256 with a key for PS256 alone': {
            token: async (kind) => sign(kind, { alg: 'RS256', kid: 'pinned',
                key: await withAlgorithm(keys.pinned, 'RS256') }),
            reason: 'no key',
        },
        'no "kid", and two keys that fit': {
            token: async (kind) => sign(kind, { alg: 'PS256',
                key: await asPs256(keys.rsa) }),
            reason: 'several fit',
        },
    };
}

function tamperedTokens(keys) {
    const good = (kind, claims) => sign(kind, { alg: 'RS256', kid: 'rsa',
        key: keys.rsa.privateKey, claims });

    return {
        'claims of another token': {
            token: async (kind) => withPart(1, await good(kind, { sub: 'u2' }),
                await good(kind)),
            reason: 'signature is wrong',
        },
        'an algorithm put in place of another': {
            token: async (kind) => withPart(0,
                `${encode({ alg: 'PS256', kid: 'rsa' })}.`, await good(kind)),
            reason: 'signature is wrong',
        },
        'a critical header parameter': {
            token: async (kind) => withPart(0,
                `${encode({ alg: 'RS256', kid: 'rsa', crit: ['exp'],
                    exp: now() })}.`, await good(kind)),
            reason: 'critical',
        },
        'encrypted for the provider': {
            token: async (kind) => new jose.EncryptJWT(claimsOf(kind))
                .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256GCM' })
                .encrypt(await jose.importJWK(
                    await jose.exportJWK(keys.rsa.publicKey), 'RSA-OAEP')),
            reason: 'encrypted',
        },
    };
}

// Claims that are wrong in a token that is signed well.
const wrongClaims = {
    'another issuer': [{ iss: 'https://evil.example' }, '"iss"'],
    'its issuer with a slash': [{ iss: `${issuer}/` }, '"iss"'],
    'no issuer': [{ iss: undefined }, '"iss"'],
    'a list of issuers': [{ iss: [issuer] }, '"iss"'],
    'no audience': [{ aud: undefined }, '"aud"'],
    'an empty list of audiences': [{ aud: [] }, '"aud"'],
};

const wrongLogoutClaims = {
    'another client': [{ aud: 'other' }, '"aud"'],
    'another client, too': [{ aud: ['spa', 'other'] }, '"aud"'],
    'no "iat"': [{ iat: undefined }, '"iat"'],
    'issued in the future': [{ iat: now() + 3600 }, '"iat"'],
    'no "exp"': [{ exp: undefined }, '"exp"'],
    expired: [{ exp: now() - 3600 }, 'expired'],
    'no "events"': [{ events: undefined }, '"events"'],
    'an event of another kind':
        [{ events: { 'http://schemas.openid.net/event/x': {} } }, '"events"'],
    'an event that is no object': [{ events: { [event]: true } }, '"events"'],
    'a "nonce"': [{ nonce: 'n' }, '"nonce"'],
    'neither "sid" nor "sub"': [{ sub: undefined }, 'neither'],
    'no "jti"': [{ jti: undefined }, '"jti"'],
};

const wrongEventClaims = {
    'another audience': [{ aud: ['other'] }, '"aud"'],
    'no "iat"': [{ iat: undefined }, '"iat"'],
    'issued in the future': [{ iat: now() + 3600 }, '"iat"'],
    'issued eight days ago': [{ iat: now() - 8 * 86400 }, 'seven days'],
    'an "exp"': [{ exp: now() + 60 }, '"exp"'],
    'a "sub"': [{ sub: 'u1' }, '"sub"'],
    'no "events"': [{ events: undefined }, '"events"'],
    'two events': [{ events: { [revoked]: {}, [event]: {} } }, '"events"'],
    'an event that is no object': [{ events: { [revoked]: true } }, '"events"'],
    'no "jti"': [{ jti: undefined }, '"jti"'],
    'no subject': [{ sub_id: undefined }, 'no subject'],
    'a subject of another issuer':
        [{ sub_id: { format: 'iss_sub', iss: 'https://x.test', sub: 'u1' } },
            'the sender'],
    'a telephone': [{ sub_id: { format: 'phone_number',
        phone_number: '+12065550100' } }, 'format'],
};

function claimCases(keys, list) {
    return Object.fromEntries(Object.entries(list).map(
        ([what, [claims, reason]]) => [what, {
            token: (kind) => sign(kind, { alg: 'ES256', kid: 'ec',
                key: keys.ec.privateKey, claims }),
            reason,
        }]));
}

// { what: { token, reason } } of what is refused.
async function badTokens(kind, keys) {
    return {
        ...unsignedTokens(),
        ...unlistedAlgorithms(keys),
        ...hmacs(),
        ...wrongKeys(keys),
        ...tamperedTokens(keys),
        ...claimCases(keys, wrongClaims),
        ...kind === 'logout_token' ? claimCases(keys, wrongLogoutClaims) : {},
        ...kind === 'security_event' ? claimCases(keys, wrongEventClaims) : {},
    };
}

module.exports = { badTokens, goodTokens, issuer, keySet, makeKeys };
