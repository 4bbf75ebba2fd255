#!/usr/bin/env python3
"""How the cost of a logout grows: one curve per thing that can grow.

Points of a curve are measured in turn, round by round, with the lean client.
Redis is put at a distance by delay_relay. There, the client has 1,024
connections, so that waiting for Redis is not what limits it; and requests have
2,000 bytes of cookies, so that it is the worker that is at its limit, and not
the core of the client, Redis and the relay.
"""

import argparse
import csv
import os
import shutil
import sys
from dataclasses import dataclass
from statistics import median

import chart
import load
import nginx
import sessions
from processes import BenchError, Process, cpu_nanoseconds, free_port
from sessions import Request
from store import Redis

WORKER_CORE, OTHER_CORE = 1, 0
ROUNDS = 5
# two samples of the same thing can differ by a third here: what the processor's
# cache does not hold is shared with whatever else runs on the machine
DISTANT_ROUNDS = 31
CONNECTIONS = 64
DISTANT_CONNECTIONS = 1024
CALIBRATION_REQUESTS = 2000

DISTANT_COOKIE_BYTES = 2000

# distance must cost none, but for what two samples of the same thing differ by
THROUGHPUT_NOISE = 0.05
LATENCY_ALLOWANCE_US = 5000


@dataclass
class Point:
    """One point of a curve: a label, nginx's configuration, the requests."""

    label: str
    configuration: object  # called with a Redis and a relay's port
    requests: object  # called with a count
    connections: int = CONNECTIONS
    distance_us: int = None  # of Redis, through the relay


def tcp(redis):
    return f"127.0.0.1:{redis.port}"


def raw(redis, _):
    return nginx.raw_session(tcp(redis))


def cookie_points():
    return [Point(str(size), raw, lambda count, size=size:
                  with_cookies_of(size, count))
            for size in (100, 500, 1000, 2000, 4000, 8000)]


def with_cookies_of(size, count):
    """Requests whose cookies are `size` bytes, the session's the last."""
    requests = sessions.raw(count)
    room = size - len(requests[0].cookie)
    others, number = "", 0
    while len(others) < room:
        name = f"c{number}="
        value = min(80, room - len(others) - len(name) - 2)
        others += f"{name}{'v' * max(value, 0)}; "
        number += 1
    return [Request(request.target, others + request.cookie, request.stored)
            for request in requests]


def session_points():
    return [Point(str(number),
                  lambda redis, _, number=number:
                  nginx.several_sessions(tcp(redis), number),
                  lambda count, number=number:
                  with_sessions(number, count))
            for number in (1, 2, 4, 8)]


def with_sessions(number, count):
    """Requests that name `number` sessions each."""
    names = iter(sessions.random_ids(number * count))
    target = sessions.target_for()
    found = []
    for _ in range(count):
        ids = [next(names) for _ in range(number)]
        found.append(Request(
            target, "; ".join(f"sid{place}={name}"
                              for place, name in enumerate(ids)),
            tuple(sessions.session(name) for name in ids)))
    return found


def url_points():
    return [Point(str(size), raw, lambda count, size=size:
                  with_url_of(size, count))
            for size in (50, 200, 500, 1000, 2000)]


def with_url_of(size, count):
    """Return URLs of `size` bytes; auth0 leaves the query out of matching."""
    query = "%3Fq%3D" + "q" * (size - len(sessions.return_url(0, 0)) - 3)
    return [Request(request.target + query, request.cookie, request.stored)
            for request in sessions.raw(count)]


def connection_points():
    return [Point(str(number), raw, sessions.raw, number)
            for number in (1, 4, 16, 64, 256, 1024)]


def tls_points():
    def encrypted(redis, _):
        return nginx.raw_session(
            f"127.0.0.1:{redis.tls_port}",
            "    ssl on;\n    ssl_name localhost;\n"
            f"    ssl_trusted_certificate {redis.certificate};\n")

    return [Point("TCP", raw, sessions.raw),
            Point("TLS", encrypted, sessions.raw)]


def distance_points():
    def relayed(_, port):
        return nginx.raw_session(f"127.0.0.1:{port}")

    def requests(count):
        return with_cookies_of(DISTANT_COOKIE_BYTES, count)

    return [Point(f"{distance / 1000:g} ms", relayed, requests,
                  DISTANT_CONNECTIONS, distance)
            for distance in (0, 1000, 5000)]


CURVES = [
    ("cookie", "Cookie header, bytes", cookie_points),
    ("sessions", "sessions per logout", session_points),
    ("url", "return URL, bytes", url_points),
    ("connections", "client connections", connection_points),
    ("tls", "connection to Redis", tls_points),
    ("distance", "round trip to Redis", distance_points),
]


