"""One sample: load on a running contender, and what it cost."""

import json
import subprocess
from pathlib import Path

from processes import BenchError, Usage
from store import seed_commands

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build/bench"
LEAN_CLIENT = BUILD / "lean_client"


class Batch:
    """Requests in a file, each sent once, and what Redis holds before that."""

    def __init__(self, requests, file):
        self.file = file
        self.size = len(requests)
        file.write_text("".join(request.line() for request in requests))
        stored = [pair for request in requests for pair in request.stored]
        self.keys = len(stored)
        self._sessions = seed_commands(stored)

    def seed(self, redis):
        redis.seed(self._sessions)


def run_lean(port, file, core=None, **options):
    """Sends every request of `file` once; returns lean_client's result."""
    command = [LEAN_CLIENT, "--port", port, "--requests", file]
    for name, value in options.items():
        command += [f"--{name}", value]
    return run_client(command, core)


def run_wrk(port, file, core, connections, seconds):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               "-s", HERE / "wrk.lua", f"http://127.0.0.1:{port}", "--", file]
    return run_client(command, core)


def run_client(command, core):
    if core is not None:
        command = ["taskset", "-c", core, *command]
    result = subprocess.run([str(word) for word in command],
                            capture_output=True, text=True)
    if result.returncode != 0:
        raise BenchError(f"{result.stderr or result.stdout}")
    return json.loads(result.stdout.splitlines()[-1])


def measure(worker, redis, client):
    """Runs `client()`; adds to its result what worker and Redis used."""
    worker_before, redis_before = Usage.of(worker), Usage.of(redis.pid)
    sample = client()
    worker_after, redis_after = Usage.of(worker), Usage.of(redis.pid)

    per_100k = 100_000 / sample["requests"]
    sample["worker_cpu"] = per_100k * (
        worker_after.cpu_seconds - worker_before.cpu_seconds)
    sample["redis_cpu"] = per_100k * (
        redis_after.cpu_seconds - redis_before.cpu_seconds)
    sample["voluntary_switches"] = per_100k * (
        worker_after.voluntary_switches - worker_before.voluntary_switches)
    sample["rss_kb"] = worker_after.resident_kb
    sample["private_kb"] = worker_after.private_kb
    return sample


def check_answers(name, sample):
    statuses = sample.get("statuses", {"302": sample["requests"]})
    if sample["broken"] or sample["unexpected"] or set(statuses) != {"302"}:
        raise BenchError(f"{name} did not answer every request with a "
                         f"redirect: {sample}")


def check_deletions(name, sample, batch, left, slack=0):
    """Every answered logout must have cost Redis exactly its keys; `slack`
    requests may not have been counted.
    """
    deleted = batch.keys - left
    per_logout = batch.keys // batch.size
    answered = sample["requests"]
    if not answered * per_logout <= deleted <= (answered + slack) * per_logout:
        raise BenchError(f"{name} answered {answered} logouts and deleted "
                         f"{deleted} keys, {per_logout} each would be right: "
                         "not reported")


def verdict(met, text):
    """A line that says whether a target is met."""
    return f"{'met   ' if met else 'MISSED'}  {text}"


def publish(name, text, verdicts):
    """Prints a part of the report and its verdicts, and keeps both as files."""
    verdicts = "".join(f"    {line}\n" for line in verdicts)
    (BUILD / f"{name}.md").write_text(text)
    (BUILD / f"{name}.targets").write_text(verdicts)
    print(text, verdicts, sep="\n")
