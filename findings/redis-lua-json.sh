#!/bin/bash
# A script that touches a session's JSON changes what it does not touch.
#
# Expected: cjson.decode and cjson.encode in a Redis script, one after the other,
#           give the same JSON: whole numbers up to 2^53 are exact in Lua, too.
# Happens:  only 14 digits of a number are written, so a user's id of 16 digits
#           becomes another's, and an empty list becomes an object.
# Seen in:  Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian redis-server=7.0.15 redis-tools=7.0.15

port=$(free_port)
start_redis "$port"

# of JSON: the same through a script
of() {
    redis-cli -p "$port" eval \
        'return cjson.encode(cjson.decode(ARGV[1]))' 0 "$1"
}

guess '{"user":1234567890123456}'
saw 'the user 1234567890123456' '{"user":1.2345678901235e+15}' \
    "$(of '{"user":1234567890123456}')"
guess '{"roles":[]}'
saw 'no roles' '{"roles":{}}' "$(of '{"roles":[]}')"
