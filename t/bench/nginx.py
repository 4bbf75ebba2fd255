"""nginx as the benchmarks run it, and the configurations that they compare."""

import os
import signal
import subprocess
from pathlib import Path

from processes import BenchError, Process, free_port, worker_of
from sessions import (CLIENTS, EXPRESS_SECRET, URLS_PER_CLIENT, client_id,
                      return_url)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODULE = ROOT / "build/ngx_http_logout_module.so"
DEBIAN_MODULES = Path("/usr/lib/nginx/modules")
BINARY = "/usr/sbin/nginx"

# for Redis: a busy machine makes samples slow, not wrong
PATIENCE = "10s"

TEMPLATE = """\
{modules}
{user}
daemon off;
master_process {master};
worker_processes 1;
worker_rlimit_nofile 4096;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;

events {{
    worker_connections 2048;
}}

http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    client_header_timeout 3600s;
    large_client_header_buffers 4 16k;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;

{http}

    server {{
        listen 127.0.0.1:{port} backlog=4096;

        location = /logout {{
{location}
        }}
{server}
    }}
}}
"""


class Configuration:
    """What differs between the nginx contenders."""

    def __init__(self, location, http="", server="", modules=()):
        self.location = location
        self.http = http
        self.server = server
        self.modules = modules

    def write(self, directory, port, master):
        file = directory / "nginx.conf"
        file.write_text(TEMPLATE.format(
            modules="\n".join(f"load_module {name};" for name in self.modules),
            user="user root;" if os.geteuid() == 0 else "",
            master="on" if master else "off", directory=directory, port=port,
            http=indent(self.http, 4), location=indent(self.location, 12),
            server=indent(self.server, 8)))
        return file


def indent(text, width):
    return "\n".join(" " * width + line if line else ""
                     for line in text.splitlines())


class Nginx:
    """A running nginx with one worker."""

    def __init__(self, configuration, directory, core=None, prefix=()):
        directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        # a tool that watches the process wants one process, not two
        master = not prefix
        file = configuration.write(directory, self.port, master)
        self.error_log = directory / "error.log"
        self.process = Process(
            [*prefix, BINARY, "-p", directory, "-c", file, "-e",
             self.error_log],
            directory / "output.log", core)
        self.process.wait_for_port(self.port, seconds=120)
        self.worker = (worker_of(self.process.pid) if master
                       else self.process.pid)

    def stop(self):
        self.process.stop(signal.SIGQUIT)
        complaints = [line for line in
                      self.error_log.read_text(errors="replace").splitlines()
                      if "[notice]" not in line]
        if complaints:
            raise BenchError("nginx complained:\n" + "\n".join(complaints[:5]))


def version():
    """ "nginx/1.22.1", as nginx says it."""
    text = subprocess.run([BINARY, "-v"], capture_output=True, check=True,
                          text=True).stderr
    return text.rpartition(" ")[2].strip()


def static_redirect():
    """The limit: nginx's own redirect to a constant."""
    return Configuration(f"return 302 {return_url(0, 0)};")


def proxied(port, more=""):
    return Configuration("proxy_pass http://backend;\nproxy_http_version 1.1;\n"
                         'proxy_set_header Connection "";',
                         f"upstream backend {{\n    server 127.0.0.1:{port};\n"
                         "    keepalive 64;\n    keepalive_requests 1000000000;\n"
                         f"}}\n{more}", modules=[MODULE] if more else [])


def guarded(port):
    """Among 100,000 sessions that have ended would be the same; see
    t/revocation."""
    return proxied(port, "logout_revocations ended 32m for=12h;\n"
                         "logout_guard ended;\n"
                         "logout_session format=raw cookie=sid prefix=sess:;\n")


def redis_block(server, settings=""):
    return (f"logout_redis sessions {{\n    server {server};\n"
            f"    connect_timeout {PATIENCE};\n    timeout {PATIENCE};\n"
            f"{settings}}}\n")


ONE_CLIENT = f"""\
logout_client {client_id(0)} {{
    return_url {return_url(0, 0)};
}}
"""

RAW_SESSION = ("logout_session format=raw cookie=sid prefix=sess: "
               "redis=sessions;\n")


def many_clients():
    blocks = []
    for client in range(CLIENTS):
        urls = "\n        ".join(return_url(client, url)
                                 for url in range(URLS_PER_CLIENT))
        blocks.append(f"logout_client {client_id(client)} {{\n"
                      f"    return_url {urls};\n}}\n")
    return "".join(blocks)


def module(http="", location="", server=""):
    return Configuration(f"logout auth0;\n{location}", http, server, [MODULE])


def without_session():
    """Everything but Redis: parameters, allowlist, redirect."""
    return module(ONE_CLIENT)


def raw_session(server, settings="", location=""):
    return module(redis_block(server, settings) + ONE_CLIENT,
                  RAW_SESSION + location)


def several_sessions(server, count):
    """`count` session cookies, sid0 and on, all of them ended."""
    return module(redis_block(server) + ONE_CLIENT, "".join(
        f"logout_session format=raw cookie=sid{number} prefix=sess: "
        "redis=sessions;\n" for number in range(count)))


def express_session(server, directory):
    secret_file = directory / "session.secret"
    secret_file.parent.mkdir(parents=True, exist_ok=True)
    secret_file.write_text(EXPRESS_SECRET + "\n")
    secret_file.chmod(0o600)
    return module(redis_block(server) + ONE_CLIENT,
                  f"logout_session format=express secret_file={secret_file} "
                  "redis=sessions;\n")


def many_urls(server):
    return module(redis_block(server) + many_clients(), RAW_SESSION)


def with_status(server):
    return module(redis_block(server) + ONE_CLIENT, RAW_SESSION,
                  "location = /status {\n    logout_status;\n}\n")


def lua(redis_port, directory):
    """lua-nginx-module and lua-resty-redis as Debian packages them."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "allowlist.lua").write_text(
        "return {\n"
        f"    redis_port = {redis_port},\n"
        "    clients = {\n"
        f'        ["{client_id(0)}"] = {{ ["{return_url(0, 0)}"] = true }},\n'
        "    },\n"
        "}\n")
    return Configuration(
        f"content_by_lua_file {HERE}/lua/logout.lua;",
        http=f'lua_package_path "{directory}/?.lua;;";\n'
             "lua_socket_log_errors off;\n"
             'init_by_lua_block {\n'
             '    require "nginx.redis"\n'
             '    require "allowlist"\n'
             '}',
        modules=[DEBIAN_MODULES / "ndk_http_module.so",
                 DEBIAN_MODULES / "ngx_http_lua_module.so"])
