// An Apache with mod_auth_openidc, whose sessions are in Redis, and the OpenID
// provider that it sends people to: one that believes who they say they are.
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const https = require('https');
const path = require('path');
const { spawn } = require('child_process');

const key = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const codes = new Map();
let issuer;

const encode = (value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');

function idToken(user, nonce) {
    const now = Math.floor(Date.now() / 1000);
    const text = encode({ alg: 'RS256', kid: 'op', typ: 'JWT' }) + '.'
        + encode({ iss: issuer, aud: 'site', sub: user, sid: `sid-of-${user}`,
            nonce, iat: now, exp: now + 600 });
    const signature = crypto.sign('sha256', Buffer.from(text), key.privateKey);
    return `${text}.${signature.toString('base64url')}`;
}

function authorize(query, response) {
    const code = crypto.randomUUID();
    const target = new URL(query.get('redirect_uri'));
    codes.set(code, { user: query.get('login_hint'),
        nonce: query.get('nonce') });
    target.searchParams.set('code', code);
    target.searchParams.set('state', query.get('state'));
    response.writeHead(302, { Location: target.href }).end();
}

async function token(request, response) {
    let body = '';
    for await (const chunk of request) {
        body += chunk;
    }
    const { user, nonce } = codes.get(new URLSearchParams(body).get('code'));
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ access_token: 'access', token_type: 'Bearer',
        expires_in: 600, id_token: idToken(user, nonce) }));
}

function jwks(response) {
    const jwk = key.publicKey.export({ format: 'jwk' });
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'op', use: 'sig',
        alg: 'RS256' }] }));
}

const provider = https.createServer({
    cert: fs.readFileSync(process.env.CERTIFICATE),
    key: fs.readFileSync(process.env.CERTIFICATE_KEY),
}, (request, response) => {
    const url = new URL(request.url, issuer);
    switch (url.pathname) {
    case '/authorize':
        return authorize(url.searchParams, response);
    case '/token':
        return token(request, response);
    case '/jwks':
        return jwks(response);
    }
    return response.writeHead(404).end();
});

// What is behind Apache, which says who is logged in.
const application = http.createServer((request, response) => {
    response.end(request.url === '/whoami'
        ? request.headers.oidc_claim_sub || 'nobody'
        : 'welcome');
});

function configuration(folder, origin) {
    const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user',
        'rewrite', 'headers', 'proxy', 'proxy_http', 'auth_openidc'];
    return `
ServerRoot ${folder}
ServerName 127.0.0.1
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog /dev/stderr
Listen 127.0.0.1:${process.env.PORT}
User www-data
Group www-data
${modules.map((name) => `LoadModule ${name}_module `
    + `/usr/lib/apache2/modules/mod_${name}.so`).join('\n')}

OIDCProviderIssuer ${issuer}
OIDCSSLValidateServer Off
OIDCProviderAuthorizationEndpoint ${issuer}/authorize
OIDCProviderTokenEndpoint ${issuer}/token
OIDCProviderJwksUri ${issuer}/jwks
OIDCClientID site
OIDCClientSecret "a client secret"
OIDCScope openid
OIDCRedirectURI /callback
OIDCCryptoPassphrase "${process.env.SECRET}"
OIDCSessionType server-cache
OIDCCacheType redis
OIDCRedisCacheServer 127.0.0.1:${process.env.REDIS_PORT}
OIDCCacheEncrypt ${process.env.ENCRYPT}

RewriteEngine On
RewriteCond %{QUERY_STRING} ^user=(\\w+)$
RewriteRule ^/login$ "/callback?iss=${encodeURIComponent(issuer)
        .replace(/%/g, '\\%')}&login_hint=%1\\
&target_link_uri=http\\%3A\\%2F\\%2F%{HTTP_HOST}\\%2Fwelcome" [R,QSD,NE,L]

<Location />
    AuthType openid-connect
    OIDCUnAuthAction pass
    Require valid-user
</Location>

ProxyPass /callback !
ProxyPass / ${origin}/
`;
}

function listen(server) {
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () =>
        resolve(`127.0.0.1:${server.address().port}`)));
}

async function main() {
    issuer = `https://${await listen(provider)}`;
    const origin = `http://${await listen(application)}`;
    const folder = `${process.env.FOLDER}/openidc.${process.env.PORT}`;
    const file = path.join(folder, 'apache.conf');

    fs.mkdirSync(folder);
    fs.writeFileSync(file, configuration(folder, origin));
    spawn('/usr/sbin/apache2', ['-f', file, '-D', 'FOREGROUND'],
        { stdio: 'inherit' });
}

main();
