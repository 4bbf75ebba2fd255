#include "core/token/jws_key.hpp"

#include "core/base/base64.hpp"

#include <utility>

namespace logout {

namespace {

constexpr std::size_t rsa_min_bits = 2048;  // RFC 7518, section 3.3


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


JwsKeyOutcome accept(PublicKey key, const json_t* jwk)
{
    return {JwsKey(std::move(key), string_member(jwk, "kid"),
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


std::size_t bit_length(std::string_view big_endian)
{
    const std::size_t first = big_endian.find_first_not_of('\0');

    if (first == std::string_view::npos) {
        return 0;
    }

    std::size_t bits = 8 * (big_endian.size() - first - 1);

    for (auto top = static_cast<unsigned char>(big_endian[first]); top != 0;
         top >>= 1) {
        bits++;
    }

    return bits;
}


JwsKeyOutcome read_rsa_key(const json_t* jwk)
{
    const std::string modulus = bytes_member(jwk, "n");

    if (!modulus.empty() && bit_length(modulus) < rsa_min_bits) {
        return fail("an RSA key has 2048 bits at least (RFC 7518, section "
                    "3.3)");
    }

    std::optional<PublicKey> key =
        PublicKey::rsa(modulus, bytes_member(jwk, "e"));

    if (!key) {
        return fail("it is no valid RSA key");
    }

    return accept(std::move(*key), jwk);
}


JwsKeyOutcome read_ec_key(const json_t* jwk)
{
    const std::string_view curve = string_member(jwk, "crv");

    if (curve != "P-256") {
        return pass_over("its curve is " + quoted(curve) +
                         ", and ES256 has \"P-256\"");
    }

    std::optional<PublicKey> key =
        PublicKey::p256(bytes_member(jwk, "x"), bytes_member(jwk, "y"));

    if (!key) {
        return fail("it is no valid P-256 key");
    }

    return accept(std::move(*key), jwk);
}


JwsKeyOutcome read_okp_key(const json_t* jwk)
{
    const std::string_view curve = string_member(jwk, "crv");

    if (curve != "Ed25519") {
        return pass_over("its curve is " + quoted(curve) + ", not \"Ed25519\"");
    }

    std::optional<PublicKey> key = PublicKey::ed25519(bytes_member(jwk, "x"));

    if (!key) {
        return fail("it is no valid Ed25519 key");
    }

    return accept(std::move(*key), jwk);
}

}  // namespace


JwsKey::JwsKey(PublicKey key, std::string_view id,
               std::optional<JwsAlgorithm> only)
    : key_(std::move(key)), id_(id), only_(only)
{
}


bool JwsKey::fits(JwsAlgorithm algorithm) const
{
    return (!only_ || *only_ == algorithm) && type() == key_type(algorithm);
}


bool JwsKey::verifies(JwsAlgorithm algorithm, const CompactJws& jws) const
{
    return fits(algorithm) && key_.verifies(algorithm, jws);
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
