// nginx with the module, for a browser: a logout location for each list, and
// a page everywhere else, on http: and https:.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

import servers from '../lib/browser/servers.js';

// The title of the page that is everywhere else.
export const landed = 'landed here';

function makeCertificate(folder) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
        'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
        '/CN=edge.example.org', '-keyout', `${folder}/key.pem`, '-out',
        `${folder}/cert.pem`], { stdio: 'pipe' });
}

function locationOf(list, number) {
    const entries = list.map((entry) => `"${entry}"`).join(' ');

    return `location = /list${number} {
            logout            auth0;
            logout_return_url ${entries};
        }`;
}

function configuration(folder, { plainPort, tlsPort }, module, lists) {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};`);

    return `load_module ${module};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events {}
http {
    access_log off;
    default_type text/html;
    ${temporary.join('\n    ')}

    server {
        listen 127.0.0.1:${plainPort};
        listen 127.0.0.1:${tlsPort} ssl;
        ssl_certificate ${folder}/cert.pem;
        ssl_certificate_key ${folder}/key.pem;

        location / { return 200 '<title>${landed}</title>'; }
        ${lists.map(locationOf).join('\n        ')}
    }
}
`;
}

// Starts nginx in `folder`, which is made anew.
export async function startEdge(folder, module, lists) {
    const ports = {
        plainPort: await servers.freePort(), tlsPort: await servers.freePort(),
    };

    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    makeCertificate(folder);
    const nginx = await servers.startNginx(folder,
        configuration(folder, ports, module, lists), ports.plainPort);
    return { nginx, ...ports };
}
