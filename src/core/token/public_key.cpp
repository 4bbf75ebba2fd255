#include "core/token/public_key.hpp"

#include "core/token/openssl_errors.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace logout {

namespace {

constexpr std::size_t rsa_number_max_size = 16384 / 8;
constexpr std::size_t p256_number_size = 32;
constexpr std::size_t ed25519_signature_size = 64;
constexpr char uncompressed_point = '\x04';  // SEC 1, section 2.3.3


template <auto release>
struct Released {
    template <class T>
    void operator()(T* object) const
    {
        release(object);
    }
};


using Number = std::unique_ptr<BIGNUM, Released<BN_free>>;
using ParametersBuilder =
    std::unique_ptr<OSSL_PARAM_BLD, Released<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Released<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Released<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Released<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Released<ECDSA_SIG_free>>;


const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}


Number number(std::string_view big_endian)
{
    return Number(BN_bin2bn(bytes_of(big_endian),
                            static_cast<int>(big_endian.size()), nullptr));
}


std::string_view without_leading_zeros(std::string_view number)
{
    number.remove_prefix(
        std::min(number.find_first_not_of('\0'), number.size()));

    return number;
}


bool is_odd(std::string_view number)
{
    return !number.empty() && (number.back() & 1) != 0;
}


// RFC 8017, section 3.1: the product of odd primes, and an exponent that has
// no divisor in common with what is even. 1 would leave a message as it is.
bool is_rsa_key(std::string_view modulus, std::string_view exponent)
{
    return is_odd(modulus) && modulus.size() <= rsa_number_max_size &&
           is_odd(exponent) && exponent.size() <= modulus.size() &&
           exponent != "\x01";
}


EVP_PKEY* key_from(const char* type, OSSL_PARAM_BLD* builder)
{
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;

    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                          parameters.get()) != 1) {
        return nullptr;
    }

    return key;
}


// RFC 7518, section 3.5: the salt is as long as the hash, and the mask is made
// with the same hash.
bool set_pss(EVP_PKEY_CTX* context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
               1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}


// What an algorithm's signatures have beside its key: the digest, which is a
// part of EdDSA, and the padding, which is PKCS #1's unless it is said.
bool begin(EVP_MD_CTX* context, JwsAlgorithm algorithm, EVP_PKEY* key)
{
    const EVP_MD* const digest =
        algorithm == JwsAlgorithm::eddsa ? nullptr : EVP_sha256();
    EVP_PKEY_CTX* settings = nullptr;

    return EVP_DigestVerifyInit(context, &settings, digest, nullptr, key) ==
               1 &&
           (algorithm != JwsAlgorithm::ps256 || set_pss(settings));
}


// libcrypto's form of a signature: that of JWS, or, of the two numbers of an
// ES256 signature (RFC 7518, section 3.4), the DER of both.
std::string libcrypto_signature(JwsAlgorithm algorithm, std::string signature)
{
    if (algorithm != JwsAlgorithm::es256) {
        return signature;
    }

    const std::string_view numbers = signature;
    const EcdsaSignature pair(ECDSA_SIG_new());
    Number r = number(numbers.substr(0, p256_number_size));
    Number s = number(numbers.substr(p256_number_size));

    if (!pair || !r || !s ||
        ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
        return {};
    }

    r.release();
    s.release();

    std::string der(
        static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_ECDSA_SIG(pair.get(), &out);

    return der;
}


// In bytes: of the modulus (RFC 8017, section 8), or of two numbers.
std::size_t signature_size(KeyType type, const EVP_PKEY* key)
{
    switch (type) {
    case KeyType::rsa:
        return static_cast<std::size_t>(EVP_PKEY_get_size(key));
    case KeyType::ec_p256:
        return 2 * p256_number_size;
    case KeyType::ed25519:
        return ed25519_signature_size;
    }

    return 0;
}

}  // namespace


KeyType key_type(JwsAlgorithm algorithm)
{
    switch (algorithm) {
    case JwsAlgorithm::rs256:
    case JwsAlgorithm::ps256:
        return KeyType::rsa;
    case JwsAlgorithm::es256:
        return KeyType::ec_p256;
    case JwsAlgorithm::eddsa:
        break;
    }

    return KeyType::ed25519;
}


void PublicKey::Release::operator()(evp_pkey_st* key) const
{
    EVP_PKEY_free(key);
}


std::optional<PublicKey> PublicKey::own(KeyType type, evp_pkey_st* key)
{
    if (key == nullptr) {
        return std::nullopt;
    }

    return PublicKey(type, key);
}


std::optional<PublicKey> PublicKey::rsa(std::string_view modulus,
                                        std::string_view exponent)
{
    const OpensslErrorsForgotten errors;
    const std::string_view n = without_leading_zeros(modulus);
    const std::string_view e = without_leading_zeros(exponent);

    if (!is_rsa_key(n, e)) {
        return std::nullopt;
    }

    const ParametersBuilder builder(OSSL_PARAM_BLD_new());
    const Number n_number = number(n);
    const Number e_number = number(e);

    if (!builder || !n_number || !e_number ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N,
                               n_number.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E,
                               e_number.get()) != 1) {
        return std::nullopt;
    }

    return own(KeyType::rsa, key_from("RSA", builder.get()));
}


std::optional<PublicKey> PublicKey::p256(std::string_view x, std::string_view y)
{
    const OpensslErrorsForgotten errors;

    if (x.size() != p256_number_size || y.size() != p256_number_size) {
        return std::nullopt;
    }

    const ParametersBuilder builder(OSSL_PARAM_BLD_new());
    const std::string point =
        std::string(1, uncompressed_point).append(x).append(y);

    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(
            builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                         point.data(), point.size()) != 1) {
        return std::nullopt;
    }

    return own(KeyType::ec_p256, key_from("EC", builder.get()));
}


std::optional<PublicKey> PublicKey::ed25519(std::string_view x)
{
    const OpensslErrorsForgotten errors;

    return own(KeyType::ed25519,
               EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                           bytes_of(x), x.size()));
}


bool PublicKey::verifies(JwsAlgorithm algorithm, const CompactJws& jws) const
{
    if (type_ != key_type(algorithm)) {
        return false;
    }

    const OpensslErrorsForgotten errors;
    std::optional<std::string> signature =
        jws.decode_signature(signature_size(type_, key_.get()));

    if (!signature) {
        return false;
    }

    const std::string made =
        libcrypto_signature(algorithm, std::move(*signature));
    const DigestContext context(EVP_MD_CTX_new());
    const std::string_view input = jws.signing_input();

    return context && begin(context.get(), algorithm, key_.get()) &&
           EVP_DigestVerify(context.get(), bytes_of(made), made.size(),
                            bytes_of(input), input.size()) == 1;
}

}  // namespace logout
