// The nginx.conf in front of the applications: one server for each.

const fs = require('fs');
const path = require('path');

const loadable = process.env.TEST_NGINX_LOAD_MODULES
    ?? path.resolve('build/ngx_http_logout_module.so');

function secretFile({ secrets, user }, folder) {
    if (!secrets) {
        return '';
    }

    const file = path.join(folder, `${user}.secret`);
    fs.writeFileSync(file, secrets.join('\n') + '\n', { mode: 0o600 });
    return `secret_file=${file}`;
}

function serverBlock(app, folder) {
    return `
    server {
        listen 127.0.0.1:${app.sitePort};

        logout_guard   ended;
        logout_session ${app.session} ${secretFile(app, folder)};
        add_header     X-Guard $logout_guard always;

        location = /logout {
            logout     auth0;
            add_header X-Result $logout_result always;
        }
        location = /favicon.ico {
            return 204;
        }
        location / {
            proxy_pass       http://127.0.0.1:${app.port};
            proxy_set_header Host $http_host;
        }
    }`;
}

function configuration(apps, folder, redisPort) {
    return `
load_module ${loadable};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;

events {}

http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    logout_revocations ended 4m for=12h;
    logout_redis sessions {
        server 127.0.0.1:${redisPort};
    }
${apps.map((app) => serverBlock(app, folder)).join('\n')}
}
`;
}

module.exports = { configuration };
