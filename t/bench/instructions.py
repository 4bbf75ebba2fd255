#!/usr/bin/env python3
"""Counts user instructions per request, which no busy machine can blur.

nginx runs under callgrind twice with the same configuration; the difference
between 4,000 and 1,000 requests, divided by 3,000, is the cost of one. What is
compared with the committed figures is the ratio to `return 302`, measured in
the same run: that leaves out most of what another nginx, libc or compiler
changes. The core's decision on fixed requests is counted by itself. Two runs
differ by less than 0.1 %.

With --tap the shorter form for `make test`: fewer configurations, and the core. With
--update the committed figures are written anew; a commit that does so says what
costs more, and why.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import callgrind
import contenders
import load
import nginx
from processes import BenchError
from store import Redis

COMMITTED = load.HERE / "instructions.json"
DECIDE = load.BUILD / "decide"
TOLERANCE = 0.02
FEW, MANY = 1000, 4000
CONNECTIONS = 64
# requests that nginx finds in one turn of its event loop: what they are under
# full load at 64 connections, fixed so that the machine has no say in it
BURST = 16
SHORT = ["return", "tcp", "status", "proxied", "guarded"]
NOT_OURS = ("return", "lua", "proxied", "proxied-none")

ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "memalign",
              "aligned_alloc"}
CRYPTO = "libcrypto"
# What is counted apart of "express": the hashes of its HMAC, and nothing of what
# goes with them, such as decoding and comparing the signature.
DIGESTS = re.compile(r"(SHA\d*|MD5|HMAC)_")

# (what, numerator, denominator, limit); "express" without its HMAC
GATES = [
    ("raw session over TCP to return 302", "tcp", "return", 1.46),
    ("raw session over a Unix socket to return 302", "unix", "return", 1.46),
    ("raw session over TCP to lua-resty-redis", "tcp", "lua", 0.30),
    ("logout_status on to off", "status", "tcp", 1.01),
    ("100,000 URLs to one", "urls", "tcp", 1.02),
    ("a guarded request to a proxied one", "guarded", "proxied", 1.08),
    ("the same without a session", "guarded-none", "proxied-none", 1.03),
    ("express without its HMAC to raw", "express", "tcp-long", 1.05),
]


@dataclass
class Cost:
    """What one request costs."""

    instructions: float
    digests: float  # in OpenSSL's hash functions
    allocations: float  # heap allocations by anyone but nginx


def measure(contender, directory):
    """The cost of one request, with the profile that it comes from."""
    profiles = [profile_of(contender, directory, count)
                for count in (FEW, MANY)]
    profile = profiles[1].minus(profiles[0])
    requests = MANY - FEW
    cost = Cost(profile.total / requests,
                profile.cost_of_calls_into(CRYPTO, DIGESTS) / requests,
                sum(allocations(profile).values()) / requests)
    return cost, profile


def profile_of(contender, directory, count):
    directory.mkdir(parents=True, exist_ok=True)
    output = directory / f"callgrind.{contender.key}.{count}"
    batch = load.Batch(contender.requests(count), directory / "requests")

    redis = Redis(directory)
    try:
        batch.seed(redis)
        server = contender.start(
            directory / contender.key, redis,
            prefix=["valgrind", "-q", "--tool=callgrind",
                    f"--callgrind-out-file={output}"])
        sample = load.run_lean(server.port, batch.file, connections=CONNECTIONS,
                               settle=500, burst=BURST,
                               server=server.worker)
        server.stop()
        load.check_answers(contender.title, sample)
        if contender.deletes:
            load.check_deletions(contender.title, sample, batch,
                                 redis.count_keys())
    finally:
        redis.stop()
    return callgrind.read(output)


def allocations(profile):
    """Heap allocations by their caller; nginx's own are its pools."""
    return profile.calls_into(
        lambda callee: callee[1] in ALLOCATORS,
        lambda caller: caller[0] != nginx.BINARY and "libc.so" not in caller[0])


def measure_core():
    """Instructions of the core's decision on each of its fixed requests."""
    output = load.BUILD / f"callgrind.decide.{os.getpid()}"
    result = subprocess.run(
        ["valgrind", "-q", "--tool=callgrind",
         f"--callgrind-out-file={output}", DECIDE],
        capture_output=True, text=True)
    if result.returncode != 0:
        raise BenchError(f"{DECIDE.name} failed:\n{result.stderr[-1000:]}")

    costs = {}
    for file in sorted(load.BUILD.glob(f"{output.name}.*")):
        text = file.read_text()
        trigger = re.search(r"^desc: Trigger: Client Request: (\S+)/(\d+)$",
                            text, re.M)
        total = re.search(r"^(?:totals|summary): (\d+)$", text, re.M)
        if trigger and total:
            costs[trigger[1]] = round(int(total[1]) / int(trigger[2]))
        file.unlink()
    output.unlink(missing_ok=True)
    return costs


def toolchain():
    """The versions that instruction counts depend on."""
    def first_line(*command):
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.splitlines()[0]

    return {"compiler": first_line("g++", "--version"),
            "libc": first_line("ldd", "--version").rpartition(" ")[2],
            "openssl": first_line("openssl", "version").split()[1],
            "nginx": nginx.version(),
            "valgrind": first_line("valgrind", "--version")}


