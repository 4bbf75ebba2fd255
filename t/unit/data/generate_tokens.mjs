// Writes tokens.json: key sets, and tokens signed by the npm library "jose",
// for the tests of what verifies them. The keys are test_keys.json's; they are
// made if that file is absent.
//
//     node t/unit/data/generate_tokens.mjs NODE_MODULES
//
// NODE_MODULES has jose. ES256 and PS256 signatures differ from run to run.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const modules = path.resolve(process.argv[2], '..', 'package.json');
const jose = await import(
    pathToFileURL(createRequire(modules).resolve('jose')).href);
const here = path.dirname(fileURLToPath(import.meta.url));

const now = 1700000000;
const issuer = 'https://id.example.test';
const client = 'spa';
const event = 'http://schemas.openid.net/event/backchannel-logout';

const keys = await testKeys();
const tokens = {};


async function testKeys() {
    const file = path.join(here, 'test_keys.json');

    if (!fs.existsSync(file)) {
        fs.writeFileSync(file, JSON.stringify(await makeKeys(), null, 1) + '\n');
    }
    return JSON.parse(fs.readFileSync(file, 'utf8'));
}


async function makeKeys() {
    const wanted = {
        rsa: ['RS256'], rsa_other: ['RS256'], rsa_small: ['RS256'],
        ec: ['ES256'], ec_other: ['ES256'], ec384: ['ES384'],
        ed: ['Ed25519'], ed_other: ['Ed25519'],
    };
    const made = {
        comment: 'For tests only: everybody has these private keys.',
    };

    for (const [name, [algorithm]] of Object.entries(wanted)) {
        made[name] = await makeKey(name, algorithm);
    }
    return made;
}


async function makeKey(name, algorithm) {
    if (name === 'rsa_small') {
        return crypto.generateKeyPairSync('rsa', { modulusLength: 1024 })
            .privateKey.export({ format: 'jwk' });
    }

    const { privateKey } = await jose.generateKeyPair(
        algorithm, { extractable: true, modulusLength: 2048 });

    return jose.exportJWK(privateKey);
}


function publicPart(name, members = {}) {
    const { kty, n, e, crv, x, y } = keys[name];

    return { kty, n, e, crv, x, y, ...members };
}


function base64url(value) {
    return Buffer.from(typeof value === 'string' ? value
                                                 : JSON.stringify(value))
        .toString('base64url');
}


async function sign(name, algorithm, claims, header = {}, options = {}) {
    const key = await jose.importJWK(keys[name], algorithm);

    return new jose.SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, ...header })
        .sign(key, options);
}


// For what jose does not let anybody sign: any header and payload bytes, RS256.
function signRaw(headerText, payloadText) {
    const input = base64url(headerText) + '.' + base64url(payloadText);
    const key = crypto.createPrivateKey({ key: keys.rsa, format: 'jwk' });

    return input + '.' +
        crypto.sign('sha256', Buffer.from(input), key).toString('base64url');
}


function withPart(token, index, part) {
    const parts = token.split('.');

    parts[index] = part;
    return parts.join('.');
}


function flipBit(part) {
    const bytes = Buffer.from(part, 'base64url');

    bytes[bytes.length >> 1] ^= 1;
    return bytes.toString('base64url');
}


function signatureOf(token) {
    return Buffer.from(token.split('.')[2], 'base64url');
}


// The token with its signature changed.
function withBytes(token, change) {
    return withPart(token, 2, change(signatureOf(token)).toString('base64url'));
}


// One of 256 does: signatures with a salt differ from each other.
async function beginningWithZero(makeToken) {
    for (;;) {
        const token = await makeToken();

        if (signatureOf(token)[0] === 0) {
            return token;
        }
    }
}


function without(claims, ...names) {
    return Object.fromEntries(
        Object.entries(claims).filter(([name]) => !names.includes(name)));
}


