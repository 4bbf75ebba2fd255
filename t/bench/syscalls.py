#!/usr/bin/env python3
"""Counts the system calls that a worker makes per request, under full load.

`perf stat` counts them in the kernel, so that the worker keeps its pace: a
tracer that stops it at every call would let more replies gather per turn of
the event loop and flatter whoever batches. Needs root, as perf does.
"""

import os
import shutil
import subprocess
import sys

import contenders
import load
from processes import BenchError
from store import Redis

CONNECTIONS = 64
REQUESTS = 100_000
WORKER_CORE, OTHER_CORE = 1, 0

TOTAL = "raw_syscalls:sys_enter"
CALLS = ["epoll_wait", "epoll_ctl", "recvfrom", "read", "writev", "write",
         "sendto", "sendmsg", "futex"]
# nginx answers its clients with writev; what else it writes goes to Redis
REDIS_WRITES = ["write", "sendto", "sendmsg"]

COMPARED = ["return", "no-session", "tcp", "unix", "lua"]
LIMITS = {"total": 2.6, "writes": 0.25}
LIMITED = ["tcp", "unix"]


def count(contender, directory):
    """System calls per request, by name, and "total"."""
    directory.mkdir(parents=True)
    redis = Redis(directory, OTHER_CORE)
    server = contender.start(directory / contender.key, redis, WORKER_CORE)
    try:
        send(contender, server, redis, directory, REQUESTS // 10)
        output = directory / "perf"
        events = [TOTAL] + [f"syscalls:sys_enter_{name}" for name in CALLS]
        send(contender, server, redis, directory, REQUESTS,
             ["perf", "stat", "-x", ",", "-o", output, "-p", server.worker,
              "-e", ",".join(events), "--"])
        counts = read_counts(output.read_text())
    finally:
        server.stop()
        redis.stop()
    return {name: value / REQUESTS for name, value in counts.items()}


def send(contender, server, redis, directory, number, prefix=()):
    batch = load.Batch(contender.requests(number), directory / "requests")
    batch.seed(redis)

    sample = load.run_client(
        [*prefix, "taskset", "-c", OTHER_CORE, load.LEAN_CLIENT, "--port",
         server.port, "--requests", batch.file, "--connections",
         CONNECTIONS], None)
    load.check_answers(contender.title, sample)
    if contender.deletes:
        load.check_deletions(contender.title, sample, batch,
                             redis.count_keys())


def read_counts(text):
    counts = {}
    for line in text.splitlines():
        fields = line.split(",")
        if len(fields) > 2 and fields[0].isdigit():
            name = fields[2].replace("syscalls:sys_enter_", "")
            counts["total" if name == TOTAL else name] = int(fields[0])
    if "total" not in counts:
        raise BenchError(f"perf counted nothing:\n{text}")
    return counts


def check_perf():
    if shutil.which("perf") is None:
        raise BenchError("perf is missing (Debian: apt-get install linux-perf)")
    result = subprocess.run(["perf", "stat", "-e", TOTAL, "true"],
                            capture_output=True, text=True)
    if result.returncode != 0:
        raise BenchError("perf may not count system calls here (root?):\n"
                         + result.stderr[-500:])


def main():
    check_perf()
    directory = load.BUILD / f"syscalls-{os.getpid()}"
    results = {}
    try:
        for key in COMPARED:
            results[key] = count(contenders.by_key(key), directory / key)
    finally:
        shutil.rmtree(directory, ignore_errors=True)

    verdicts = limits(results)
    load.publish("syscalls", table(results),
                 [load.verdict(*row) for row in verdicts])
    return 0 if all(met for met, _ in verdicts) else 1


def table(results):
    heads = [*CALLS, "total"]
    lines = [f"System calls per request at {CONNECTIONS} connections:\n",
             "| | " + " | ".join(heads) + " |",
             "|---" + "|--:" * len(heads) + "|"]
    for key, counts in results.items():
        lines.append(f"| {contenders.by_key(key).title} | "
                     + " | ".join(f"{counts[name]:.2f}" for name in heads)
                     + " |")
    return "\n".join(lines) + "\n"


def limits(results):
    """(met, what was measured), for each target."""
    rows = []
    for key in LIMITED:
        counts = results[key]
        for what, value in (
                ("total", counts["total"]),
                ("writes", sum(counts[name] for name in REDIS_WRITES))):
            rows.append((value <= LIMITS[what],
                         f"{key}: {what} {value:.3f} per logout "
                         f"(at most {LIMITS[what]})"))
    return rows


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
