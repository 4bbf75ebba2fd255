#include "logout_jws_key.hpp"

#include "logout_base64.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <utility>

namespace logout {

namespace {

constexpr std::size_t rsa_min_bits = 2048;  // RFC 7518, section 3.3
constexpr std::size_t es256_number_size = 32;


struct Release {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};


using Context = std::unique_ptr<EVP_MD_CTX, Release>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Release>;


const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}


bool use_pss(EVP_PKEY_CTX* context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
               1;
}


// Two numbers of fixed length (RFC 7518, section 3.4) as libcrypto wants them,
// in DER. Empty if `signature` is not of that length.
std::string ecdsa_der(std::string_view signature)
{
    const EcdsaSignature numbers(ECDSA_SIG_new());
    unsigned char* encoded = nullptr;

    if (signature.size() != 2 * es256_number_size || !numbers) {
        return {};
    }

    ECDSA_SIG_set0(numbers.get(),
                   BN_bin2bn(bytes_of(signature), es256_number_size, nullptr),
                   BN_bin2bn(bytes_of(signature) + es256_number_size,
                             es256_number_size, nullptr));

    const int size = i2d_ECDSA_SIG(numbers.get(), &encoded);

    if (size <= 0) {
        return {};
    }

    std::string der(reinterpret_cast<const char*>(encoded),
                    static_cast<std::size_t>(size));
    OPENSSL_free(encoded);

    return der;
}


bool verify(JwsAlgorithm algorithm, EVP_PKEY* key, std::string_view input,
            std::string_view signature)
{
    const Context context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters;

    // Ed25519 has its digest built in
    const EVP_MD* const digest =
        algorithm == JwsAlgorithm::eddsa ? nullptr : EVP_sha256();

    if (!context || EVP_DigestVerifyInit(context.get(), &parameters, digest,
                                         nullptr, key) != 1) {
        return false;
    }

    if (algorithm == JwsAlgorithm::ps256 && !use_pss(parameters)) {
        return false;
    }

    return EVP_DigestVerify(context.get(), bytes_of(signature),
                            signature.size(), bytes_of(input),
                            input.size()) == 1;
}


std::string_view string_member(const json_t* object, const char* name)
{
    return json_string_member(object, name).value_or(std::string_view());
}


// The bytes of a Base64url member; empty if it is absent or something else.
std::string bytes_member(const json_t* jwk, const char* name)
{
    const std::string_view text = string_member(jwk, name);
    std::string bytes(base64_decoded_max(text.size()), '\0');

    bytes.resize(base64_decode(text, Base64::url, bytes.data()).value_or(0));

    return bytes;
}


std::string quoted(std::string_view text)
{
    return '"' + std::string(text) + '"';
}


JwsKeyOutcome pass_over(std::string reason)
{
    return {std::nullopt, std::move(reason), false};
}


JwsKeyOutcome fail(std::string reason)
{
    return {std::nullopt, std::move(reason), true};
}


JwsKeyOutcome accept(KeyType type, PublicKey key, const json_t* jwk)
{
    return {JwsKey(type, std::move(key), string_member(jwk, "kid"),
                   parse_jws_algorithm(string_member(jwk, "alg"))),
            {},
            false};
}


bool allows_verification(const json_t* operations)
{
    std::size_t i;
    const json_t* operation;

    json_array_foreach(operations, i, operation)
    {
        if (json_is_string(operation) &&
            json_string_view(operation) == "verify") {
            return true;
        }
    }

    return false;
}


// Why a key is not for this, whatever its type; empty if nothing speaks
// against it.
std::string other_purpose(const json_t* jwk)
{
    const std::string_view use = string_member(jwk, "use");
    const json_t* const operations = json_object_get(jwk, "key_ops");
    const std::string_view algorithm = string_member(jwk, "alg");

    if (!use.empty() && use != "sig") {
        return "its \"use\" is " + quoted(use) + ", not \"sig\"";
    }

    if (operations != nullptr && !allows_verification(operations)) {
        return "its \"key_ops\" do not have \"verify\"";
    }

    if (!algorithm.empty() && !parse_jws_algorithm(algorithm)) {
        return "its \"alg\" is " + quoted(algorithm) +
               ", not RS256, PS256, ES256 or EdDSA";
    }

    return {};
}


JwsKeyOutcome read_rsa_key(const json_t* jwk)
{
    PublicKey key =
        rsa_public_key(bytes_member(jwk, "n"), bytes_member(jwk, "e"));

    if (!key) {
        return fail("it is no valid RSA key");
    }

    if (key_bits(key) < rsa_min_bits) {
        return fail("an RSA key has 2048 bits at least (RFC 7518, section "
                    "3.3)");
    }

    return accept(KeyType::rsa, std::move(key), jwk);
}


JwsKeyOutcome read_ec_key(const json_t* jwk)
{
    const std::string_view curve = string_member(jwk, "crv");

    if (curve != "P-256") {
        return pass_over("its curve is " + quoted(curve) +
                         ", and ES256 has \"P-256\"");
    }

    PublicKey key =
        p256_public_key(bytes_member(jwk, "x"), bytes_member(jwk, "y"));

    if (!key) {
        return fail("it is no valid P-256 key");
    }

    return accept(KeyType::ec_p256, std::move(key), jwk);
}


JwsKeyOutcome read_okp_key(const json_t* jwk)
{
    const std::string_view curve = string_member(jwk, "crv");

    if (curve != "Ed25519") {
        return pass_over("its curve is " + quoted(curve) + ", not \"Ed25519\"");
    }

    PublicKey key = ed25519_public_key(bytes_member(jwk, "x"));

    if (!key) {
        return fail("it is no valid Ed25519 key");
    }

    return accept(KeyType::ed25519, std::move(key), jwk);
}

}  // namespace