async function signatures() {
    const claims = { iss: issuer, aud: client, sub: 'u1', sid: 's1',
                     iat: now - 90000, exp: now - 86400 };
    const rs256 = await sign('rsa', 'RS256', claims, { kid: 'rsa' });
    const es256 = await sign('ec', 'ES256', claims, { kid: 'ec' });
    const eddsa = await sign('ed', 'EdDSA', claims, { kid: 'ed' });
    const encrypted = await new jose.EncryptJWT(claims)
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        .encrypt(await jose.importJWK(publicPart('rsa'), 'RSA-OAEP-256'));
    const flipped = withPart(rs256, 2, flipBit(rs256.split('.')[2]));
    // Who refuses these for another reason than we do does so all the same:
    // what is unsigned claims nothing, and what has a header or a form that is
    // to be refused has a signature that is wrong besides.
    const unsigned = (header, signature = '') =>
        `${base64url(header)}.${base64url({})}.${signature}`;
    const wrong = (headerText) => {
        const token = signRaw(headerText, JSON.stringify(claims));

        return withPart(token, 2, flipBit(token.split('.')[2]));
    };
    const ps256 = await beginningWithZero(
        () => sign('rsa', 'PS256', claims, { kid: 'rsa' }));

    Object.assign(tokens, {
        rs256,
        es256,
        eddsa,
        ps256: await sign('rsa', 'PS256', claims, { kid: 'rsa' }),
        ed25519: await sign('ed', 'Ed25519', claims, { kid: 'ed' }),
        es256_without_kid: await sign('ec', 'ES256', claims),
        rs256_without_kid: await sign('rsa', 'RS256', claims),
        rs512: await sign('rsa', 'RS512', claims, { kid: 'rsa' }),
        ps384: await sign('rsa', 'PS384', claims, { kid: 'rsa' }),
        es384: await sign('ec384', 'ES384', claims, { kid: 'ec384' }),
        unknown_kid: await sign('rsa', 'RS256', claims, { kid: 'gone' }),
        kid_of_another_type: await sign('rsa', 'RS256', claims, { kid: 'ec' }),
        pinned_to_rs256: await sign('rsa_other', 'RS256', claims,
                                    { kid: 'pinned' }),
        pinned_but_ps256: await sign('rsa_other', 'PS256', claims,
                                     { kid: 'pinned' }),
        key_for_encryption: await sign('rsa_other', 'RS256', claims,
                                       { kid: 'encryption' }),
        signed_by_another_rsa: await sign('rsa_other', 'RS256', claims,
                                          { kid: 'rsa' }),
        signed_by_another_ec: await sign('ec_other', 'ES256', claims,
                                         { kid: 'ec' }),
        signed_by_another_ed: await sign('ed_other', 'EdDSA', claims,
                                         { kid: 'ed' }),
        // the provider's, with a key in the header that nobody is to look at
        key_in_the_header: await sign('rsa', 'RS256', claims, {
            kid: 'rsa', jwk: publicPart('rsa_other') }),
        none: unsigned({ alg: 'none' }),
        none_spelled_none: unsigned({ alg: 'NoNe' }),
        none_with_signature: unsigned({ alg: 'none' }, flipped.split('.')[2]),
        signature_dropped: unsigned({ alg: 'RS256', kid: 'rsa' }),
        hs256: await new jose.SignJWT(claims)
            .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
            .sign(Buffer.from('a secret that nothing is derived from')),
        signature_of_another_token: withPart(
            rs256, 2, (await sign('rsa', 'RS256', { ...claims, sub: 'u2' },
                                  { kid: 'rsa' })).split('.')[2]),
        rs256_bit_flipped: flipped,
        es256_bit_flipped: withPart(es256, 2, flipBit(es256.split('.')[2])),
        eddsa_bit_flipped: withPart(eddsa, 2, flipBit(eddsa.split('.')[2])),
        es256_short: withPart(es256, 2,
                              es256.split('.')[2].slice(0, 40)),
        eddsa_short: withPart(eddsa, 2,
                              eddsa.split('.')[2].slice(0, 40)),
        // two bytes more than the two numbers have
        es256_long: withBytes(es256, (raw) => Buffer.concat(
            [raw, Buffer.alloc(2)])),
        rs256_long: withBytes(rs256, (raw) => Buffer.concat(
            [raw, Buffer.alloc(1)])),
        ps256_begins_with_zero: ps256,
        algorithm_swapped_to_ps256: withPart(
            rs256, 0, base64url({ alg: 'PS256', kid: 'rsa' })),
        payload_swapped: withPart(rs256, 1,
                                  base64url({ ...claims, sub: 'admin' })),
        critical: wrong('{"alg":"RS256","kid":"rsa","crit":["x"],"x":1}'),
        critical_empty: wrong('{"alg":"RS256","kid":"rsa","crit":[]}'),
        unencoded_payload: wrong('{"alg":"RS256","kid":"rsa","b64":false}'),
        kid_a_number: wrong('{"alg":"RS256","kid":7}'),
        algorithm_missing: wrong('{"kid":"rsa"}'),
        algorithm_a_list: wrong('{"alg":["RS256"],"kid":"rsa"}'),
        kid_twice: wrong('{"alg":"RS256","kid":"rsa","kid":"rsa"}'),
        header_a_list: wrong('[{"alg":"RS256"}]'),
        header_no_json: wrong('{"alg":'),
        claims_a_string: signRaw('{"alg":"RS256","kid":"rsa"}', '"claims"'),
        claims_no_json: signRaw('{"alg":"RS256","kid":"rsa"}', '{'),
        claims_twice: signRaw('{"alg":"RS256","kid":"rsa"}',
                              '{"iss":"https://id.example.test",' +
                              '"iss":"https://id.example.test"}'),
        claims_empty: signRaw('{"alg":"RS256","kid":"rsa"}', ''),
        encrypted,
        two_parts: rs256.split('.').slice(0, 2).join('.'),
        four_parts: rs256 + '.x',
        not_a_token: 'eyJ',
        captured_stand_in: 'eyJ.h.s',
        padded: withPart(rs256, 1, rs256.split('.')[1] + '='),
        standard_alphabet: withPart(rs256, 2, 'ab+/' +
                                    rs256.split('.')[2].slice(4)),
        signature_with_a_star: withPart(rs256, 2, 'ab*_' +
                                        rs256.split('.')[2].slice(4)),
        space_at_the_end: flipped + ' ',
        newline_within: withPart(rs256, 1, rs256.split('.')[1] + '\n'),
        too_long: await sign('rsa', 'RS256',
                             { ...claims, fill: 'x'.repeat(16384) },
                             { kid: 'rsa' }),
        long: await sign('rsa', 'RS256', { ...claims, fill: 'x'.repeat(11000) },
                         { kid: 'rsa' }),
    });
}


