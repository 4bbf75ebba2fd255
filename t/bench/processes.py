"""Starting, pinning, measuring and stopping the processes of a benchmark."""

import atexit
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    """A child process that serves a port, its output in a log file."""

    started = []

    def __init__(self, command, log, core=None, environment=None, cwd=None):
        if core is not None:
            command = ["taskset", "-c", str(core), *command]
        self.log = Path(log)
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, cwd=cwd,
                env={**os.environ, **(environment or {})})
        self.started.append(self.child)

    @property
    def pid(self):
        return self.child.pid

    def wait_for_port(self, port, seconds=30):
        deadline = time.monotonic() + seconds
        while not accepts_connections(port):
            if self.child.poll() is not None:
                raise BenchError(f"a server ended at its start:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise BenchError(f"a server does not listen:\n{self.tail()}")
            time.sleep(0.02)

    def tail(self):
        return "\n".join(
            self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self, how=signal.SIGTERM, seconds=60):
        deadline = time.monotonic() + seconds
        while self.child.poll() is None:
            if time.monotonic() > deadline:
                self.child.kill()
                self.child.wait()
                words = " ".join(str(word) for word in self.child.args)
                raise BenchError(f"had to be killed: {words}\n{self.tail()}")
            # again and again: a signal that comes between nginx's look at its
            # flags and epoll_wait() is noticed only at the next event
            self.child.send_signal(how)
            self._wait(1)

    def _wait(self, seconds):
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass


@atexit.register
def kill_what_is_left():
    """After an error or Ctrl-C no server stays behind."""
    for child in Process.started:
        if child.poll() is None:
            for pid in [*children(child.pid), child.pid]:
                os.kill(pid, signal.SIGKILL)
            child.wait()


def children(pid):
    """The process ids whose parent is `pid`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


def worker_of(pid, seconds=10):
    """The one process that works for the master process `pid`."""
    deadline = time.monotonic() + seconds
    while len(found := children(pid)) != 1:
        if time.monotonic() > deadline:
            raise BenchError(f"process {pid} has {len(found)} workers, not one")
        time.sleep(0.02)
    return found[0]


def cpu_nanoseconds(pid):
    """The CPU time of a process' threads, finer than the ticks of its stat."""
    return sum(int((thread / "schedstat").read_text().split()[0])
               for thread in Path(f"/proc/{pid}/task").iterdir())


@dataclass
class Usage:
    """What a process has used since it began."""

    cpu_seconds: float
    voluntary_switches: int
    resident_kb: int
    private_kb: int

    @classmethod
    def of(cls, pid):
        process = Path("/proc") / str(pid)
        status = _colon_values(process / "status")
        switches = sum(
            int(_colon_values(thread / "status")["voluntary_ctxt_switches"])
            for thread in (process / "task").iterdir())
        return cls(
            cpu_seconds=cpu_nanoseconds(pid) / 1e9,
            voluntary_switches=switches,
            resident_kb=int(status["VmRSS"].split()[0]),
            private_kb=int(status["RssAnon"].split()[0]))


def _colon_values(path):
    lines = path.read_text().splitlines()
    return {name: value.strip()
            for name, _, value in (line.partition(":") for line in lines)}
