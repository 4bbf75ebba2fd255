// express-openid-connect without a store, and a provider that believes who
// people say they are. With STILL=1 it does not roll.
const crypto = require('crypto');
const express = require('express');
const { auth } = require('express-openid-connect');

const key = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');

function idToken(issuer, user, nonce) {
    const now = Math.floor(Date.now() / 1000);
    const text = encode({ alg: 'RS256', kid: 'op', typ: 'JWT' }) + '.'
        + encode({ iss: issuer, aud: 'site', sub: user, nonce, iat: now,
            exp: now + 3600 });
    const signature = crypto.sign('sha256', Buffer.from(text), key.privateKey);
    return `${text}.${signature.toString('base64url')}`;
}

function startProvider() {
    const provider = express();
    let issuer;

    provider.get('/.well-known/openid-configuration', (_, response) => {
        response.json({
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ['id_token'],
            response_modes_supported: ['form_post'],
            id_token_signing_alg_values_supported: ['RS256'],
            subject_types_supported: ['public'],
        });
    });
    provider.get('/jwks', (_, response) => {
        response.json({ keys: [{ ...key.publicKey.export({ format: 'jwk' }),
            kid: 'op', use: 'sig', alg: 'RS256' }] });
    });
    // what the form would post
    provider.get('/authorize', ({ query }, response) => {
        response.json({ state: query.state,
            id_token: idToken(issuer, query.login_hint, query.nonce) });
    });
    return new Promise((resolve) => {
        const server = provider.listen(0, '127.0.0.1', () => {
            issuer = `http://127.0.0.1:${server.address().port}`;
            resolve(issuer);
        });
    });
}

async function main() {
    const app = express();
    app.use(auth({
        authRequired: false,
        issuerBaseURL: await startProvider(),
        baseURL: process.env.ORIGIN,
        clientID: 'site',
        secret: process.env.SECRET,
        routes: { login: false, logout: false },
        ...process.env.STILL === '1'
            ? { session: { rolling: false, absoluteDuration: 3600 } } : {},
    }));
    app.get('/login', (request, response) => response.oidc.login({
        returnTo: '/whoami',
        authorizationParams: { login_hint: request.query.user },
    }));
    app.get('/whoami', (request, response) => {
        response.send(request.oidc.user?.sub ?? 'nobody');
    });
    app.listen(Number(process.env.PORT), '127.0.0.1');
}

main();
