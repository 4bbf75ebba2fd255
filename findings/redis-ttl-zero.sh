#!/bin/bash
# Redis says that a session has no time left while it is there.
#
# Expected: TTL is at least 1 while the key lives, or rounds down as its unit, the
#           second, suggests: 1 for 1.6 s.
# Happens:  it rounds to the nearest: 2 for 1.6 s, and 0 for a key that lives 0.4 s
#           more. "TTL <= 0: ended or without expiry" is wrong.
# Seen in:  Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian redis-server=7.0.15 redis-tools=7.0.15

port=$(free_port)
start_redis "$port"

# ttl MILLISECONDS: TTL of a key that lives so long, asked at once, and whether
# it was still there after that
ttl() {
    redis-cli -p "$port" eval "redis.call('set', KEYS[1], 1, 'px', ARGV[1])
        return redis.call('ttl', KEYS[1]) .. ' exists:' ..
            redis.call('exists', KEYS[1])" 1 sess:1 "$1"
}

guess '1 exists:1'
saw 'with 1600 ms left' '2 exists:1' "$(ttl 1600)"
guess '1 exists:1'
saw 'with 400 ms left' '0 exists:1' "$(ttl 400)"
