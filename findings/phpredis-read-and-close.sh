#!/bin/bash
# Reading a PHP session in Redis does not always keep it alive.
#
# Expected: session_start() of a page that only reads is use, and renews the
#           session's lifetime, whether or not it closes it at once.
# Happens:  an unchanged session gets its whole lifetime again when it is closed;
#           with read_and_close it does not, so who only visits such pages is
#           signed out while active.
# Seen in:  PHP 8.2.36 with phpredis 5.3.7, Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian php8.2-cli=8.2.36 php8.2-redis=5.3.7 redis-server=7.0.15

port=$(free_port)
start_redis "$port"

cat >"$tmp/run.php" <<'END'
<?php
$key = 'PHPREDIS_SESSION:abcdefghijklmnopqrstuvwxyz';
$redis = new Redis();
$redis->connect('127.0.0.1', (int) $argv[1]);
ini_set('session.save_handler', 'redis');
ini_set('session.save_path', "tcp://127.0.0.1:$argv[1]");
ini_set('session.gc_maxlifetime', '1000');
ini_set('session.use_cookies', '0');
session_cache_limiter('');
session_id('abcdefghijklmnopqrstuvwxyz');

session_start();
$_SESSION['user'] = 1;
session_write_close();

$redis->expire($key, 10);
session_start();
session_write_close();
fputs(STDERR, 'closed ' . ($redis->ttl($key) > 10 ? 'renewed' : 'as before') . "\n");

$redis->expire($key, 10);
session_start(['read_and_close' => true]);
fputs(STDERR, "read {$_SESSION['user']} ");
fputs(STDERR, ($redis->ttl($key) > 10 ? 'renewed' : 'as before') . "\n");
END
php "$tmp/run.php" "$port" 2>"$tmp/said"

guess 'renewed'
saw 'session_start(); session_write_close()' renewed \
    "$(sed -n 's/^closed //p' "$tmp/said")"
guess '1 renewed'
saw "session_start(['read_and_close' => true])" '1 as before' \
    "$(sed -n 's/^read //p' "$tmp/said")"