std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name)
{
    if (name == "RS256") {
        return JwsAlgorithm::rs256;
    }

    if (name == "PS256") {
        return JwsAlgorithm::ps256;
    }

    if (name == "ES256") {
        return JwsAlgorithm::es256;
    }

    if (name == "EdDSA" || name == "Ed25519") {
        return JwsAlgorithm::eddsa;
    }

    return std::nullopt;
}


JwsKey::JwsKey(KeyType type, PublicKey key, std::string_view id,
               std::optional<JwsAlgorithm> only)
    : type_(type), key_(std::move(key)), id_(id), only_(only)
{
}


bool JwsKey::fits(JwsAlgorithm algorithm) const
{
    if (only_ && *only_ != algorithm) {
        return false;
    }

    switch (algorithm) {
    case JwsAlgorithm::rs256:
    case JwsAlgorithm::ps256:
        return type_ == KeyType::rsa;
    case JwsAlgorithm::es256:
        return type_ == KeyType::ec_p256;
    case JwsAlgorithm::eddsa:
        return type_ == KeyType::ed25519;
    }

    return false;
}


bool JwsKey::verifies(JwsAlgorithm algorithm, std::string_view input,
                      std::string_view signature) const
{
    if (!fits(algorithm)) {
        return false;
    }

    // nginx takes an error that is left behind for one of a TLS connection
    ERR_set_mark();
    const bool verified =
        algorithm == JwsAlgorithm::es256
            ? verify(algorithm, key_.get(), input, ecdsa_der(signature))
            : verify(algorithm, key_.get(), input, signature);
    ERR_pop_to_mark();

    return verified;
}


JwsKeyOutcome read_jws_key(const json_t* jwk)
{
    const std::string_view type = string_member(jwk, "kty");

    if (type == "oct") {
        return fail("it is symmetric: who can check a token with it can make "
                    "one");
    }

    if (json_object_get(jwk, "d") != nullptr) {
        return fail("it has a private part (\"d\"), which belongs to the "
                    "identity provider alone");
    }

    if (std::string reason = other_purpose(jwk); !reason.empty()) {
        return pass_over(std::move(reason));
    }

    if (type == "RSA") {
        return read_rsa_key(jwk);
    }

    if (type == "EC") {
        return read_ec_key(jwk);
    }

    if (type == "OKP") {
        return read_okp_key(jwk);
    }

    return pass_over("its \"kty\" is " + quoted(type) +
                     ", not \"RSA\", \"EC\" or \"OKP\"");
}

}  // namespace logout
