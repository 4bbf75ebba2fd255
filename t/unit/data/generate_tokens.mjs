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
    const pem = crypto.createPublicKey({ key: publicPart('rsa'), format: 'jwk' })
        .export({ type: 'spki', format: 'pem' });
    const hmac = (secret) => new jose.SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
        .sign(Buffer.from(secret));
    const encrypted = await new jose.EncryptJWT(claims)
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        .encrypt(await jose.importJWK(publicPart('rsa'), 'RSA-OAEP-256'));
    const none = new jose.UnsecuredJWT(claims).encode();
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
        key_in_the_header: await sign('rsa_other', 'RS256', claims, {
            jwk: publicPart('rsa_other') }),
        none,
        none_spelled_none: withPart(rs256, 0, base64url({ alg: 'NoNe' })),
        none_with_signature: withPart(rs256, 0, base64url({ alg: 'none' })),
        signature_dropped: withPart(rs256, 2, ''),
        hmac_with_the_public_key: await hmac(pem),
        hmac_with_the_modulus: await hmac(
            Buffer.from(keys.rsa.n, 'base64url')),
        signature_of_another_token: withPart(
            rs256, 2, (await sign('rsa', 'RS256', { ...claims, sub: 'u2' },
                                  { kid: 'rsa' })).split('.')[2]),
        rs256_bit_flipped: withPart(rs256, 2, flipBit(rs256.split('.')[2])),
        es256_bit_flipped: withPart(es256, 2, flipBit(es256.split('.')[2])),
        eddsa_bit_flipped: withPart(eddsa, 2, flipBit(eddsa.split('.')[2])),
        es256_short: withPart(es256, 2,
                              es256.split('.')[2].slice(0, 40)),
        eddsa_short: withPart(eddsa, 2,
                              eddsa.split('.')[2].slice(0, 40)),
        // CVE-2022-21449: r = s = 0
        es256_zeros: withPart(es256, 2,
                              Buffer.alloc(64).toString('base64url')),
        // the DER form, which JWS does not use (RFC 7518, section 3.4)
        es256_der: es256Der(es256),
        // cjose 0.6 halves what it is given, whatever its length
        es256_zero_at_the_end: withBytes(es256, (raw) => Buffer.concat(
            [raw, Buffer.alloc(1)])),
        es256_numbers_of_33_bytes: withBytes(es256, (raw) => Buffer.concat(
            [Buffer.alloc(1), raw.subarray(0, 32),
             Buffer.alloc(1), raw.subarray(32)])),
        rs256_zero_in_front: withBytes(rs256, (raw) => Buffer.concat(
            [Buffer.alloc(1), raw])),
        ps256_begins_with_zero: ps256,
        // cjose 0.6 takes it
        ps256_zero_dropped: withBytes(ps256, (raw) => raw.subarray(1)),
        algorithm_swapped_to_ps256: withPart(
            rs256, 0, base64url({ alg: 'PS256', kid: 'rsa' })),
        payload_swapped: withPart(rs256, 1,
                                  base64url({ ...claims, sub: 'admin' })),
        critical: await sign('rsa', 'RS256', claims,
                             { kid: 'rsa', crit: ['x'], x: 1 },
                             { crit: { x: true } }),
        critical_empty: signRaw('{"alg":"RS256","kid":"rsa","crit":[]}',
                                JSON.stringify(claims)),
        unencoded_payload: signRaw('{"alg":"RS256","kid":"rsa","b64":false}',
                                   JSON.stringify(claims)),
        kid_a_number: signRaw('{"alg":"RS256","kid":7}',
                              JSON.stringify(claims)),
        algorithm_missing: signRaw('{"kid":"rsa"}', JSON.stringify(claims)),
        algorithm_a_list: signRaw('{"alg":["RS256"],"kid":"rsa"}',
                                  JSON.stringify(claims)),
        algorithm_twice: signRaw('{"alg":"RS256","kid":"rsa","alg":"none"}',
                                 JSON.stringify(claims)),
        header_a_list: signRaw('[{"alg":"RS256"}]', JSON.stringify(claims)),
        header_no_json: signRaw('{"alg":', JSON.stringify(claims)),
        claims_a_string: signRaw('{"alg":"RS256","kid":"rsa"}', '"claims"'),
        claims_no_json: signRaw('{"alg":"RS256","kid":"rsa"}', '{'),
        claims_twice: signRaw('{"alg":"RS256","kid":"rsa"}',
                              '{"iss":"https://evil.test","aud":"spa",' +
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
        // aborts cjose 0.6
        length_of_no_base64: signRaw('{"alg":"RS256","kid":"rsa"}', '')
            .replace('..', '.AAAAA.'),
        lone_character_before_padding: withPart(rs256, 1, 'A='),
        lone_character_in_signature: withPart(
            rs256, 2, rs256.split('.')[2].slice(0, 340) + 'A='),
        space_at_the_end: rs256 + ' ',
        newline_within: withPart(rs256, 1, rs256.split('.')[1] + '\n'),
        too_long: await sign('rsa', 'RS256',
                             { ...claims, fill: 'x'.repeat(16384) },
                             { kid: 'rsa' }),
        long: await sign('rsa', 'RS256', { ...claims, fill: 'x'.repeat(11000) },
                         { kid: 'rsa' }),
    });
}


function es256Der(token) {
    const raw = Buffer.from(token.split('.')[2], 'base64url');
    const integer = (bytes) => {
        const value = bytes[0] & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes])
                                      : bytes;
        return Buffer.concat([Buffer.from([2, value.length]), value]);
    };
    const content = Buffer.concat([integer(raw.subarray(0, 32)),
                                   integer(raw.subarray(32))]);

    return withPart(token, 2, Buffer.concat([
        Buffer.from([0x30, content.length]), content]).toString('base64url'));
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
        logout_none: new jose.UnsecuredJWT(claims).encode(),
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
        // aborts cjose 0.6 where it reads the key itself
        rsa_lone_character: text({ ...rsa, n: 'A=' }),
        rsa_member_nobody_reads: text({ ...rsa, p: 'A=' }),
        rsa_exponent_one: text({ ...rsa, e: 'AQ' }),
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
