"""Logout requests with their sessions: what the client sends, what Redis holds.

Every request is one line for lean_client and wrk.lua, and names a session of
its own, so that the keys left in Redis tell whether the contender did its work.
"""

import base64
import hashlib
import hmac
import json
import random
from dataclasses import dataclass
from urllib.parse import quote

EXPRESS_SECRET = "a secret of the benchmark, thirty-two bytes"
OPENIDC_PASSPHRASE = "a passphrase of the benchmark"
CLIENTS = 10_000
URLS_PER_CLIENT = 10


@dataclass(frozen=True)
class Request:
    """One logout: the request's target and cookies, and what Redis holds of
    the sessions that it ends, as (key, value) pairs.
    """

    target: str
    cookie: str
    stored: tuple

    def line(self):
        return f"{self.target}\t{self.cookie}\n"


def client_id(number):
    return f"client-{number:05}"


def return_url(client, url):
    return f"https://{client_id(client)}.example.com/bye/{url}"


def target_for(client=0, url=0):
    return (f"/logout?client_id={client_id(client)}"
            f"&returnTo={quote(return_url(client, url), safe='')}")


def random_ids(count):
    source = random.Random(1)
    return (f"{source.getrandbits(128):032x}" for _ in range(count))


def session(name, value="{}"):
    """As Redis holds it; nginx.conf has the same prefix."""
    return f"sess:{name}", value


def raw(count):
    """The cookie is the id; every request goes to the same URL."""
    target = target_for()
    return [Request(target, f"sid={name}", (session(name),))
            for name in random_ids(count)]


def without_session(count):
    """Cookies, none of which names a session."""
    target = target_for()
    return [Request(target, f"theme={name}", ())
            for name in random_ids(count)]


def many_urls(count):
    """Like raw(), spread over all clients and URLs."""
    return [Request(target_for(number * 7 % CLIENTS,
                               number * 3 % URLS_PER_CLIENT),
                    f"sid={name}", (session(name),))
            for number, name in enumerate(random_ids(count))]


def express(count):
    """What express-session sets, and what connect-redis stores."""
    target = target_for()
    value = json.dumps({"cookie": {"originalMaxAge": None, "expires": None,
                                   "httpOnly": True, "path": "/"},
                        "user": "somebody"})
    return [Request(target, f"connect.sid={sign_for_express(name)}",
                    (session(name, value),))
            for name in random_ids(count)]


def raw_as_long_as_express(count):
    """Like raw(), with another cookie that makes up for Express' long one."""
    plain, signed = raw(count), express(count)
    return [Request(short.target, padded(short.cookie, len(long.cookie)),
                    short.stored)
            for short, long in zip(plain, signed)]


def padded(cookie, size):
    """The cookie behind another one, `size` bytes together."""
    filler = size - len(cookie) - len("other=; ")
    return f"other={'v' * filler}; {cookie}" if filler >= 0 else cookie


def sign_for_express(name):
    digest = hmac.digest(EXPRESS_SECRET.encode(), name.encode(),
                         hashlib.sha256)
    signature = base64.b64encode(digest).decode().rstrip("=")
    return quote(f"s:{name}.{signature}", safe="")
