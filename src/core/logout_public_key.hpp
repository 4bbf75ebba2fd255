// Public keys for libcrypto, from the numbers that a JSON Web Key has.
//
// The keys are written as DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7)
// and read back: the one way that every libcrypto takes, from OpenSSL 1.1 on,
// and that checks that a point is on its curve.

#ifndef LOGOUT_PUBLIC_KEY_HPP
#define LOGOUT_PUBLIC_KEY_HPP

#include <cstddef>
#include <memory>
#include <string_view>

struct evp_pkey_st;  // EVP_PKEY

namespace logout {

struct PublicKeyRelease {
    void operator()(evp_pkey_st* key) const;
};

// Empty where a function gives none.
using PublicKey = std::unique_ptr<evp_pkey_st, PublicKeyRelease>;

// Modulus and exponent, big-endian (RFC 7518, section 6.3.1). 64 KiB at most.
PublicKey rsa_public_key(std::string_view modulus, std::string_view exponent);

// The coordinates of a point on P-256, 32 bytes each (RFC 7518, section
// 6.2.1).
PublicKey p256_public_key(std::string_view x, std::string_view y);

// 32 bytes (RFC 8037, section 2).
PublicKey ed25519_public_key(std::string_view x);

// The length of the modulus, or what the type has for it.
std::size_t key_bits(const PublicKey& key);

}  // namespace logout

#endif
