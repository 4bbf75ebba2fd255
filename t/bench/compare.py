#!/usr/bin/env python3
"""Runs every contender under load, interleaved, and compares them.

All servers are started once, each worker pinned to one core, Redis and the
client to another. A round loads every contender in turn, so that whatever else
the machine does hits all of them; ratios are taken within a round, and their
median over the rounds is what counts. A contender that did not delete exactly
the keys of each answered logout is not reported.
"""

import argparse
import csv
import json
import math
import os
import shutil
import sys
from pathlib import Path

import chart
import contenders
import load
import report
from processes import BenchError
from store import Redis

CALIBRATION_REQUESTS = 2000
# wrk cannot send for less than a second, so that it takes part in few rounds
WRK_EVERY = 4
WRK_SECONDS = 1
# wrk sends for a time, not a count: sessions are seeded for so much more than
# the lean client's rate
WRK_HEADROOM = 1.5


class Bench:
    def __init__(self, options):
        self.options = options
        self.directory = load.BUILD / f"compare-{os.getpid()}"
        self.directory.mkdir(parents=True)
        self.worker_core, self.other_core = options.cores
        self.redis = Redis(self.directory, self.other_core)
        self.running = {}
        self.rates = {}
        self.pools = {}
        self.batches = {}
        self.samples = []

    def run(self):
        for contender in self.options.contenders:
            self.running[contender.key] = contender.start(
                self.directory / contender.key, self.redis, self.worker_core)
        for contender in self.options.contenders:
            self.calibrate(contender)
        for round_number in range(self.options.rounds):
            self.run_round(round_number)
        return self.samples

    def run_round(self, number):
        order = self.options.contenders
        shift = number % len(order)
        for client in ("lean", "wrk") if number % WRK_EVERY == 0 else ("lean",):
            for contender in order[shift:] + order[:shift]:
                sample = self.sample(contender, client, number)
                self.samples.append({"contender": contender.key,
                                     "client": client, "round": number,
                                     **sample})
                print(f"round {number + 1}/{self.options.rounds}  "
                      f"{contender.key:11} {client:5} "
                      f"{sample['rate']:9,.0f} requests/s",
                      file=sys.stderr)

    def calibrate(self, contender):
        sample = self.lean_sample(contender, CALIBRATION_REQUESTS)
        sample = self.lean_sample(
            contender, max(CALIBRATION_REQUESTS, int(sample["rate"] / 2)))
        self.rates[contender.key] = sample["rate"]

    def sample(self, contender, client, number):
        rate, seconds = self.rates[contender.key], self.options.seconds
        if client == "lean":
            histogram = (load.BUILD / "latencies"
                         / f"{contender.key}-{number + 1}.csv")
            return self.lean_sample(contender, int(rate * seconds),
                                    histogram=histogram)
        return self.wrk_sample(contender,
                               int(rate * WRK_SECONDS * WRK_HEADROOM))

    def lean_sample(self, contender, count, **options):
        batch = self.batch(contender, count)
        batch.seed(self.redis)
        running = self.running[contender.key]
        sample = load.measure(
            running.worker, self.redis,
            lambda: load.run_lean(running.port, batch.file, self.other_core,
                                  connections=self.options.connections,
                                  **options))
        self.check(contender, sample, batch)
        return sample

    def wrk_sample(self, contender, count):
        batch = self.batch(contender, count)
        batch.seed(self.redis)
        running = self.running[contender.key]
        sample = load.measure(
            running.worker, self.redis,
            lambda: load.run_wrk(running.port, batch.file, self.other_core,
                                 self.options.connections, WRK_SECONDS))
        if sample["requests"] > count:
            # the machine was slower when the rate was calibrated
            return self.wrk_sample(contender, 2 * count)
        # requests that wrk had sent but no longer counted when it ended
        self.check(contender, sample, batch, slack=self.options.connections)
        return sample

    def batch(self, contender, count):
        """That many requests; made once, so that samples follow closely."""
        name = f"{contender.requests.__name__}-{count}"
        if name not in self.batches:
            self.batches[name] = load.Batch(
                self.pool(contender.requests, count)[:count],
                self.directory / f"{name}.requests")
        return self.batches[name]

    def pool(self, factory, count):
        """At least `count` requests; made once, since signing takes time."""
        if len(self.pools.get(factory, ())) < count:
            self.pools[factory] = factory(count)
        return self.pools[factory]

    def check(self, contender, sample, batch, slack=0):
        load.check_answers(contender.title, sample)
        if contender.deletes:
            load.check_deletions(contender.title, sample, batch,
                                 self.redis.count_keys(), slack)

    def stop(self):
        for server in self.running.values():
            server.stop()
        self.redis.stop()
        shutil.rmtree(self.directory)


def write_samples(samples, file):
    columns = [name for name in samples[0] if name != "statuses"]
    with file.open("w", newline="") as output:
        writer = csv.DictWriter(output, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(samples)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="one short round, for development")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="length of one sample")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--cores", default="1,0",
                        help="the worker's core, and everything else's")
    parser.add_argument("--only", help="contenders, by comma")
    options = parser.parse_args()

    options.rounds = options.rounds or (1 if options.quick else 60)
    options.seconds = options.seconds or 0.25
    options.wrk_rounds = math.ceil(options.rounds / WRK_EVERY)
    options.wrk_seconds = WRK_SECONDS
    options.cores = [int(core) for core in options.cores.split(",")]
    options.contenders = contenders.ALL
    if options.only:
        options.contenders = [contenders.by_key(key)
                              for key in options.only.split(",")]
    return options


def main():
    options = parse_arguments()
    (load.BUILD / "latencies").mkdir(parents=True, exist_ok=True)

    bench = Bench(options)
    try:
        samples = bench.run()
    finally:
        bench.stop()

    write_samples(samples, load.BUILD / "samples.csv")
    medians = report.medians(samples, options.contenders)
    verdicts = report.verdicts(samples)
    (load.BUILD / "results.json").write_text(
        json.dumps({"medians": medians, "targets": verdicts}, indent=2))
    (load.BUILD / "chart.svg").write_text(
        chart.comparison(medians, options.contenders))
    load.publish("compare", report.document(medians, options),
                 report.verdict_lines(verdicts))
    print(f"samples.csv, latencies/, results.json, chart.svg and compare.md "
          f"are in {Path(load.BUILD).relative_to(load.BUILD.parent.parent)}/")
    return 0 if all(verdict["met"] for verdict in verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
