// RSA and P-256 keys, and the signatures made with them (RS256, PS256, ES256),
// by the JOSE library cjose.
//
// cjose is written for callers who know what they give it. Version 0.6.2.1,
// Debian 12's:
//
// * aborts the process (an assert() in its base64.c) at a part of a token, or a
//   member of a JSON Web Key, whose Base64 ends with a lone character;
// * checks an HMAC with the memory of an RSA or EC key as if that were the
//   secret, and reads behind its end;
// * takes RS512 where RS256 was meant, and does not know "crit";
// * halves an ES256 signature of any length, and takes a PS256 signature whose
//   leading zeros are left out;
// * takes any numbers for an RSA key;
// * takes the oldest error from OpenSSL's queue, which may be nginx's, to put
//   its text into a cjose_err.
//
// So what it is given is checked here first, whoever calls: keys as numbers and
// not as JSON, tokens whose parts are canonical Base64url and whose signature
// has the length that the key's have; the algorithm that it has read in the
// header is compared before it verifies; and it is never given a cjose_err. The
// rest of the header is the caller's (core/token/jwt.cpp).

#ifndef LOGOUT_JWS_CJOSE_HPP
#define LOGOUT_JWS_CJOSE_HPP

#include "core/token/jws_compact.hpp"
#include "core/token/jws_algorithm.hpp"

#include <cjose/cjose.h>

#include <memory>
#include <optional>
#include <string_view>

namespace logout {

// Immutable, safe to use from anywhere. Movable.
class CjoseKey {
public:
    // Modulus and exponent, big-endian (RFC 7518, section 6.3.1). Nothing if
    // they are no public key (RFC 8017, section 3.1), or of more than 16384
    // bits, with which libcrypto does not verify.
    static std::optional<CjoseKey> rsa(std::string_view modulus,
                                       std::string_view exponent);

    // The coordinates of a point on P-256, 32 bytes each (RFC 7518, section
    // 6.2.1). Nothing if there is no such point.
    static std::optional<CjoseKey> p256(std::string_view x, std::string_view y);

    // Whether the header of `jws` names `algorithm`, which is no EdDSA, and its
    // signature is this key's. The bytes of `jws` may be any.
    bool verifies(JwsAlgorithm algorithm, const CompactJws& jws) const;

private:
    struct Release {
        void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
    };

    explicit CjoseKey(cjose_jwk_t* key) : key_(key) {}

    static std::optional<CjoseKey> own(cjose_jwk_t* key);

    std::unique_ptr<cjose_jwk_t, Release> key_;
};

}  // namespace logout

#endif
