#!/bin/bash
# connect-redis counts, reads and deletes another application's sessions.
#
# Expected: "prefix" is the text before the id for all that the store does.
# Happens:  set() and get() take it so; length(), ids(), all() and clear() take it
#           for a SCAN pattern: with "app[1]:" they see the sessions of "app1:",
#           cut their ids, and clear() deletes those instead of its own.
# Seen in:  connect-redis 9.0.0 with redis 6.3.1 (npm); Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian redis-server=7.0.15 redis-tools=7.0.15
npm_packages connect-redis@9.0.0 redis@6.3.1 express-session@1.19.0

port=$(free_port)
start_redis "$port"

cat >"$tmp/run.js" <<'END'
const { RedisStore } = require('connect-redis');
const { createClient } = require('redis');

async function run() {
    const client = createClient({ socket: { port: +process.argv[2] } });
    await client.connect();
    const own = new RedisStore({ client, prefix: 'app[1]:' });
    const other = new RedisStore({ client, prefix: 'app1:' });

    await own.set('mine', { cookie: {}, user: 'me' });
    await other.set('theirs', { cookie: {}, user: 'them' });
    console.log('all', JSON.stringify((await own.all()).map((s) => s.user)));
    console.log('ids', JSON.stringify(await own.ids()));
    await own.clear();
    console.log('left', (await client.keys('*')).join(' '));
    client.destroy();
}
run();
END

node "$tmp/run.js" "$port" >"$tmp/said"
guess '["me"]'
saw 'users of all() for "app[1]:"' '["them"]' "$(sed -n 's/^all //p' "$tmp/said")"
guess '["mine"]'
saw 'ids()' '["eirs"]' "$(sed -n 's/^ids //p' "$tmp/said")"
guess 'app1:theirs'
saw 'keys after clear()' 'app[1]:mine' "$(sed -n 's/^left //p' "$tmp/said")"