async function idTokens() {
    const claims = { iss: issuer, aud: client, sub: 'u1', sid: 's1',
                     iat: now - 90000, exp: now - 86400 };
    const id = (changed) => sign('rsa', 'RS256', { ...claims, ...changed },
                                 { kid: 'rsa' });

    Object.assign(tokens, {
        id_expired_long_ago: await id({ iat: 1, exp: 2 }),
        id_without_expiry: await sign('rsa', 'RS256', without(claims, 'exp'),
                                      { kid: 'rsa' }),
        id_audience_list: await id({ aud: [client] }),
        id_two_audiences: await id({ aud: ['api', client] }),
        id_two_audiences_azp: await id({ aud: ['api', client], azp: client }),
        id_azp_not_audience: await id({ aud: 'api', azp: client }),
        id_audience_empty_list: await id({ aud: [] }),
        id_audience_empty: await id({ aud: '' }),
        id_audience_number: await id({ aud: 7 }),
        id_audience_mixed: await id({ aud: [client, 7] }),
        id_audience_missing: await sign('rsa', 'RS256', without(claims, 'aud'),
                                        { kid: 'rsa' }),
        id_other_issuer: await id({ iss: 'https://evil.test' }),
        id_issuer_with_slash: await id({ iss: issuer + '/' }),
        id_issuer_missing: await sign('rsa', 'RS256', without(claims, 'iss'),
                                      { kid: 'rsa' }),
        id_issuer_a_list: await id({ iss: [issuer] }),
        id_sid_missing: await sign('rsa', 'RS256', without(claims, 'sid'),
                                   { kid: 'rsa' }),
        id_hs256: await new jose.SignJWT(claims)
            .setProtectedHeader({ alg: 'HS256' })
            .sign(Buffer.from('the client secret of an old application')),
    });
}


