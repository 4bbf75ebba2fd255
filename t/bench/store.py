"""A private Redis, and as much of its protocol as a benchmark needs."""

import socket
import subprocess

from processes import Process, free_port

SEED_BATCH = 1000


class Redis:
    """redis-server without persistence, on a free port and a Unix socket."""

    def __init__(self, directory, core=None, tls=False):
        self.port = free_port()
        self.unix_socket = directory / "redis.sock"
        command = ["redis-server", "--port", self.port, "--bind", "127.0.0.1",
                   "--unixsocket", self.unix_socket, "--unixsocketperm", "777",
                   "--save", "", "--appendonly", "no", "--dir", directory]
        if tls:
            self.certificate = make_certificate(directory)
            self.tls_port = free_port()
            command += ["--tls-port", self.tls_port,
                        "--tls-cert-file", self.certificate,
                        "--tls-key-file", directory / "redis.key",
                        "--tls-auth-clients", "no"]
        self.process = Process(command, directory / "redis.log", core)
        self.process.wait_for_port(self.port)
        self.connection = socket.create_connection(("127.0.0.1", self.port))
        self.replies = self.connection.makefile("rb")

    @property
    def pid(self):
        return self.process.pid

    def command(self, *words):
        return self._call(encode(words))

    def seed(self, commands):
        """Empties the database; sends what seed_commands() has made."""
        self.command("FLUSHALL")
        for command in commands:
            self._call(command)

    def count_keys(self):
        return self.command("DBSIZE")

    def stop(self):
        self.connection.close()
        self.process.stop()

    def _call(self, command):
        self.connection.sendall(command)
        return self._reply()

    def _reply(self):
        line = self.replies.readline().rstrip(b"\r\n")
        kind, text = line[:1], line[1:]
        if kind == b"+":
            return text.decode()
        if kind == b":":
            return int(text)
        if kind == b"$" and int(text) >= 0:
            return self.replies.read(int(text) + 2)[:-2].decode()
        raise RuntimeError(f"Redis answered {line!r}")


def seed_commands(entries):
    """What stores the (key, value) pairs, for Redis.seed()."""
    return [encode(["MSET", *(word for pair in entries[first:first + SEED_BATCH]
                              for word in pair)])
            for first in range(0, len(entries), SEED_BATCH)]


def encode(words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word.encode() if isinstance(word, str) else word
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)


def make_certificate(directory):
    """A certificate for "localhost" that is its own authority."""
    certificate = directory / "redis.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec",
         "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", directory / "redis.key", "-out", certificate],
        check=True, capture_output=True)
    return certificate
