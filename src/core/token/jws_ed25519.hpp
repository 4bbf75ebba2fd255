// Ed25519 keys and their signatures (EdDSA; RFC 8032, RFC 8037), by libcrypto:
// cjose has none.

#ifndef LOGOUT_JWS_ED25519_HPP
#define LOGOUT_JWS_ED25519_HPP

#include "core/token/jws_compact.hpp"

#include <memory>
#include <optional>
#include <string_view>

struct evp_pkey_st;  // EVP_PKEY

namespace logout {

// Immutable, safe to use from anywhere. Movable.
class Ed25519Key {
public:
    // The 32 bytes of a public key (RFC 8037, section 2). Nothing if there are
    // more or fewer.
    static std::optional<Ed25519Key> read(std::string_view x);

    // Whether the signature of `jws` is this key's. The bytes of `jws` may be
    // any; what its header says is the caller's to check.
    bool verifies(const CompactJws& jws) const;

private:
    struct Release {
        void operator()(evp_pkey_st* key) const;
    };

    explicit Ed25519Key(evp_pkey_st* key) : key_(key) {}

    std::unique_ptr<evp_pkey_st, Release> key_;
};

}  // namespace logout

#endif