async function logoutTokens() {
    const claims = { iss: issuer, aud: client, sub: 'u1', sid: 's1',
                     iat: now, exp: now + 120, jti: 'j1',
                     events: { [event]: {} } };
    const typed = { kid: 'rsa', typ: 'logout+jwt' };
    const logout = (changed, header = typed) =>
        sign('rsa', 'RS256', { ...claims, ...changed }, header);
    const lacking = (...names) =>
        sign('rsa', 'RS256', without(claims, ...names), typed);

    Object.assign(tokens, {
        logout: await logout({}),
        logout_es256: await sign('ec', 'ES256', claims,
                                 { kid: 'ec', typ: 'logout+jwt' }),
        logout_eddsa: await sign('ed', 'EdDSA', claims,
                                 { kid: 'ed', typ: 'logout+jwt' }),
        logout_untyped: await logout({}, { kid: 'rsa' }),
        logout_typed_jwt: await logout({}, { kid: 'rsa', typ: 'JWT' }),
        logout_typed_long: await logout(
            {}, { kid: 'rsa', typ: 'application/Logout+JWT' }),
        logout_typed_access_token: await logout(
            {}, { kid: 'rsa', typ: 'at+jwt' }),
        logout_sid_only: await lacking('sub'),
        logout_sub_only: await lacking('sid'),
        logout_nobody: await lacking('sid', 'sub'),
        logout_sid_empty: await logout({ sid: '' }),
        logout_sid_number: await logout({ sid: 7 }),
        logout_sub_null: await logout({ sub: null }),
        logout_sid_long: await logout({ sid: 's'.repeat(513) }),
        logout_sid_longest: await logout({ sid: 's'.repeat(512) }),
        logout_two_clients: await logout({ aud: [client, 'app'] }),
        logout_other_audience: await logout({ aud: 'other' }),
        logout_further_audience: await logout({ aud: [client, 'other'] }),
        logout_audience_missing: await lacking('aud'),
        logout_audience_empty: await logout({ aud: [] }),
        logout_other_issuer: await logout({ iss: 'https://evil.test' }),
        logout_issuer_missing: await lacking('iss'),
        logout_iat_missing: await lacking('iat'),
        logout_iat_text: await logout({ iat: String(now) }),
        logout_iat_future: await logout({ iat: now + 61 }),
        logout_iat_slightly_ahead: await logout({ iat: now + 59 }),
        logout_exp_missing: await lacking('exp'),
        logout_exp_text: await logout({ exp: String(now + 120) }),
        logout_expired: await logout({ iat: now - 200, exp: now - 60 }),
        logout_expired_just_now: await logout({ iat: now - 200,
                                                exp: now - 59 }),
        logout_fractions: await logout({ iat: now - 0.5, exp: now + 9.5 }),
        logout_exp_tomorrow: await logout({ exp: now + 86400 }),
        logout_exp_too_late: await logout({ exp: now + 86401 }),
        logout_exp_huge: await logout({ exp: 1e300 }),
        logout_events_missing: await lacking('events'),
        logout_events_empty: await logout({ events: {} }),
        logout_events_other: await logout(
            { events: { 'https://schemas.example.test/other': {} } }),
        logout_events_list: await logout({ events: [event] }),
        logout_event_null: await logout({ events: { [event]: null } }),
        logout_event_true: await logout({ events: { [event]: true } }),
        logout_event_with_members: await logout(
            { events: { [event]: { reason: 'x' } } }),
        logout_nonce: await logout({ nonce: 'n' }),
        logout_nonce_null: await logout({ nonce: null }),
        logout_jti_missing: await lacking('jti'),
        logout_jti_empty: await logout({ jti: '' }),
        logout_jti_number: await logout({ jti: 7 }),
        logout_signed_by_another: await sign('rsa_other', 'RS256', claims,
                                             typed),
    });
}


