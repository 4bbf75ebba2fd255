// A stand-in for what logs users in: an OpenID provider that every SDK's login
// takes for its own, and whose sessions are in Redis, under sess:ID. It knows
// one user. Logging out is not its business.

const crypto = require('crypto');
const http = require('http');

const { exportJWK, generateKeyPair, SignJWT } = require('jose');

const user = 'alice';
const lifetime = 3600;
const page = (script) => `<!doctype html><script>${script}</script>`;

class Provider {
    // `issuerOf(host)`: what ID tokens of that host name as their issuer.
    static async start(redis, issuerOf) {
        const provider = new Provider();
        provider.redis = redis;
        provider.issuerOf = issuerOf;
        provider.codes = new Map();

        const keys = await generateKeyPair('RS256');
        provider.key = keys.privateKey;
        provider.jwks = { keys: [{
            ...await exportJWK(keys.publicKey), kid: 'k1', alg: 'RS256',
            use: 'sig',
        }] };

        provider.server = http.createServer((request, response) =>
            provider.handle(request, response).catch((error) => {
                response.writeHead(500).end(error.stack);
            }));
        await new Promise((resolve) => {
            provider.server.listen(0, '127.0.0.1', resolve);
        });
        return provider;
    }

    get port() {
        return this.server.address().port;
    }

    async handle(request, response) {
        const { host } = request.headers;
        const url = new URL(request.url, `https://${host}`);
        const [, answer] = routes.find(([path]) => path.test(url.pathname))
            ?? [];

        if (request.headers.origin) {
            response.setHeader('Access-Control-Allow-Origin',
                request.headers.origin);
            response.setHeader('Access-Control-Allow-Credentials', 'true');
        }
        if (request.method === 'OPTIONS') {
            response.setHeader('Access-Control-Allow-Headers',
                request.headers['access-control-request-headers'] ?? '');
            response.writeHead(204).end();
        } else if (answer) {
            await answer(this, { request, response, url, host });
        } else {
            response.writeHead(404).end();
        }
    }

    // The session that the request's cookie names, if it is there.
    async session({ headers }) {
        const [, id] = headers.cookie?.match(/(?:^|; )sid=([^;]*)/) ?? [];
        return id && await this.redis.get(`sess:${id}`) ? id : undefined;
    }

    async begin(response) {
        const id = crypto.randomBytes(16).toString('hex');
        await this.redis.set(`sess:${id}`, JSON.stringify({ user }));
        response.setHeader('Set-Cookie',
            `sid=${id}; Path=/; Secure; HttpOnly; SameSite=Lax`);
    }

    token(host, claims) {
        return new SignJWT({ sub: user, sid: 's1', ...claims })
            .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
            .setIssuer(this.issuerOf(host))
            .setIssuedAt()
            .setExpirationTime(`${lifetime} s`)
            .sign(this.key);
    }