class Setting:
    """A running nginx for one point, and the rate that it reaches."""

    def __init__(self, point, directory, redis):
        self.point, self.directory, self.redis = point, directory, redis
        directory.mkdir(parents=True)
        self.relay = None
        port = redis.port
        if point.distance_us is not None:
            port = free_port()
            self.relay = Process(
                [load.BUILD / "delay_relay", port, redis.port,
                 point.distance_us], directory / "relay.log", OTHER_CORE)
            self.relay.wait_for_port(port)
        self.nginx = nginx.Nginx(point.configuration(redis, port), directory,
                                 WORKER_CORE)
        self.batches = {}
        self.rate = self.sample(CALIBRATION_REQUESTS)["rate"]
        self.rate = self.sample(int(self.rate / 2))["rate"]

    def sample(self, count, rate=0):
        batch = self.batch(count)
        batch.seed(self.redis)

        before = self.relay_cpu()
        sample = load.measure(
            self.nginx.worker, self.redis,
            lambda: load.run_lean(self.nginx.port, batch.file, OTHER_CORE,
                                  connections=self.point.connections,
                                  rate=rate))
        used = sample["client_cpu"] + self.relay_cpu() - before
        sample["others_cpu"] = (
            sample["redis_cpu"] + used * 100_000 / sample["requests"])
        load.check_answers(self.point.label, sample)
        left = self.redis.count_keys()
        if left:
            raise BenchError(f"{self.point.label}: {left} keys of {batch.size} "
                             "requests were not deleted")
        return sample

    def batch(self, count):
        """That many requests; made once, so that samples follow closely."""
        if count not in self.batches:
            self.batches[count] = load.Batch(
                self.point.requests(count),
                self.directory / f"{count}.requests")
        return self.batches[count]

    def relay_cpu(self):
        """CPU seconds so far."""
        return cpu_nanoseconds(self.relay.pid) / 1e9 if self.relay else 0

    def stop(self):
        self.nginx.stop()
        if self.relay:
            self.relay.stop()


def measure_curve(name, points, redis, directory, options):
    """The samples of all points, taken in turn."""
    settings = []
    samples = []
    try:
        for number, point in enumerate(points):
            settings.append(Setting(point, directory / f"{name}-{number}",
                                    redis))
        for round_number in range(options.rounds[name]):
            for setting in settings:
                samples += measure_point(name, setting, round_number, options)
    finally:
        for setting in settings:
            setting.stop()
    return samples


def measure_point(name, setting, round_number, options):
    loads = {"full": 0}
    if setting.point.distance_us is not None:
        loads["half"] = setting.rate / 2
    found = []
    for load_name, rate in loads.items():
        count = int((rate or setting.rate) * options.seconds)
        sample = setting.sample(count, rate)
        found.append({"curve": name, "point": setting.point.label,
                      "load": load_name, "round": round_number, **sample})
        print(f"{name:12} {setting.point.label:>6} {load_name:7}"
              f"{sample['rate']:9,.0f} requests/s  "
              f"p99 {sample['p99']:,.0f} µs", file=sys.stderr)
    return found


def middle(samples, curve, point, load_name, value):
    return median(sample[value] for sample in samples
                  if (sample["curve"], sample["point"], sample["load"])
                  == (curve, point, load_name))


def tables(samples, curves):
    parts = []
    for name, title, points in curves:
        parts.append(f"| {title} | requests/s | p50 µs | p99 µs "
                     "| worker CPU s / 100k | its core, the other, busy |\n"
                     "|---|--:|--:|--:|--:|--:|")
        for point in points:
            rate, p50, p99, cpu, others = (
                middle(samples, name, point.label, "full", value)
                for value in ("rate", "p50", "p99", "worker_cpu",
                              "others_cpu"))
            parts.append(f"| {point.label} | {rate:,.0f} | {p50:,.0f} "
                         f"| {p99:,.0f} | {cpu:.2f} "
                         f"| {cpu * rate / 1e5:.0%}, {others * rate / 1e5:.0%} |")
        parts.append("")
    return "\n".join(parts)


def distance_verdicts(samples, points):
    """(what, measured, limit, met) of what distance must not cost."""
    near, *distant = points
    rows = []
    for point in distant:
        ratio = median(far / close for far, close in zip(
            full_rates(samples, point), full_rates(samples, near)))
        rows.append((f"throughput at {point.label} to that at {near.label}",
                     ratio, f"at least {1 - THROUGHPUT_NOISE:g}",
                     ratio >= 1 - THROUGHPUT_NOISE))
        p99 = middle(samples, "distance", point.label, "half", "p99")
        limit = point.distance_us + LATENCY_ALLOWANCE_US
        rows.append((f"p99 at {point.label} and half load, µs", p99,
                     f"below {limit}", p99 < limit))
    return rows


def full_rates(samples, point):
    """Round by round."""
    return [sample["rate"] for sample in samples
            if (sample["curve"], sample["point"], sample["load"])
            == ("distance", point.label, "full")]


def verdict_lines(verdicts):
    return [load.verdict(met, f"{what}: {measured:,.2f} ({limit})")
            for what, measured, limit, met in verdicts]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="one short round, for development")
    parser.add_argument("--only", help="curves, by comma")
    options = parser.parse_args()
    options.rounds = {name: 1 if options.quick else
                      DISTANT_ROUNDS if name == "distance" else ROUNDS
                      for name, _, _ in CURVES}
    options.seconds = 0.5
    return options


def write_results(samples, curves):
    columns = [name for name in samples[0] if name != "statuses"]
    with (load.BUILD / "growth.csv").open("w", newline="") as output:
        writer = csv.DictWriter(output, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(samples)
    (load.BUILD / "growth.svg").write_text(chart.growth(
        [(f"requests/s by {title}",
          [(point.label, middle(samples, name, point.label, "full", "rate"))
           for point in points]) for name, title, points in curves]))
    verdicts = [row for name, _, points in curves if name == "distance"
                for row in distance_verdicts(samples, points)]
    load.publish("growth", tables(samples, curves), verdict_lines(verdicts))
    return verdicts


def main():
    options = parse_arguments()
    curves = [(name, title, points()) for name, title, points in CURVES
              if not options.only or name in options.only.split(",")]
    directory = load.BUILD / f"growth-{os.getpid()}"
    directory.mkdir(parents=True)
    redis = Redis(directory, OTHER_CORE, tls=True)
    samples = []
    try:
        for name, _, points in curves:
            samples += measure_curve(name, points, redis, directory, options)
    finally:
        redis.stop()
        shutil.rmtree(directory)

    verdicts = write_results(samples, curves)
    return 0 if all(row[-1] for row in verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
