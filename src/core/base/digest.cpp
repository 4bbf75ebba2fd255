// The keyed state of an HMAC is a plain value here, copied per cookie. OpenSSL
// 3's EVP interface allocates for each copy, which costs several times the
// hash; the functions that do not are called deprecated there, and kept.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/base/digest.hpp"

#include <openssl/crypto.h>

#include <cstdint>
#include <cstring>

namespace logout {

namespace {

using Block = std::array<char, SHA512_CBLOCK>;

// The key as HMAC uses it: hashed if longer than a block, filled with zeros.
Block key_block(DigestAlgorithm algorithm, std::string_view key,
                std::size_t block_size)
{
    Block block{};

    if (key.size() <= block_size) {
        std::memcpy(block.data(), key.data(), key.size());
    } else {
        DigestValue hashed = Digest(algorithm).add(key).finish();
        std::memcpy(block.data(), hashed.bytes.data(), hashed.size);
    }
    return block;
}


void add_padded(Digest& digest, const Block& key, std::size_t size, char pad)
{
    Block padded;

    for (std::size_t i = 0; i < size; i++) {
        padded[i] = static_cast<char>(key[i] ^ pad);
    }
    digest.add({padded.data(), size});
    OPENSSL_cleanse(padded.data(), padded.size());
}


unsigned char* bytes_of(DigestValue& value)
{
    return reinterpret_cast<unsigned char*>(value.bytes.data());
}


// The bits in which eight bytes from `i` on differ.
std::uint64_t difference_at(std::size_t i, std::string_view a,
                            std::string_view b)
{
    std::uint64_t in_a;
    std::uint64_t in_b;

    std::memcpy(&in_a, a.data() + i, sizeof(in_a));
    std::memcpy(&in_b, b.data() + i, sizeof(in_b));
    return in_a ^ in_b;
}


// The same value, of which the compiler knows nothing: it cannot find out that
// the first bytes that differ decide, and return then.
std::uint64_t hidden(std::uint64_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

}  // namespace


std::optional<DigestAlgorithm> digest_algorithm(std::string_view name)
{
    if (name == "sha1") {
        return DigestAlgorithm::sha1;
    }
    if (name == "sha256") {
        return DigestAlgorithm::sha256;
    }
    if (name == "sha512") {
        return DigestAlgorithm::sha512;
    }
    return std::nullopt;
}


Digest::Digest(DigestAlgorithm algorithm) : algorithm_(algorithm)
{
    switch (algorithm_) {
    case DigestAlgorithm::md5:
        MD5_Init(&state_.md5);
        break;
    case DigestAlgorithm::sha1:
        SHA1_Init(&state_.sha1);
        break;
    case DigestAlgorithm::sha256:
        SHA256_Init(&state_.sha256);
        break;
    case DigestAlgorithm::sha512:
        SHA512_Init(&state_.sha512);
        break;
    }
}


Digest& Digest::add(std::string_view bytes)
{
    switch (algorithm_) {
    case DigestAlgorithm::md5:
        MD5_Update(&state_.md5, bytes.data(), bytes.size());
        break;
    case DigestAlgorithm::sha1:
        SHA1_Update(&state_.sha1, bytes.data(), bytes.size());
        break;
    case DigestAlgorithm::sha256:
        SHA256_Update(&state_.sha256, bytes.data(), bytes.size());
        break;
    case DigestAlgorithm::sha512:
        SHA512_Update(&state_.sha512, bytes.data(), bytes.size());
        break;
    }
    return *this;
}


DigestValue Digest::finish()
{
    DigestValue value;

    switch (algorithm_) {
    case DigestAlgorithm::md5:
        MD5_Final(bytes_of(value), &state_.md5);
        value.size = MD5_DIGEST_LENGTH;
        break;
    case DigestAlgorithm::sha1:
        SHA1_Final(bytes_of(value), &state_.sha1);
        value.size = SHA_DIGEST_LENGTH;
        break;
    case DigestAlgorithm::sha256:
        SHA256_Final(bytes_of(value), &state_.sha256);
        value.size = SHA256_DIGEST_LENGTH;
        break;
    case DigestAlgorithm::sha512:
        SHA512_Final(bytes_of(value), &state_.sha512);
        value.size = SHA512_DIGEST_LENGTH;
        break;
    }
    return value;
}


std::size_t Digest::block_size() const
{
    return algorithm_ == DigestAlgorithm::sha512 ? SHA512_CBLOCK : SHA_CBLOCK;
}


HmacKey::HmacKey(DigestAlgorithm algorithm, std::string_view key)
    : inner_(algorithm), outer_(algorithm)
{
    std::size_t size = inner_.block_size();
    Block block = key_block(algorithm, key, size);

    add_padded(inner_, block, size, 0x36);
    add_padded(outer_, block, size, 0x5c);
    OPENSSL_cleanse(block.data(), block.size());
}


DigestValue HmacKey::sign(std::initializer_list<std::string_view> parts) const
{
    Digest inner = inner_;
    for (std::string_view part : parts) {
        inner.add(part);
    }

    Digest outer = outer_;
    return outer.add(inner.finish().view()).finish();
}


// Eight bytes a turn: CRYPTO_memcmp() looks at one, which takes longer than all
// else of checking a signature but its hashes.
bool equal_secretly(std::string_view a, std::string_view b)
{
    const std::size_t size = a.size();
    std::uint64_t difference = 0;

    if (size != b.size()) {
        return false;
    }
    if (size < sizeof(difference)) {
        return CRYPTO_memcmp(a.data(), b.data(), size) == 0;
    }
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        difference = hidden(difference | difference_at(i, a, b));
    }
    // the last eight, some of them for the second time
    return hidden(difference | difference_at(size - 8, a, b)) == 0;
}


void hex_encode(std::string_view bytes, char* out)
{
    constexpr char digits[] = "0123456789abcdef";

    for (char c : bytes) {
        unsigned char byte = static_cast<unsigned char>(c);
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 0x0f];
    }
}


std::string_view hex_text(std::string_view bytes,
                          std::pmr::memory_resource* memory)
{
    const std::size_t size = 2 * bytes.size();
    char* const text = static_cast<char*>(memory->allocate(size, 1));

    hex_encode(bytes, text);
    return {text, size};
}

}  // namespace logout