    async tokens(host, { client_id, nonce }) {
        return {
            access_token: await this.token(host, { aud: client_id }),
            id_token: await this.token(host, { aud: client_id, nonce }),
            token_type: 'Bearer',
            expires_in: lifetime,
            scope: 'openid',
        };
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

function sendJson(response, body, status = 200) {
    response.writeHead(status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(body));
}

function sendPage(response, script) {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(page(script));
}

function redirect(response, location) {
    response.writeHead(302, { Location: location }).end();
}

async function readBody(request) {
    const parts = await request.toArray();
    return Buffer.concat(parts).toString();
}

function configuration(provider, { response, host }) {
    const issuer = provider.issuerOf(host);
    const base = issuer.replace(/\/$/, '');

    sendJson(response, {
        issuer,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        jwks_uri: `${base}/v1/keys`,
        end_session_endpoint: issuer.endsWith('/oauth2/default')
            ? `${base}/v1/logout` : `${base}/connect/endsession`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
    });
}

// How the answer reaches the application (OAuth 2.0 Multiple Response Type
// Encoding Practices; web_message and its like post it to the page that framed
// this one).
function deliver(response, answer, query) {
    const mode = query.response_mode
        ?? (/token/.test(query.response_type) ? 'fragment' : 'query');
    const target = new URL(query.redirect_uri);
    const encoded = new URLSearchParams(answer).toString();

    if (mode === 'web_message') {
        const message = { type: 'authorization_response', response: answer };
        sendPage(response, `parent.postMessage(${JSON.stringify(message)}, ${
            JSON.stringify(target.origin)});`);
    } else if (mode === 'okta_post_message') {
        sendPage(response, `parent.postMessage(${JSON.stringify(answer)}, ${
            JSON.stringify(target.origin)});`);
    } else if (mode === 'fragment') {
        redirect(response, `${query.redirect_uri}#${encoded}`);
    } else {
        const separator = target.search ? '&' : '?';
        redirect(response, `${query.redirect_uri}${separator}${encoded}`);
    }
}

async function authorize(provider, { request, response, url, host }) {
    const query = Object.fromEntries(url.searchParams);

    if (!await provider.session(request)) {
        if (query.prompt === 'none') {
            deliver(response, { error: 'login_required', state: query.state },
                query);
            return;
        }
        await provider.begin(response);
    }

    if (/token/.test(query.response_type)) {
        deliver(response, {
            ...await provider.tokens(host, query), state: query.state,
        }, query);
    } else {
        const code = crypto.randomBytes(8).toString('hex');
        provider.codes.set(code, query);
        deliver(response, { code, state: query.state }, query);
    }
}

async function exchange(provider, { request, response, host }) {
    const { code } = Object.fromEntries(
        new URLSearchParams(await readBody(request)));
    const query = provider.codes.get(code);

    if (query && provider.codes.delete(code)) {
        sendJson(response, await provider.tokens(host, query));
    } else {
        sendJson(response, { error: 'invalid_grant' }, 400);
    }
}

// What Schibsted's SDKs ask: the current one for JSON, the 2.x one for a script.
async function schibstedSession(provider, { request, response, url }) {
    const callback = url.searchParams.get('callback');
    const found = await provider.session(request);
    const answer = found ? {
        result: true, serverTime: Math.floor(Date.now() / 1000),
        expiresIn: lifetime, userStatus: 'connected', userId: 1, id: '1',
        sub: user, displayName: user,
    } : {
        error: {
            code: 401, type: 'UserException', description: 'No session found!',
        },
    };

    if (callback) {
        response.writeHead(200, { 'Content-Type': 'text/javascript' })
            .end(`SPiD.Talk.response("${callback}",${
                JSON.stringify(answer)});`);
    } else {
        sendJson(response, answer);
    }
}

// What Keycloak's frame does: asked with "CLIENT SESSION", it answers whether the
// session is still that one.
const statusFrame = `
    addEventListener('message', async ({ data, source, origin }) => {
        const user = await (await fetch('/whoami')).text();
        const session = user === 'nobody' ? '' : 's1';
        source.postMessage(data.split(' ')[1] === session ? 'unchanged'
            : 'changed', origin);
    });`;

const routes = [
    [/\/\.well-known\/openid-configuration$/, configuration],
    [/\/(\.well-known\/jwks\.json|v1\/keys)$/,
        (provider, { response }) => sendJson(response, provider.jwks)],
    [/\/(authorize|openid-connect\/auth)$/, authorize],
    [/\/token$/, exchange],
    [/\/revoke$/, (provider, { response }) => sendJson(response, {})],
    [/^\/(v2\/session|ajax\/hasSession\.js)$/, schibstedSession],
    [/^\/login$/, async (provider, { response, url }) => {
        await provider.begin(response);
        redirect(response, url.searchParams.get('redirect_uri'));
    }],
    [/^\/whoami$/, async (provider, { request, response }) => {
        response.end(await provider.session(request) ? user : 'nobody');
    }],
    [/\/3p-cookies\/step1\.html$/, (provider, { response }) =>
        sendPage(response, 'parent.postMessage("supported", "*");')],
    [/\/login-status-iframe\.html$/, (provider, { response }) =>
        sendPage(response, statusFrame)],
];

module.exports = { Provider, user };
