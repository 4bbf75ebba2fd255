"""Everything that the benchmark compares, each started the way it is run."""

import shutil
import signal
import subprocess

import nginx
import sessions
from processes import BenchError, Process, free_port, worker_of

HERE = nginx.HERE

APACHE = """\
ServerRoot {directory}
PidFile {directory}/httpd.pid
ServerName localhost
Listen 127.0.0.1:{port}
{modules}
User nobody
Group nogroup
ServerLimit 1
StartServers 1
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
MinSpareThreads 1
MaxSpareThreads 128
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 3600
Mutex default:{directory}
ErrorLog {directory}/error.log
LogLevel warn

OIDCProviderIssuer https://op.example.com
OIDCProviderAuthorizationEndpoint https://op.example.com/authorize
OIDCProviderTokenEndpoint https://op.example.com/token
OIDCProviderJwksUri https://op.example.com/jwks
OIDCClientID bench
OIDCClientSecret bench
OIDCRedirectURI http://localhost/callback
OIDCCryptoPassphrase "{passphrase}"
OIDCCacheType redis
OIDCRedisCacheServer 127.0.0.1:{redis_port}

<Location />
    AuthType openid-connect
    Require valid-user
</Location>
"""

APACHE_MODULES = ["mpm_event", "authz_core", "authz_user", "authn_core",
                  "auth_openidc"]


class Apache:
    """Apache with mod_auth_openidc, one child of 128 threads.

    Without OIDCRedirectURLsAllowed: its threads walk through that list with an
    iterator that they share, so that now and then one refuses a URL that is in
    it. What is on the host of the request is allowed without a list.
    """

    def __init__(self, directory, redis, core):
        directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
            for name in APACHE_MODULES)
        file = directory / "httpd.conf"
        file.write_text(APACHE.format(directory=directory, port=self.port,
                                      modules=modules, redis_port=redis.port,
                                      passphrase=sessions.OPENIDC_PASSPHRASE))
        self.process = Process(
            ["/usr/sbin/apache2", "-d", directory, "-f", file, "-DFOREGROUND"],
            directory / "output.log", core)
        self.process.wait_for_port(self.port)
        self.worker = worker_of(self.process.pid)

    def stop(self):
        self.process.stop(signal.SIGTERM)


class Express:
    """Express with express-session and connect-redis, one process."""

    def __init__(self, directory, redis, core):
        install_express(directory)
        self.port = free_port()
        self.process = Process(
            ["node", directory / "server.js"], directory / "output.log", core,
            {"NODE_ENV": "production", "PORT": str(self.port),
             "REDIS_PORT": str(redis.port),
             "SESSION_SECRET": sessions.EXPRESS_SECRET,
             "RETURN_URL": sessions.return_url(0, 0)})
        self.process.wait_for_port(self.port)
        self.worker = self.process.pid

    def stop(self):
        self.process.stop(signal.SIGTERM)


def install_express(directory):
    """The locked packages, installed once."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(HERE / "express" / name, directory / name)

    installed = directory / "node_modules/.package-lock.json"
    lock = directory / "package-lock.json"
    stamp = directory / "installed-lock.json"
    if (installed.exists() and stamp.exists()
            and stamp.read_bytes() == lock.read_bytes()):
        return

    result = subprocess.run(
        ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit",
         "--no-fund"],
        cwd=directory, capture_output=True, text=True)
    if result.returncode != 0:
        raise BenchError(f"npm ci failed:\n{result.stderr[-1000:]}")
    shutil.copy(lock, stamp)


class Contender:
    """A name, the requests it is sent, and how to start it.

    `start(directory, redis, core)` gives an object with `port`, `worker` (the
    process id that is measured) and `stop()`.
    """

    def __init__(self, key, title, requests, start, deletes=True):
        self.key = key
        self.title = title
        self.requests = requests
        self.start = start
        self.deletes = deletes


def nginx_contender(key, title, requests, configuration, deletes=True):
    """`configuration(redis, directory)` gives an nginx.Configuration."""
    def start(directory, redis, core=None, prefix=()):
        return nginx.Nginx(configuration(redis, directory), directory, core,
                           prefix)

    return Contender(key, title, requests, start, deletes)


def openidc_requests(count):
    # nothing else needs a library for encryption
    import openidc
    return openidc.requests(count)


def tcp(redis):
    return f"127.0.0.1:{redis.port}"


def unix(redis):
    return f"unix:{redis.unix_socket}"


class Behind:
    """An nginx that passes requests on to another, which is not measured."""

    def __init__(self, configuration, directory, core, prefix):
        self.backend = nginx.Nginx(nginx.static_redirect(),
                                   directory / "backend", core)
        self.front = nginx.Nginx(configuration(self.backend.port), directory,
                                 core, prefix)
        self.port = self.front.port
        self.worker = self.front.worker

    def stop(self):
        self.front.stop()
        self.backend.stop()


def proxy_contender(key, title, requests, configuration):
    """`configuration(port)`, of the backend, gives an nginx.Configuration."""
    def start(directory, redis, core=None, prefix=()):
        return Behind(configuration, directory, core, prefix)

    return Contender(key, title, requests, start, deletes=False)


PROXIES = [
    proxy_contender("proxied", "nginx `proxy_pass`, a session cookie",
                    sessions.raw, nginx.proxied),
    proxy_contender("guarded", "the same with `logout_guard`",
                    sessions.raw, nginx.guarded),
    proxy_contender("proxied-none", "nginx `proxy_pass`, no session cookie",
                    sessions.without_session, nginx.proxied),
    proxy_contender("guarded-none", "the same with `logout_guard`",
                    sessions.without_session, nginx.guarded),
]

NGINX = [
    nginx_contender(
        "return", "nginx `return 302`", sessions.raw,
        lambda redis, directory: nginx.static_redirect(), deletes=False),
    nginx_contender(
        "no-session", "this module, no session", sessions.raw,
        lambda redis, directory: nginx.without_session(), deletes=False),
    nginx_contender(
        "tcp", "this module, TCP", sessions.raw,
        lambda redis, directory: nginx.raw_session(tcp(redis))),
    nginx_contender(
        "unix", "this module, Unix socket", sessions.raw,
        lambda redis, directory: nginx.raw_session(unix(redis))),
    nginx_contender(
        "express", "this module, signed `express` cookie", sessions.express,
        lambda redis, directory: nginx.express_session(tcp(redis), directory)),
    nginx_contender(
        "urls", "this module, 10,000 clients × 10 URLs", sessions.many_urls,
        lambda redis, directory: nginx.many_urls(tcp(redis))),
    nginx_contender(
        "status", "this module, `logout_status` on", sessions.raw,
        lambda redis, directory: nginx.with_status(tcp(redis))),
    nginx_contender(
        "lua", "nginx + lua-resty-redis", sessions.raw,
        lambda redis, directory: nginx.lua(redis.port, directory)),
]

OTHERS = [
    Contender("apache", "Apache + mod_auth_openidc", openidc_requests, Apache),
    Contender("node", "Express + connect-redis", sessions.express, Express),
]

ALL = NGINX + OTHERS

# what "express" is held against when instructions are counted: the same number
# of bytes to parse for nginx, and no signature
AS_LONG_AS_EXPRESS = nginx_contender(
    "tcp-long", "this module, TCP, cookies as long as `express`",
    sessions.raw_as_long_as_express,
    lambda redis, directory: nginx.raw_session(tcp(redis)))


def by_key(key):
    for contender in [*ALL, AS_LONG_AS_EXPRESS, *PROXIES]:
        if contender.key == key:
            return contender
    raise BenchError(f"there is no contender named {key}")
