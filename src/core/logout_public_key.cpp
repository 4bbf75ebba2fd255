#include "logout_public_key.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>

namespace logout {

namespace {

using namespace std::literals;

constexpr char tag_integer = 0x02;
constexpr char tag_bit_string = 0x03;
constexpr char tag_sequence = 0x30;

constexpr std::size_t p256_coordinate_size = 32;
constexpr std::size_t ed25519_key_size = 32;
constexpr std::size_t rsa_number_max_size = 65536;

// AlgorithmIdentifiers: rsaEncryption with NULL (RFC 8017, appendix A.1),
// id-ecPublicKey with prime256v1 (RFC 5480), id-Ed25519 (RFC 8410).
constexpr std::string_view rsa_algorithm =
    "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv;
constexpr std::string_view p256_algorithm =
    "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"sv;
constexpr std::string_view ed25519_algorithm = "\x30\x05\x06\x03\x2b\x65\x70"sv;


std::string der_length(std::size_t length)
{
    std::string bytes;

    if (length < 0x80) {
        return std::string(1, static_cast<char>(length));
    }

    for (; length > 0; length >>= 8) {
        bytes.insert(bytes.begin(), static_cast<char>(length & 0xff));
    }

    return static_cast<char>(0x80 | bytes.size()) + bytes;
}


std::string der(char tag, std::string_view content)
{
    return (tag + der_length(content.size())).append(content);
}


std::string der_integer(std::string_view big_endian)
{
    const std::size_t first = big_endian.find_first_not_of('\0');

    if (first == std::string_view::npos) {
        return der(tag_integer, "\0"sv);
    }

    std::string content(big_endian.substr(first));

    if ((content.front() & 0x80) != 0) {
        content.insert(content.begin(), '\0');
    }

    return der(tag_integer, content);
}


PublicKey read_public_key(std::string_view algorithm, std::string_view key)
{
    const std::string info =
        der(tag_sequence,
            std::string(algorithm) +
                der(tag_bit_string, std::string(1, '\0').append(key)));
    auto bytes = reinterpret_cast<const unsigned char*>(info.data());

    // nginx takes an error that is left behind for one of a TLS connection
    ERR_set_mark();
    PublicKey read(d2i_PUBKEY(nullptr, &bytes, static_cast<long>(info.size())));
    ERR_pop_to_mark();

    return read;
}

}  // namespace


void PublicKeyRelease::operator()(evp_pkey_st* key) const
{
    EVP_PKEY_free(key);
}


PublicKey rsa_public_key(std::string_view modulus, std::string_view exponent)
{
    if (modulus.empty() || modulus.size() > rsa_number_max_size ||
        exponent.empty() || exponent.size() > rsa_number_max_size) {
        return nullptr;
    }

    return read_public_key(
        rsa_algorithm,
        der(tag_sequence, der_integer(modulus) + der_integer(exponent)));
}


PublicKey p256_public_key(std::string_view x, std::string_view y)
{
    if (x.size() != p256_coordinate_size || y.size() != p256_coordinate_size) {
        return nullptr;
    }

    // 4: both coordinates follow (SEC 1, section 2.3.3)
    return read_public_key(p256_algorithm,
                           std::string(1, 4).append(x).append(y));
}


PublicKey ed25519_public_key(std::string_view x)
{
    if (x.size() != ed25519_key_size) {
        return nullptr;
    }

    return read_public_key(ed25519_algorithm, x);
}


std::size_t key_bits(const PublicKey& key)
{
    return static_cast<std::size_t>(EVP_PKEY_bits(key.get()));
}

}  // namespace logout