def figures(costs, core):
    """The measured costs, in the form that is committed."""
    base = costs["return"].instructions
    return {
        "toolchain": toolchain(),
        "return 302, instructions": round(base),
        "to return 302": {key: round(cost.instructions / base, 4)
                          for key, cost in costs.items()
                          if key not in NOT_OURS},
        "core decision, instructions": core,
    }


def compare(measured, committed):
    """(what, measured, committed, within tolerance), for what was measured.

    Other versions of the compiler and the libraries make other counts: of
    these, only the ratios to nginx' own answer are compared.
    """
    sections = ["to return 302"]
    if measured["toolchain"] == committed["toolchain"]:
        sections.append("core decision, instructions")

    rows = []
    for section in sections:
        for key, value in measured[section].items():
            old = committed[section].get(key)
            rows.append((f"{key}: {section}", value, old,
                         old is not None and value <= old * (1 + TOLERANCE)))
    return rows


def gates(costs):
    """(what, measured, limit, met) for the gates that `costs` can answer."""
    rows = []
    for what, ours, reference, limit in GATES:
        if ours in costs and reference in costs:
            count = costs[ours].instructions
            if ours == "express":
                count -= costs[ours].digests
            ratio = count / costs[reference].instructions
            rows.append((what, ratio, limit, ratio <= limit))
    return rows + allocation_gates(costs)


def allocation_gates(costs):
    """One row: the contender of ours that allocates most."""
    most = max((cost.allocations for key, cost in costs.items()
                if key not in NOT_OURS), default=0)
    return [("heap allocations per logout, but nginx's pools", most, 0,
             most < 0.001)]


def table(costs):
    base = costs["return"].instructions
    lines = ["User instructions per request:\n",
             "| | instructions per request | × `return 302` "
             "| in OpenSSL's hashes | heap allocations |", "|---|--:|--:|--:|--:|"]
    for key, cost in costs.items():
        lines.append(
            f"| {contenders.by_key(key).title} | {cost.instructions:,.0f} "
            f"| {cost.instructions / base:.3f} | {cost.digests:,.0f} "
            f"| {cost.allocations:.2f} |")
    return "\n".join(lines) + "\n"


def print_profile(profile, limit=40):
    """Where the instructions are: the functions that cost most themselves."""
    requests = MANY - FEW
    print(f"\n{'instructions':>12}  object, function")
    for (container, name), cost in profile.own.most_common(limit):
        print(f"{cost / requests:12,.1f}  "
              f"{container.rpartition('/')[2]}  {name}")
    for (container, name), count in allocations(profile).most_common(10):
        print(f"allocates {count / requests:.3f} times: "
              f"{container.rpartition('/')[2]}  {name}")


def report(costs, rows, compared):
    load.publish("instructions", table(costs), [
        load.verdict(met, f"{what}: {measured:.3f} (at most {limit:g})")
        for what, measured, limit, met in rows])
    for what, measured, old, met in compared:
        print(f"{'same  ' if met else 'MORE  '}  {what}: {measured:g} "
              f"(committed: {'none' if old is None else format(old, 'g')})")


def explain_difference(measured, committed):
    """A hint when it may not be the module that changed."""
    if measured["toolchain"] == committed["toolchain"]:
        return []
    return ["The committed figures were counted with other versions, and "
            "only ratios are compared:",
            f"  committed: {committed['toolchain']}",
            f"  here:      {measured['toolchain']}",
            "`make bench-instructions UPDATE=1` counts all anew."]


def print_tap(rows, compared, hints):
    results = [(f"{what}: {measured:.3f}, at most {limit:g}", met)
               for what, measured, limit, met in rows]
    results += [(f"{what}: {measured:g}, committed {old}", met)
                for what, measured, old, met in compared]
    print(f"1..{len(results)}")
    for number, (what, met) in enumerate(results, 1):
        print(f"{'ok' if met else 'not ok'} {number} - {what}")
    if hints or not all(met for _, met in results):
        print("".join(f"# {line}\n" for line in hints), end="")


def run(options):
    directory = load.BUILD / f"instructions-{os.getpid()}"
    counted = [*contenders.NGINX, contenders.AS_LONG_AS_EXPRESS,
               *contenders.PROXIES]
    keys = SHORT if options.tap else [item.key for item in counted]
    if options.only:
        keys = options.only.split(",")

    costs = {}
    try:
        for key in keys:
            costs[key], profile = measure(contenders.by_key(key),
                                          directory / key)
            if options.profile:
                print_profile(profile)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return costs, figures(costs, measure_core())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--profile", action="store_true",
                        help="print the most expensive functions")
    parser.add_argument("--only", help="contenders by comma, return first")
    options = parser.parse_args()

    costs, measured = run(options)
    if options.update:
        # commit it with the change that made it necessary
        COMMITTED.write_text(json.dumps(measured, indent=2) + "\n")
    committed = json.loads(COMMITTED.read_text())
    rows = gates(costs)
    compared = compare(measured, committed)
    hints = explain_difference(measured, committed)

    if options.tap:
        print_tap(rows, compared, hints)
    else:
        report(costs, rows, compared)
        print("\n".join(hints))
    (load.BUILD / "instructions.json").write_text(json.dumps(measured))
    return 0 if all(row[-1] for row in rows + compared) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
