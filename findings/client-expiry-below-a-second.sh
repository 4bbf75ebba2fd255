#!/bin/bash
# A short lifetime deletes the session at once.
#
# Expected: redis-py takes a timedelta, node-redis a Date, as exact as they are, or
#           refuses what EXPIRE and EXPIREAT cannot say.
# Happens:  both cut to seconds: redis-py's expire() by 0.9 s is EXPIRE 0, node-
#           redis' expireAt() at a time within this second is in the past. Redis
#           deletes the key, and answers 1: "the expiry was set".
# Seen in:  redis-py 4.3.4, Redis 7.0.15 (Debian 12); redis 6.3.1 (npm)

. "$(dirname "$0")/lib/common"
debian redis-server=7.0.15 redis-tools=7.0.15 python3-redis=4.3.4
npm_packages redis@6.3.1

port=$(free_port)
start_redis "$port"

guess 'True 1'
saw 'redis-py: what it answers, and keys' 'True 0' "$(/usr/bin/python3 -c '
import datetime, redis, sys
client = redis.Redis(port=int(sys.argv[1]))
client.set("sess:1", "user")
answer = client.expire("sess:1", datetime.timedelta(milliseconds=900))
print(answer, client.exists("sess:1"))' "$port")"

# asked as early in a second as it can be
guess '1 1'
saw 'node-redis: what it answers, and keys' '1 0' "$(cd "$tmp" && node -e '
const client = require("redis").createClient({ socket: { port: +process.argv[1] } });
async function run() {
    await client.connect();
    await client.set("sess:1", "user");
    await new Promise((go) => setTimeout(go, 1000 - Date.now() % 1000));
    const answer = await client.expireAt("sess:1", new Date(Date.now() + 800));
    console.log(answer, await client.exists("sess:1"));
    client.destroy();
}
run();
' "$port")"
