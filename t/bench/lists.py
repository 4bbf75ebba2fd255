#!/usr/bin/env python3
"""What large allowlists cost: in `nginx -t`, and for each request.

Measured is CPU time, which other work on the machine blurs less than it blurs
time: the least of some samples for `nginx -t`, the median of many for requests.
A request is a whole logout: it ends a session in Redis.

With --tap the shorter form for `make test`, with generous bounds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

import load
import nginx
from processes import BenchError, cpu_nanoseconds, free_port
from sessions import (CLIENTS, URLS_PER_CLIENT, Request, client_id,
                      random_ids, return_url, session, target_for)
from store import Redis

CONNECTIONS = 64
# requests that nginx finds at once, so that the machine has no say in it
BURST = 16
URLS = CLIENTS * URLS_PER_CLIENT
# so that all are of one length: what reading another one costs is not the list's
FIRST_URL = 100_000

CPU_LIMIT_S = 2
MEMORY_LIMIT_MB = 100
REQUEST_LIMIT = 1.05
# what two samples of the same thing can differ by on a busy machine
BUSY_REQUEST_LIMIT = 1.5

# A process of its own, since ru_maxrss begins with that of who starts it.
RUSAGE = """
import json, os, sys, time
begin = time.monotonic()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
status, usage = os.wait4(child, 0)[1:]
print(json.dumps({"status": status, "seconds": time.monotonic() - begin,
                  "cpu": usage.ru_utime + usage.ru_stime,
                  "memory": usage.ru_maxrss / 1024}))
"""


@dataclass
class Effort:
    """How much is measured, and on which cores."""

    readings: int  # of nginx -t
    rounds: int
    requests: int  # of each list in a round
    request_limit: float
    worker_core: int = None
    client_core: int = None


# on any machine, and in a few seconds
SHORT = Effort(3, 7, 1000, BUSY_REQUEST_LIMIT)
LONG = Effort(7, 61, 2000, REQUEST_LIMIT, worker_core=1, client_core=0)


@dataclass
class List:
    """Clients with their URLs, in an included file, and a location for it."""

    name: str
    title: str
    clients: int
    urls: int  # of each client

    def write(self, directory):
        with (directory / f"{self.name}.urls").open("w") as output:
            for client in range(self.clients):
                output.write(f"logout_client {client_id(client)} {{\n")
                for url in range(self.urls):
                    url = return_url(client, FIRST_URL + url)
                    output.write(f"    return_url {url};\n")
                output.write("}\n")

    def directives(self, directory):
        return (f"logout auth0;\n{nginx.RAW_SESSION}"
                f"include {directory}/{self.name}.urls;\n")

    def requests(self, count):
        """Spread over all of the list.

        Each has another query, which the list does not look at: where all are
        alike, the processor foresees every step of reading them.
        """
        return [Request(target_for(number * 7 % self.clients,
                                   FIRST_URL + number * 7919 % self.urls)
                        .replace("/logout", f"/{self.name}", 1)
                        + f"%3F{number * 7919 % 100000:05}",
                        f"sid={name}", (session(name),))
                for number, name in enumerate(random_ids(count))]


LISTS = [
    List("one", "1 client, 1 URL", 1, 1),
    List("clients", f"{CLIENTS:,} clients, {URLS_PER_CLIENT} URLs each",
         CLIENTS, URLS_PER_CLIENT),
    List("urls", f"1 client, {URLS:,} URLs", 1, URLS),
]


def read_configuration(each, directory, samples):
    """What `nginx -t` takes: CPU seconds, seconds and MB."""
    folder = directory / f"read-{each.name}"
    folder.mkdir()
    file = nginx.Configuration(
        each.directives(directory), nginx.redis_block("127.0.0.1:1"),
        modules=[nginx.MODULE]).write(folder, free_port(), True)
    found = []
    for _ in range(samples):
        result = subprocess.run(
            [sys.executable, "-I", "-S", "-c", RUSAGE, nginx.BINARY, "-t",
             "-q", "-p", folder, "-c", file, "-e", folder / "error.log"],
            capture_output=True, text=True, check=True)
        usage = json.loads(result.stdout)
        if usage["status"] != 0:
            raise BenchError(f"nginx -t failed:\n{result.stderr[-1000:]}")
        found.append(usage)
    return {key: min(usage[key] for usage in found) for key in found[0]}


def request_cost(server, redis, each, directory, effort):
    """The worker's CPU microseconds for one request."""
    batch = load.Batch(each.requests(effort.requests),
                       directory / f"{each.name}.requests")
    batch.seed(redis)

    before = cpu_nanoseconds(server.worker)
    sample = load.run_lean(server.port, batch.file, effort.client_core,
                           connections=CONNECTIONS, burst=BURST,
                           server=server.worker)
    after = cpu_nanoseconds(server.worker)
    load.check_answers(each.title, sample)
    load.check_deletions(each.title, sample, batch, redis.count_keys())
    return (after - before) / effort.requests / 1000


