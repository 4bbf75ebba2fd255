"""What mod_auth_openidc sets, and what it stores if it is not told how: with
Redis, names of sessions are hashed and values encrypted.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from urllib.parse import quote

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sessions import OPENIDC_PASSPHRASE, Request, random_ids

ISSUER = "https://op.example.com"
# on the host that the requests name
RETURN_URL = "https://localhost/bye/0"


def requests(count):
    target = f"/callback?logout={quote(RETURN_URL, safe='')}"
    return [request_of(user, name, target)
            for user, name in enumerate(random_ids(count))]


def request_of(user, name, target):
    session = base64url(hashlib.sha1(name.encode()).digest())
    of_provider = f"sid-{user:06}@{ISSUER}"
    return Request(
        target, f"mod_auth_openidc_session={session}",
        ((f"s:{stored_name(session)}",
          encrypt(session_of(session, user, of_provider))),
         (f"d:{stored_name(of_provider)}", encrypt(session))))


def session_of(session, user, of_provider):
    """What is known after a login, as it is in a real one."""
    now = int(time.time())
    claims = json.dumps({
        "iss": ISSUER, "aud": "bench", "sub": f"user-{user:06}",
        "sid": f"sid-{user:06}", "nonce": "n" * 43, "iat": now,
        "exp": now + 3600}, separators=(",", ":"))
    id_token = ".".join([
        base64url(b'{"alg":"RS256","kid":"op","typ":"JWT"}'),
        base64url(claims.encode()), base64url(bytes(256))])
    return json.dumps({
        "idc": claims, "idt": id_token, "iss": ISSUER, "rs": "r" * 27,
        "ou": "https://localhost/", "at": "a" * 32, "ate": str(now + 3600),
        "atlr": str(now), "se": str(now + 28800), "cd": "localhost",
        "r": f"user-{user:06}@op.example.com", "e": now + 3600, "i": session,
        "sid": of_provider}, separators=(",", ":"))


def stored_name(name):
    text = f"{OPENIDC_PASSPHRASE}:{name}"
    return base64url(hashlib.sha256(text.encode()).digest())


def encrypt(value):
    """A JWT of the value, signed, in an encrypted one (RFC 7516)."""
    key = hashlib.sha256(OPENIDC_PASSPHRASE.encode()).digest()
    signed = (base64url(b'{"alg":"HS256"}') + "."
              + base64url(json.dumps({"c": value}).encode()))
    signature = hmac.digest(key, signed.encode(), hashlib.sha256)
    plain = f"{signed}.{base64url(signature)}".encode()

    header = base64url(b'{"alg":"dir","enc":"A256GCM"}')
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, plain, header.encode())
    return ".".join([header, "", base64url(nonce), base64url(sealed[:-16]),
                     base64url(sealed[-16:])])


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
