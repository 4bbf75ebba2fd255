"""From samples to a table, and from targets to verdicts."""

import math
import os
import platform
import re
import subprocess
from pathlib import Path
from statistics import median

import load
import nginx

COLUMNS = [
    # key, heading, format
    ("rate", "requests/s", "{:,.0f}"),
    ("p50", "p50 µs", "{:,.0f}"),
    ("p99", "p99 µs", "{:,.0f}"),
    ("worker_cpu", "worker CPU s / 100k", "{:.2f}"),
    ("redis_cpu", "Redis CPU s / 100k", "{:.2f}"),
    ("rss_kb", "worker RSS MB", "{:.1f}"),
    ("voluntary_switches", "voluntary switches / 100k", "{:,.0f}"),
]
SCALE = {"rss_kb": 1 / 1024}

# (client, value, contender, relation, limit, reference); a ratio, except where
# the relation says otherwise
TARGETS = [
    ("lean", "worker_cpu", "tcp", "<=", 1.25, "return"),
    ("wrk", "worker_cpu", "tcp", "<=", 1.45, "return"),
    ("lean", "rate", "tcp", ">=", 2.0, "lua"),
    ("lean", "worker_cpu", "tcp", "<=", 0.45, "lua"),
    ("lean", "redis_cpu", "tcp", "<=", 0.45, "lua"),
    ("lean", "p99", "tcp", "<=", 0.6, "lua"),
    ("lean", "rate", "tcp", ">=", 12, "apache"),
    ("lean", "rate", "tcp", ">=", 12, "node"),
    ("lean", "worker_cpu", "express", "<=", 1.15, "tcp"),
]


def of(samples, contender, client):
    return [sample for sample in samples
            if sample["contender"] == contender and sample["client"] == client]


def medians(samples, contenders):
    """For each client and contender, the median of every column."""
    result = {}
    for client in ("lean", "wrk"):
        for contender in contenders:
            rows = of(samples, contender.key, client)
            result.setdefault(client, {})[contender.key] = {
                "title": contender.title,
                **{key: median(row[key] for row in rows)
                   for key, _, _ in COLUMNS}}
    return result


def verdicts(samples):
    found = []
    for client, value, contender, relation, limit, reference in TARGETS:
        pairs = list(zip(of(samples, contender, client),
                         of(samples, reference, client)))
        if not pairs:
            continue
        nothing_to_compare = math.inf if relation == "<=" else 0
        ratio = median(ours[value] / theirs[value] if theirs[value]
                       else nothing_to_compare for ours, theirs in pairs)
        met = ratio <= limit if relation == "<=" else ratio >= limit
        found.append({"what": f"{contender} to {reference}: {value} ({client})",
                      "measured": ratio, "relation": relation, "limit": limit,
                      "pairs": len(pairs), "met": met})
    return found


def table(rows):
    heads = ["", *(head for _, head, _ in COLUMNS)]
    lines = ["| " + " | ".join(heads) + " |",
             "|---" + "|--:" * len(COLUMNS) + "|"]
    for row in rows.values():
        cells = [form.format(row[key] * SCALE.get(key, 1))
                 for key, _, form in COLUMNS]
        lines.append("| " + " | ".join([row["title"], *cells]) + " |")
    return "\n".join(lines)


def verdict_lines(rows):
    return [load.verdict(
        row["met"], f"{row['what']}: {row['measured']:.3g} "
        f"({row['relation']} {row['limit']:g}, median of {row['pairs']} pairs)")
            for row in rows]


def document(rows, options):
    return f"""\
{machine()}
{options.connections} keep-alive connections, interleaved rounds, medians. The \
worker on core {options.cores[0]}, Redis and the client on core \
{options.cores[1]}.

With the lean client (the worker is the bottleneck), {options.rounds} rounds \
of {options.seconds:g} s per contender:

{table(rows["lean"])}

With wrk (wrk is the bottleneck of the faster ones), {options.wrk_rounds} \
rounds of {options.wrk_seconds} s:

{table(rows["wrk"])}
"""


def machine():
    """A sentence that describes this machine and the versions in use."""
    cpu = re.search(r"^model name\s*:\s*(.*)$",
                    Path("/proc/cpuinfo").read_text(), re.M)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, "
            f"{memory / 2**30:.0f} GB, Linux {platform.release()}, "
            f"{distribution()}, {nginx.version()}, Redis {redis_version()}.")


def distribution():
    values = dict(line.split("=", 1) for line in
                  Path("/etc/os-release").read_text().splitlines()
                  if "=" in line)
    return values.get("PRETTY_NAME", "an unknown system").strip('"')


def redis_version():
    text = subprocess.run(["redis-server", "--version"], check=True,
                          capture_output=True, text=True).stdout
    return re.search(r"v=(\S+)", text)[1]
