#!/bin/bash
# One Redis URL is two databases.
#
# Expected: redis://HOST/?db=3 names database 3: both "/3" and "?db=3" are in the
#           scheme's registration (IANA), and a client refuses what it does not
#           know.
# Happens:  ioredis and redis-py go to database 3, node-redis, Ruby's redis and
#           redis-cli to 0 without a word: a session that one writes is not there
#           for the other. With "/2?db=3" redis-py alone takes 3.
# Seen in:  ioredis 6.0.0, redis 6.3.1 (npm); redis-py 4.3.4, ruby-redis 4.8.0,
#           redis-cli and Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian redis-server=7.0.15 redis-tools=7.0.15 python3-redis=4.3.4 \
    ruby-redis=4.8.0
npm_packages ioredis@6.0.0 redis@6.3.1

port=$(free_port)
start_redis "$port"

with_ioredis() {
    (cd "$tmp" && node -e '
const { Redis } = require("ioredis");
const client = new Redis(process.argv[1]);
client.client("INFO").then((info) => { console.log(info); client.quit(); });
' "$1")
}
with_node-redis() {
    (cd "$tmp" && node -e '
const client = require("redis").createClient({ url: process.argv[1] });
client.connect().then(() => client.sendCommand(["CLIENT", "INFO"]))
    .then((info) => { console.log(info); client.destroy(); });
' "$1")
}
with_redis-py() {
    /usr/bin/python3 -c '
import redis, sys
print(redis.from_url(sys.argv[1]).execute_command("CLIENT", "INFO"))' "$1"
}
with_ruby() {
    ruby -e 'require "redis"
puts Redis.new(url: ARGV[0]).call("CLIENT", "INFO")' "$1"
}
with_redis-cli() { redis-cli -u "$1" client info; }

for seen in ioredis:3:2 redis-py:3:3 node-redis:0:2 ruby:0:2 redis-cli:0:2; do
    IFS=: read -r client query both <<<"$seen"
    saw "$client, ?db=3" "$query" "$("with_$client" \
        "redis://127.0.0.1:$port/?db=3" | grep -oP ' db=\K\d+')"
    saw "$client, /2?db=3" "$both" "$("with_$client" \
        "redis://127.0.0.1:$port/2?db=3" | grep -oP ' db=\K\d+')"
done
