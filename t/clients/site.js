// nginx.conf for the tests. Each SDK has a site of its own, NAME.id.example.test,
// whose only words of the module are the line of README.md; what all have in
// common is said once above. The applications are on app.example.test, which is
// the same site, and on app.elsewhere.test; app.stranger.test is nobody's.

const fs = require('fs');
const path = require('path');

const loadable = process.env.TEST_NGINX_LOAD_MODULES
    ?? path.resolve('build/ngx_http_logout_module.so');

const sites = {
    same: 'app.example.test',
    other: 'app.elsewhere.test',
    stranger: 'app.stranger.test',
};
const domains = ['*.example.test', '*.id.example.test', '*.elsewhere.test',
    '*.stranger.test', '*.example.com'];

// where the clients are at home
const homes = [sites.same, sites.other];
const edgeOf = (name) => `${name}.id.example.test`;

// What ID tokens of a host call their issuer.
function issuerOf(host) {
    if (host.startsWith('okta')) {
        return `https://${host}/oauth2/default`;
    }
    if (host === 'id.example.com') {
        // in conf-examples/keycloak.conf
        return `https://${host}/realms/my-realm`;
    }
    return host.startsWith('auth0') ? `https://${host}/` : `https://${host}`;
}

// The part of nginx.conf that every test here has.
function frame(world, http) {
    return `
load_module ${loadable};
daemon off;
worker_processes 1;
pid ${world.folder}/nginx.pid;
error_log ${world.folder}/error.log info;
${process.getuid() === 0 ? 'user root;' : ''}

events {}

http {
    # what a logout was, and who asked for it
    log_format logout '$host $request_method $uri $logout_result '
                      '$http_sec_fetch_site $http_sec_fetch_mode '
                      '$http_sec_fetch_dest';
    access_log ${world.folder}/logouts.log logout if=$logout_result;

    default_type text/html;
    large_client_header_buffers 4 16k;
    server_names_hash_bucket_size 128;
    client_body_temp_path ${world.folder}/body;
    proxy_temp_path ${world.folder}/proxy;
    fastcgi_temp_path ${world.folder}/fastcgi;
    uwsgi_temp_path ${world.folder}/uwsgi;
    scgi_temp_path ${world.folder}/scgi;
    ssl_certificate ${world.tls.certificate};
    ssl_certificate_key ${world.tls.key};

    logout_redis sessions {
        server          127.0.0.1:${world.redisPort};
        # on a busy machine
        connect_timeout 10s;
        timeout         10s;
    }
${http}
}
`;
}

// Where the SDK's tests end. What `logout auth0` does not compare it need not
// be told.
function returnUrls(name) {
    const pages = name.startsWith('auth0') ? ['after']
        : ['after', 'after?x=1&y=%C3%B8%20z', 'silent-signed-out'];

    return homes.flatMap((site) => pages.map((page) =>
        `https://${site}/${name}/${page}`));
}

function client(id, name) {
    return `
        logout_client ${id} {
            return_url ${returnUrls(name).join('\n                       ')};
            origin ${homes.map((site) => `https://${site}`).join(' ')};
        }`;
}

function edge({ name, lines }, world) {
    return `
    server {
        listen 127.0.0.1:${world.tlsPort} ssl;
        server_name ${edgeOf(name)};
        logout_jwks ${world.folder}/provider.jwks.json
                    issuer=${issuerOf(edgeOf(name))};
        logout_return_url https://${sites.same}/${name}/after;
        ${client('my-spa', name)}
        ${client('56e9a5d1eee0000000000000', name)}

        ${lines.join('\n        ')}

        location / {
            proxy_pass http://127.0.0.1:${world.providerPort};
            proxy_set_header Host $host;
        }
    }`;
}

function applications(world) {
    return `
    server {
        listen 127.0.0.1:${world.tlsPort} ssl;
        server_name ${Object.values(sites).join(' ')};

        location ^~ /prerender/ {
            proxy_pass http://127.0.0.1:${world.walkPort};
        }

        location = /page {
            return 200 '<!doctype html><link rel=icon href=data:,>';
        }

        location ~ ^/([^/]+)/ {
            return 200 '<!doctype html><meta charset=utf-8><title>$1</title>
                        <body><script src=/$1.js></script>';
        }

        location = /favicon.ico {
            return 204;
        }

        location ~ \\.js$ {
            root ${world.folder}/bundles;
            types { text/javascript js; }
        }
    }`;
}

// `sdks`: { name, lines } of each; the lines are those of README.md. `more`:
// further servers.
function configuration(world, sdks, more) {
    return frame(world, `
    logout_session format=raw cookie=sid prefix=sess: secure httponly;
    ${sdks.map((sdk) => edge(sdk, world)).join('\n')}
    ${more}
    ${applications(world)}`);
}

module.exports = { configuration, domains, edgeOf, issuerOf, loadable, sites };
