#!/bin/bash
# ioredis stores what is not there.
#
# Expected: set(key, undefined), a value forgotten, throws a TypeError, as with
#           node-redis; or it is "undefined".
# Happens:  "OK", and the value is the empty string. get(undefined), an id
#           forgotten, reads the key of the empty name.
# Seen in:  ioredis 6.0.0, redis 6.3.1 (npm); Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian redis-server=7.0.15
npm_packages ioredis@6.0.0 redis@6.3.1

port=$(free_port)
start_redis "$port"

cat >"$tmp/run.js" <<'END'
const port = +process.argv[2];
const { Redis } = require('ioredis');
const { createClient } = require('redis');

async function said(call) {
    try {
        return JSON.stringify(await call());
    } catch (error) {
        return error.name;
    }
}

async function run() {
    const other = createClient({ socket: { port } });
    await other.connect();
    console.log('node-redis', await said(() => other.set('sess:1', undefined)));
    const client = new Redis(port);
    console.log('set', await said(() => client.set('sess:1', undefined)));
    console.log('get', await said(() => client.get('sess:1')));
    await client.set('', 'nobody');
    console.log('get undefined', await said(() => client.get(undefined)));
    client.disconnect();
    other.destroy();
}
run();
END

node "$tmp/run.js" "$port" >"$tmp/said"
guess 'TypeError'
saw "node-redis' set(key, undefined)" TypeError \
    "$(sed -n 's/^node-redis //p' "$tmp/said")"
saw "ioredis' set(key, undefined)" '"OK"' "$(sed -n 's/^set //p' "$tmp/said")"
saw 'what is stored' '""' "$(sed -n 's/^get "/"/p' "$tmp/said")"
saw "ioredis' get(undefined)" '"nobody"' \
    "$(sed -n 's/^get undefined //p' "$tmp/said")"
