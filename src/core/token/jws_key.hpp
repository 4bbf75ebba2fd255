// A public key of an identity provider, read from its JSON Web Key (RFC 7517,
// RFC 7518, RFC 8037): what it is for, and what it verifies.

#ifndef LOGOUT_JWS_KEY_HPP
#define LOGOUT_JWS_KEY_HPP

#include "core/token/jws_compact.hpp"
#include "core/base/json.hpp"
#include "core/token/jws_algorithm.hpp"
#include "core/token/public_key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace logout {

// Immutable, safe to use from anywhere. Movable.
class JwsKey {
public:
    // `id` is the key's "kid", or empty; `only` its "alg", if it has one.
    JwsKey(PublicKey key, std::string_view id,
           std::optional<JwsAlgorithm> only);

    // Whether a token of this algorithm can be signed with this key: the key's
    // type has to fit, and its "alg" if it has one.
    bool fits(JwsAlgorithm algorithm) const;

    // Whether `jws` is signed by `algorithm` with this key. False if the key
    // does not fit the algorithm. The bytes of `jws` may be any.
    bool verifies(JwsAlgorithm algorithm, const CompactJws& jws) const;

    KeyType type() const { return key_.type(); }
    const std::string& id() const { return id_; }

private:
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