// A number that is one bit shorter.
function shortened(number) {
    const bytes = Buffer.from(number, 'base64url');

    bytes[0] = bytes[0] & 0x3f | 0x40;
    return bytes.toString('base64url');
}


function keySets() {
    const text = (...set) => JSON.stringify({ keys: set });
    const rsa = publicPart('rsa', { kid: 'rsa' });

    return {
        provider: text(
            publicPart('rsa', { kid: 'rsa', use: 'sig' }),
            publicPart('rsa_other', { kid: 'pinned', alg: 'RS256',
                                      key_ops: ['verify'] }),
            publicPart('rsa_other', { kid: 'encryption', use: 'enc' }),
            publicPart('ec', { kid: 'ec' }),
            publicPart('ec384', { kid: 'ec384', alg: 'ES384' }),
            publicPart('ed', { kid: 'ed', alg: 'EdDSA' }),
            { kty: 'OKP', crv: 'X25519', x: keys.ed.x, kid: 'x25519' },
            { kty: 'PQ', kid: 'future' }),
        nameless: text(publicPart('rsa'), publicPart('ec')),
        one_rsa: text(rsa),
        two_nameless: text(publicPart('rsa'), publicPart('rsa_other')),
        same_kid: text(rsa, publicPart('rsa_other', { kid: 'rsa' })),
        same_kid_other_type: text(rsa, publicPart('ec', { kid: 'rsa' })),
        empty: text(),
        nothing_usable: text(publicPart('rsa', { use: 'enc' })),
        not_for_verifying: text(publicPart('rsa', { key_ops: ['sign'] })),
        private_key: text({ ...keys.rsa, kid: 'rsa' }),
        private_ed_key: text({ ...keys.ed, kid: 'ed' }),
        symmetric: text({ kty: 'oct', k: 'c2VjcmV0', kid: 'secret' }),
        small_rsa: text(publicPart('rsa_small', { kid: 'small' })),
        rsa_without_modulus: text({ kty: 'RSA', e: 'AQAB', kid: 'bad' }),
        rsa_bad_base64: text({ ...rsa, n: '*' + rsa.n }),
        rsa_member_nobody_reads: text({ ...rsa, x5t: '*' }),
        rsa_exponent_even: text({ ...rsa, e: 'AQAA' }),
        rsa_2047_bits: text({ ...rsa, n: shortened(rsa.n) }),
        ec_off_the_curve: text({ ...publicPart('ec', { kid: 'bad' }),
                                 y: keys.ec_other.y }),
        ec_without_y: text({ ...publicPart('ec', { kid: 'bad' }),
                             y: undefined }),
        ed_short: text({ kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'bad' }),
        ed_without_x: text({ kty: 'OKP', crv: 'Ed25519', kid: 'bad' }),
        not_an_object: '[]',
        no_keys: '{"key":[]}',
        keys_an_object: '{"keys":{}}',
        key_a_string: '{"keys":["x"]}',
        not_json: '-----BEGIN PUBLIC KEY-----',
        single_key: JSON.stringify(rsa),
        too_many: text(...Array.from({ length: 257 }, (_, i) =>
            publicPart('ed', { kid: 'k' + i }))),
    };
}


await signatures();
await idTokens();
await logoutTokens();

fs.writeFileSync(
    path.join(here, 'tokens.json'),
    JSON.stringify({ now, issuer, key_sets: keySets(), tokens }, null, 1) +
        '\n');
