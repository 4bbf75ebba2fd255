// RSA, P-256 and Ed25519 keys, and the signatures that are made with them
// (RFC 7518, section 3; RFC 8037), by OpenSSL's libcrypto.

#ifndef LOGOUT_PUBLIC_KEY_HPP
#define LOGOUT_PUBLIC_KEY_HPP

#include "core/token/jws_compact.hpp"
#include "core/token/jws_algorithm.hpp"

#include <memory>
#include <optional>
#include <string_view>

struct evp_pkey_st;  // EVP_PKEY

namespace logout {

enum class KeyType { rsa, ec_p256, ed25519 };

// The type of the keys that sign with an algorithm.
KeyType key_type(JwsAlgorithm algorithm);

// Immutable, safe to use from anywhere. Movable.
class PublicKey {
public:
    // Modulus and exponent, big-endian (RFC 7518, section 6.3.1). Nothing if
    // they are no public key (RFC 8017, section 3.1), or of more than 16384
    // bits, with which libcrypto does not verify.
    static std::optional<PublicKey> rsa(std::string_view modulus,
                                        std::string_view exponent);

    // The coordinates of a point on P-256, 32 bytes each (RFC 7518, section
    // 6.2.1). Nothing if there is no such point.
    static std::optional<PublicKey> p256(std::string_view x,
                                         std::string_view y);

    // The 32 bytes of an Ed25519 key (RFC 8037, section 2). Nothing if there
    // are more or fewer.
    static std::optional<PublicKey> ed25519(std::string_view x);

    // Whether the signature of `jws` is made by `algorithm` with this key.
    // False if the key is not of the algorithm's type. The bytes of `jws` may
    // be any; what its header says is the caller's to check.
    bool verifies(JwsAlgorithm algorithm, const CompactJws& jws) const;

    KeyType type() const { return type_; }

private:
    struct Release {
        void operator()(evp_pkey_st* key) const;
    };

    PublicKey(KeyType type, evp_pkey_st* key) : type_(type), key_(key) {}

    static std::optional<PublicKey> own(KeyType type, evp_pkey_st* key);

    KeyType type_;
    std::unique_ptr<evp_pkey_st, Release> key_;
};

}  // namespace logout

#endif
