#!/usr/bin/env python3
"""What the module adds to a worker's resident memory, and where.

A worker with the module and one without answer the same number of requests;
both begin as a fork of a master that has just read its configuration. Counted
is all that is resident, pages that are shared with other processes too: which
of a library's pages the kernel maps beside the one that is asked for differs
from start to start, so that the median of several pairs is shown.
"""

import os
import re
import shutil
import sys
from collections import Counter

import contenders
import load
from processes import BenchError
from store import Redis

CONNECTIONS = 64
REQUESTS = 20_000
ROUNDS = 2
PAIRS = 5
LIMIT_KB = 1536
# a row of the table; what is less is summed up
SHOWN_KB = 16

MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$")


def resident_kb(pid):
    """The resident memory of a process, by what is mapped."""
    found = Counter()
    name = ""
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as lines:
        for line in lines:
            mapping = MAPPING.match(line)
            if mapping:
                name = mapping[1].rpartition("/")[2] or "anonymous"
            elif line.startswith("Rss:"):
                found[name] += int(line.split()[1])
    return found


def measure(contender, directory):
    """The worker's resident memory after some load."""
    directory.mkdir(parents=True)
    batch = load.Batch(contender.requests(REQUESTS), directory / "requests")

    redis = Redis(directory)
    try:
        server = contender.start(directory / contender.key, redis)
        for _ in range(ROUNDS):
            batch.seed(redis)
            sample = load.run_lean(server.port, batch.file,
                                   connections=CONNECTIONS)
            load.check_answers(contender.title, sample)
        memory = resident_kb(server.worker)
        server.stop()
    finally:
        redis.stop()
    return memory


def table(ours, plain):
    more = {name: ours[name] - plain[name] for name in {*ours, *plain}}
    shown = sorted((name for name in more if abs(more[name]) >= SHOWN_KB),
                   key=more.get, reverse=True)
    rest = sum(more.values()) - sum(more[name] for name in shown)

    lines = ["Resident memory of a worker after "
             f"{ROUNDS * REQUESTS:,} requests, kB:\n",
             "| | nginx `return 302` | this module, TCP | more |",
             "|---|--:|--:|--:|"]
    lines += [f"| `{name}` | {plain[name]:,} | {ours[name]:,} | {more[name]:,} |"
              for name in shown]
    lines.append(f"| others | | | {rest:,} |")
    lines.append(f"| all | {plain.total():,} | {ours.total():,} "
                 f"| {sum(more.values()):,} |")
    return "\n".join(lines) + "\n"


def difference(pair):
    ours, plain = pair
    return ours.total() - plain.total()


def measure_pair(directory):
    ours, plain = (measure(contenders.by_key(key), directory / key)
                   for key in ("tcp", "return"))
    return ours, plain


def main():
    directory = load.BUILD / f"memory-{os.getpid()}"
    try:
        pairs = [measure_pair(directory / str(number))
                 for number in range(PAIRS)]
    finally:
        shutil.rmtree(directory, ignore_errors=True)

    middle = sorted(pairs, key=difference)[PAIRS // 2]
    more = difference(middle)
    met = more <= LIMIT_KB
    load.publish("memory", table(*middle), [load.verdict(
        met, f"worker memory over plain nginx, kB: {more} (at most {LIMIT_KB}, "
        f"median of {PAIRS} pairs)")])
    print("kB more, all pairs:", *sorted(map(difference, pairs)),
          file=sys.stderr)
    return 0 if met else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
