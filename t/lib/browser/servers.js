// Redis, nginx and applications for a test: each on a free port of the
// loopback interface, all of them ended with this process.

const { spawn } = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { setTimeout: sleep } = require('timers/promises');

const patience = 60000;
const running = new Set();

const given = new Set();

function isFree(port) {
    return new Promise((resolve) => {
        const probe = net.createServer();
        probe.on('error', () => resolve(false));
        probe.listen(port, '127.0.0.1',
            () => probe.close(() => resolve(true)));
    });
}

// Below the ports that connections are given: none of them can take it before
// the server does.
async function freePort() {
    for (let attempt = 0; attempt < 50; attempt++) {
        const port = 10000 + Math.floor(Math.random() * 22000);

        if (!given.has(port) && await isFree(port)) {
            given.add(port);
            return port;
        }
    }
    throw new Error('there is no free port');
}

function accepts(port) {
    return new Promise((resolve) => {
        const probe = net.connect(port, '127.0.0.1');
        probe.on('connect', () => { probe.destroy(); resolve(true); });
        probe.on('error', () => resolve(false));
    });
}

// Starts `command`, whose output goes to `log`. Returns the process; its member
// `end` says how it ended, when it has.
function run(command, log, environment = {}) {
    const out = fs.openSync(log, 'w');
    const child = spawn(command[0], command.slice(1), {
        // a group of its own, since some servers fork
        detached: true,
        stdio: ['ignore', out, out],
        env: { ...process.env, ...environment },
    });

    fs.closeSync(out);
    running.add(child);
    child.on('error', (error) => { child.end = error.message; });
    child.on('exit', (status) => {
        child.end ??= `status ${status}`;
        running.delete(child);
    });
    return child;
}

// Starts `command` and waits for its port.
async function start(command, port, log, environment) {
    const child = run(command, log, environment);
    const deadline = Date.now() + patience;

    while (!await accepts(port)) {
        if (child.end || Date.now() > deadline) {
            throw new Error(`${command.join(' ')}: ${child.end ?? 'no answer'}\n`
                + fs.readFileSync(log, 'utf8').slice(-2000));
        }
        await sleep(20);
    }
    return child;
}

function stop(child, signal = 'SIGTERM') {
    try {
        process.kill(-child.pid, signal);
    } catch (error) {
        if (error.code !== 'ESRCH') {
            throw error;
        }
    }
}

// Lets a server finish. Returns its exit status.
function quit(child) {
    return new Promise((resolve) => {
        child.on('exit', (status, signal) => resolve(status ?? signal));
        process.kill(child.pid, 'SIGQUIT');
    });
}

function stopAll() {
    for (const child of running) {
        stop(child, 'SIGKILL');
    }
}

process.on('exit', stopAll);
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

async function startRedis(folder) {
    const port = await freePort();
    await start(['redis-server', '--port', String(port), '--bind', '127.0.0.1',
        '--save', '', '--appendonly', 'no', '--dir', folder],
    port, path.join(folder, 'redis.log'));
    return port;
}

async function startNginx(folder, configuration, port) {
    const file = path.join(folder, 'nginx.conf');
    fs.writeFileSync(file, configuration);
    fs.mkdirSync(path.join(folder, 'logs'), { recursive: true });
    return start([process.env.TEST_NGINX_BINARY || '/usr/sbin/nginx', '-p',
        folder, '-c', file, '-e', path.join(folder, 'error.log')],
    port, path.join(folder, 'nginx.out'));
}

module.exports = { freePort, quit, run, start, startNginx, startRedis, stop };