def start_server(redis, directory, effort):
    """nginx with a location for each list."""
    return nginx.Nginx(nginx.Configuration(
        "return 204;", nginx.redis_block(f"127.0.0.1:{redis.port}"),
        "".join(f"location = /{each.name} {{\n"
                f"{each.directives(directory)}}}\n" for each in LISTS),
        [nginx.MODULE]), directory / "serve", effort.worker_core)


def request_costs(directory, effort):
    """The samples of each list, which are taken in turn."""
    costs = {each.name: [] for each in LISTS}
    redis = Redis(directory, effort.client_core)
    try:
        server = start_server(redis, directory, effort)
        for _ in range(effort.rounds):
            for each in LISTS:
                costs[each.name].append(
                    request_cost(server, redis, each, directory, effort))
        server.stop()
    finally:
        redis.stop()
    return costs


def ratio(costs, name):
    """How a request's cost is to that with one URL, a moment before."""
    return median(cost / one for cost, one in zip(costs[name], costs["one"]))


def table(readings, costs):
    lines = ["| allowlist | `nginx -t`, CPU seconds | memory "
             "| CPU time of a logout, to that with one URL |",
             "|---|--:|--:|--:|"]
    for each in LISTS:
        usage = readings[each.name]
        lines.append(f"| {each.title} | {usage['cpu']:.2f} "
                     f"| {usage['memory']:.0f} MB "
                     f"| {ratio(costs, each.name):.2f} |")
    return "\n".join(lines) + "\n"


def verdicts(readings, costs, request_limit):
    """(what, measured, limit) for the lists that are large."""
    rows = []
    for each in LISTS[1:]:
        usage = readings[each.name]
        rows += [
            (f"{each.title}: CPU seconds of nginx -t", usage["cpu"],
             CPU_LIMIT_S),
            (f"{each.title}: MB of nginx -t", usage["memory"],
             MEMORY_LIMIT_MB),
            (f"{each.title}: a request's cost to that with one URL",
             ratio(costs, each.name), request_limit),
        ]
    return rows


def print_tap(rows):
    print(f"1..{len(rows)}")
    for number, (what, measured, limit) in enumerate(rows, 1):
        print(f"{'ok' if measured < limit else 'not ok'} {number} - {what}: "
              f"{measured:.4g}, less than {limit:g}")


def print_report(readings, costs, rows):
    load.publish("lists", table(readings, costs), [
        load.verdict(measured < limit,
                     f"{what}: {measured:.4g} (less than {limit:g})")
        for what, measured, limit in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tap", action="store_true")
    options = parser.parse_args()
    effort = SHORT if options.tap else LONG

    directory = load.BUILD / f"lists-{os.getpid()}"
    directory.mkdir(parents=True)
    try:
        for each in LISTS:
            each.write(directory)
        readings = {each.name: read_configuration(each, directory, effort.readings)
                    for each in LISTS}
        costs = request_costs(directory, effort)
    finally:
        shutil.rmtree(directory)

    rows = verdicts(readings, costs, effort.request_limit)
    if options.tap:
        print_tap(rows)
    else:
        print_report(readings, costs, rows)
    return 0 if all(measured < limit for _, measured, limit in rows) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
