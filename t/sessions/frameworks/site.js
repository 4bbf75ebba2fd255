// The nginx.conf in front of the applications: one server for each.

const fs = require('fs');
const path = require('path');

const loadable = process.env.TEST_NGINX_LOAD_MODULES
    ?? path.resolve('build/ngx_http_logout_module.so');

// of the second deletions, in milliseconds
const lastAgain = 8000;
const again = `logout_again 1s ${lastAgain}ms;`;

const password = 'a password of nginx';

// The Redis user of nginx's worker for one framework: it may delete the
// sessions of that framework and do nothing else.
function redisUser(framework) {
    return ['ACL', 'SETUSER', framework.user, 'on', `>${password}`,
        'resetkeys', ...framework.keys.map((pattern) => `~${pattern}`),
        '-@all', '+del', '+unlink', '+ping', '+select', '+auth'];
}

function secretFile(framework, folder) {
    if (!framework.secrets) {
        return '';
    }

    const file = path.join(folder, `${framework.user}.secret`);
    fs.writeFileSync(file, framework.secrets.join('\n') + '\n',
        { mode: 0o600 });
    return `secret_file=${file}`;
}

function redisBlock(framework, redisPort) {
    return `
    logout_redis ${framework.user} {
        server   127.0.0.1:${redisPort};
        username ${framework.user};
        password "${password}";
    }`;
}

function logoutLocation(framework, uri, secretFile) {
    return `
        location = ${uri} {
            logout         auth0;
            logout_session ${framework.session}
                           ${secretFile}
                           redis=${framework.user};
            add_header     X-Result $logout_result always;
            ${uri === '/logout-again' ? again : ''}
        }`;
}

function serverBlock(framework, folder) {
    const secrets = secretFile(framework, folder);
    return `
    server {
        listen 127.0.0.1:${framework.sitePort}${framework.https ? ' ssl' : ''};

${logoutLocation(framework, '/logout', secrets)}
${logoutLocation(framework, '/logout-again', secrets)}

        # The application would answer Chromium's own request for it with the
        # cookie of a session, perhaps after the logout.
        location = /favicon.ico {
            return 204;
        }

        location / {
            proxy_pass       http://127.0.0.1:${framework.port};
            proxy_set_header Host              $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
        }
    }`;
}

function configuration(frameworks, folder, redisPort) {
    return `
load_module ${loadable};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;

events {}

http {
    access_log off;
    logout_zone again 1m;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    ssl_certificate ${folder}/site.pem;
    ssl_certificate_key ${folder}/site.key;
${frameworks.map((framework) => redisBlock(framework, redisPort)).join('\n')}
${frameworks.map((framework) => serverBlock(framework, folder)).join('\n')}
}
`;
}

module.exports = { configuration, redisUser, lastAgain };
