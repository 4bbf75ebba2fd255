// The public keys of an identity provider: a JSON Web Key Set (RFC 7517,
// section 5), read while the configuration is read.

#ifndef LOGOUT_JWKS_HPP
#define LOGOUT_JWKS_HPP

#include "core/token/jws_key.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// The longest key set that is read, in bytes, and the most keys in it.
constexpr std::size_t jwks_max_length = 512 * 1024;
constexpr std::size_t jwks_max_keys = 256;

enum class KeyLookup { found, unknown_key, several_keys };

// Immutable after parse(), safe to use from anywhere.
class Jwks {
public:
    // Reads a key set. Returns nothing and sets `problem`, a sentence without a
    // full stop, if the text is no key set, holds a secret, or has no key that
    // can be used. Keys for something else (encryption, other algorithms) are
    // passed over; `passed_over` gets a sentence for each.
    static std::optional<Jwks> parse(std::string_view text,
                                     std::string& problem,
                                     std::vector<std::string>& passed_over);

    std::size_t size() const { return keys_.size(); }

    // The key for a token of `algorithm` that names the key `id`: the one of
    // that id, or else the only one without an id. For a token that names
    // none: the only key that fits (OpenID Connect Core 1.0, section 10.1).
    // Sets `key` if the result is `found`; it lives as long as the set.
    KeyLookup find(std::optional<std::string_view> id, JwsAlgorithm algorithm,
                   const JwsKey*& key) const;

private:
    std::vector<JwsKey> keys_;
};

}  // namespace logout

#endif
