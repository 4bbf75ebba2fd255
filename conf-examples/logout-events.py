#!/usr/bin/python3
"""Cleans up after logouts: reads what logout_event writes to a Redis stream.

    logout-events.py [redis://127.0.0.1:6379] [--stop-when-idle]

An entry is delivered at least once: it is acknowledged only when it was dealt
with, and entries that somebody took and did not acknowledge are taken again.
What is done twice must do no harm; the field "request" tells entries apart.
Needs Debian's python3-redis.
"""

import sys

import redis

STREAM = "logouts"
GROUP = "cleanup"
CONSUMER = "worker-1"
FORGOTTEN_AFTER = 60_000  # milliseconds


def clean_up(event):
    """What an application keeps of a session besides the session itself.

    `sessions` are SHA-256 of the session ids, in hexadecimal digits: compute
    the same of the ids that you know, hashlib.sha256(id.encode()).hexdigest().
    """
    for session in event["sessions"].split():
        print(f"{event['time']} {event['client'] or '-'} {session}",
              flush=True)


def join_group(store):
    try:
        store.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    except redis.ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):
            raise


def deal_with(store, entries):
    for entry, event in entries:
        # later versions may mean something else
        if event and event["v"] == "1":
            clean_up(event)
        store.xack(STREAM, GROUP, entry)


def forgotten(store):
    """Entries that a consumer took before it ended."""
    return store.xautoclaim(STREAM, GROUP, CONSUMER, FORGOTTEN_AFTER)[1]


def new(store, patience):
    """Waits up to `patience` milliseconds for entries."""
    reply = store.xreadgroup(GROUP, CONSUMER, {STREAM: ">"}, 100, patience)
    return reply[0][1] if reply else []


def main():
    stop_when_idle = "--stop-when-idle" in sys.argv
    urls = [word for word in sys.argv[1:] if word.startswith("redis")]
    store = redis.Redis.from_url(
        urls[0] if urls else "redis://127.0.0.1:6379", decode_responses=True)

    join_group(store)
    while True:
        deal_with(store, forgotten(store))
        entries = new(store, 1 if stop_when_idle else 5000)
        deal_with(store, entries)
        if stop_when_idle and not entries:
            return


if __name__ == "__main__":
    main()
