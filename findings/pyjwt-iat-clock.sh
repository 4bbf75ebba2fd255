#!/bin/bash
# A token is refused for the clock of who issued it.
#
# Expected: "iat" says how old a token is; a time that is a few seconds ahead is no
#           reason to refuse it (RFC 7519 knows "nbf" for that).
# Happens:  PyJWT raises ImmatureSignatureError when iat is ahead of its own clock; jose
#           and jsonwebtoken take the same token.
# Seen in:  PyJWT 2.6.0 (Debian 12); jose 6.2.18, jsonwebtoken 9.0.3 (npm)

. "$(dirname "$0")/lib/common"
debian python3-jwt=2.6.0
npm_packages jose@6.2.18 jsonwebtoken@9.0.3

cat >"$tmp/run.mjs" <<'END'
import { jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';

const key = Buffer.from('k'.repeat(32));
if (process.argv[2] === 'sign') {
    const iat = Math.floor(Date.now() / 1000) + 30;
    console.log(jsonwebtoken.sign({ sub: 'user', iat }, key));
} else {
    const token = process.argv[3];
    console.log('jose', (await jwtVerify(token, key)).payload.sub);
    console.log('jsonwebtoken', jsonwebtoken.verify(token, key).sub);
}
END

# 30 seconds ahead, so that a slow machine sees it in the future, too
token=$(node "$tmp/run.mjs" sign)
node "$tmp/run.mjs" verify "$token" >"$tmp/said"
guess 'user'
saw 'jose' user "$(sed -n 's/^jose //p' "$tmp/said")"
saw 'jsonwebtoken' user "$(sed -n 's/^jsonwebtoken //p' "$tmp/said")"
saw 'PyJWT' ImmatureSignatureError "$(/usr/bin/python3 -c '
import jwt, sys
try:
    print(jwt.decode(sys.argv[1], "k" * 32, algorithms=["HS256"])["sub"])
except jwt.PyJWTError as error:
    print(type(error).__name__)' "$token")"
