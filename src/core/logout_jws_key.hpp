// A public key that verifies signatures of JSON Web Tokens (RFC 7515, RFC 7517,
// RFC 7518, RFC 8037), with libcrypto.
//
// Of the packaged JOSE libraries none fits a server that must not fall:
// cjose 0.6 aborts the process when a part of a token has a length that Base64
// cannot have (an assert() in its base64.c) and does not know EdDSA; libjose
// makes the key anew for each token; libjwt 1 reads no key sets.

#ifndef LOGOUT_JWS_KEY_HPP
#define LOGOUT_JWS_KEY_HPP

#include "logout_json.hpp"
#include "logout_public_key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace logout {

// The signature algorithms that are ever accepted (RFC 7518, RFC 8037). Not
// "none", and not the HMAC family: who can check such a token can make one.
enum class JwsAlgorithm { rs256, ps256, es256, eddsa };

// "RS256", ...; nothing for every other name. "Ed25519" is RFC 9864's name for
// EdDSA on that curve.
std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name);

enum class KeyType { rsa, ec_p256, ed25519 };

// Immutable, safe to use from anywhere. Movable.
class JwsKey {
public:
    // `id` is the key's "kid", or empty; `only` its "alg", if it has one.
    JwsKey(KeyType type, PublicKey key, std::string_view id,
           std::optional<JwsAlgorithm> only);

    // Whether a token of this algorithm can be signed with this key: the key's
    // type has to fit, and its "alg" if it has one.
    bool fits(JwsAlgorithm algorithm) const;

    // Whether `signature`, decoded, is this key's signature of `input` by
    // `algorithm`. False if the key does not fit the algorithm.
    bool verifies(JwsAlgorithm algorithm, std::string_view input,
                  std::string_view signature) const;

    KeyType type() const { return type_; }
    const std::string& id() const { return id_; }

private:
    KeyType type_;
    PublicKey key_;
    std::string id_;
    std::optional<JwsAlgorithm> only_;
};

struct JwsKeyOutcome {
    std::optional<JwsKey> key;  // empty: not usable, see `reason`
    std::string reason;         // a clause: "it is symmetric: ..."
    bool is_error = false;      // not merely for something else
};

// Reads one JSON Web Key. A key for another purpose or algorithm is no error.
// Private and symmetric keys are one, and so is a key that is malformed.
JwsKeyOutcome read_jws_key(const json_t* jwk);

}  // namespace logout

#endif
