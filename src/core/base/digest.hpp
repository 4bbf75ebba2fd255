// Hashes and message authentication codes of session cookies.

#ifndef LOGOUT_DIGEST_HPP
#define LOGOUT_DIGEST_HPP

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory_resource>
#include <optional>
#include <string_view>

namespace logout {

enum class DigestAlgorithm { md5, sha1, sha256, sha512 };

// "sha1", "sha256" or "sha512", as in algorithm=; nothing for other words.
std::optional<DigestAlgorithm> digest_algorithm(std::string_view name);

// The longest digest, in bytes: SHA-512's.
constexpr std::size_t digest_max_size = 64;

struct DigestValue {
    std::array<char, digest_max_size> bytes;
    std::size_t size;

    std::string_view view() const { return {bytes.data(), size}; }
};

// A hash of what was added so far. A copy goes on independently: a beginning
// that is always the same is hashed once. Allocates nothing.
class Digest {
public:
    explicit Digest(DigestAlgorithm algorithm);
    Digest(const Digest& other) { *this = other; }
    Digest& operator=(const Digest& other);

    Digest& add(std::string_view bytes);

    // Ends the hash; this object is of no use afterwards.
    DigestValue finish();

    std::size_t block_size() const;

private:
    union State {
        MD5_CTX md5;
        SHA_CTX sha1;
        SHA256_CTX sha256;
        SHA512_CTX sha512;
    };

    DigestAlgorithm algorithm_;
    State state_;
};

// HMAC (RFC 2104) with the two blocks that depend only on the key hashed
// beforehand. Allocates nothing.
class HmacKey {
public:
    HmacKey(DigestAlgorithm algorithm, std::string_view key);

    // The code of the concatenated parts.
    DigestValue sign(std::initializer_list<std::string_view> parts) const;

private:
    Digest inner_;
    Digest outer_;
};

inline Digest& Digest::operator=(const Digest& other)
{
    algorithm_ = other.algorithm_;

    // the largest: the others are half as long, and one is copied per cookie
    if (algorithm_ == DigestAlgorithm::sha512) {
        state_.sha512 = other.state_.sha512;
    } else {
        static_assert(sizeof(SHA256_CTX) >= sizeof(SHA_CTX) &&
                      sizeof(SHA256_CTX) >= sizeof(MD5_CTX));
        std::memcpy(&state_, &other.state_, sizeof(SHA256_CTX));
    }
    return *this;
}

// Compares in a time that depends on the sizes only.
bool equal_secretly(std::string_view a, std::string_view b);

// Writes two lower-case hexadecimal digits per byte to `out`.
void hex_encode(std::string_view bytes, char* out);

// The same, in `memory`.
std::string_view hex_text(std::string_view bytes,
                          std::pmr::memory_resource* memory);

}  // namespace logout

#endif
