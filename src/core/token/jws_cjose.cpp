#include "core/token/jws_cjose.hpp"

#include "core/base/base64.hpp"
#include "core/token/openssl_errors.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace logout {

namespace {

constexpr std::size_t rsa_number_max_size = 16384 / 8;
constexpr std::size_t p256_coordinate_size = 32;


struct Release {
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};


using ImportedJws = std::unique_ptr<cjose_jws_t, Release>;


std::uint8_t* bytes_of(std::string& text)
{
    return reinterpret_cast<std::uint8_t*>(text.data());
}


std::string without_leading_zeros(std::string_view number)
{
    number.remove_prefix(
        std::min(number.find_first_not_of('\0'), number.size()));

    return std::string(number);
}


bool is_odd(const std::string& number)
{
    return !number.empty() && (number.back() & 1) != 0;
}


// RFC 8017, section 3.1: the product of odd primes, and an exponent that has
// no divisor in common with what is even. 1 would leave a message as it is.
bool is_rsa_key(const std::string& modulus, const std::string& exponent)
{
    return is_odd(modulus) && modulus.size() <= rsa_number_max_size &&
           is_odd(exponent) && exponent.size() <= modulus.size() &&
           exponent != "\x01";
}


// The length of a key's signatures in Base64url: of the modulus (RFC 8017,
// section 8), or of two coordinates (RFC 7518, section 3.4).
std::size_t signature_length(const cjose_jwk_t* key)
{
    const std::size_t size = cjose_jwk_get_keysize(key, nullptr) / 8;
    const bool is_rsa = cjose_jwk_get_kty(key, nullptr) == CJOSE_JWK_KTY_RSA;

    return base64_encoded_size(is_rsa ? size : 2 * size);
}


bool is_decodable(const CompactJws& jws)
{
    return is_base64url(jws.header()) && is_base64url(jws.payload()) &&
           is_base64url(jws.signature());
}


std::optional<JwsAlgorithm> algorithm_of(cjose_jws_t* jws)
{
    const char* const name =
        cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, nullptr);

    return name == nullptr ? std::nullopt : parse_jws_algorithm(name);
}

}  // namespace


std::optional<CjoseKey> CjoseKey::own(cjose_jwk_t* key)
{
    if (key == nullptr) {
        return std::nullopt;
    }

    return CjoseKey(key);
}


std::optional<CjoseKey> CjoseKey::rsa(std::string_view modulus,
                                      std::string_view exponent)
{
    const OpensslErrorsForgotten errors;
    std::string n = without_leading_zeros(modulus);
    std::string e = without_leading_zeros(exponent);
    cjose_jwk_rsa_keyspec numbers{};

    if (!is_rsa_key(n, e)) {
        return std::nullopt;
    }

    numbers.n = bytes_of(n);
    numbers.nlen = n.size();
    numbers.e = bytes_of(e);
    numbers.elen = e.size();

    return own(cjose_jwk_create_RSA_spec(&numbers, nullptr));
}


std::optional<CjoseKey> CjoseKey::p256(std::string_view x, std::string_view y)
{
    const OpensslErrorsForgotten errors;
    std::string coordinates = std::string(x).append(y);
    cjose_jwk_ec_keyspec point{};

    if (x.size() != p256_coordinate_size || y.size() != p256_coordinate_size) {
        return std::nullopt;
    }

    point.crv = CJOSE_JWK_EC_P_256;
    point.x = bytes_of(coordinates);
    point.xlen = x.size();
    point.y = point.x + point.xlen;
    point.ylen = y.size();

    return own(cjose_jwk_create_EC_spec(&point, nullptr));
}


bool CjoseKey::verifies(JwsAlgorithm algorithm, const CompactJws& jws) const
{
    if (!is_decodable(jws) ||
        jws.signature().size() != signature_length(key_.get())) {
        return false;
    }

    const OpensslErrorsForgotten errors;
    const std::string_view token = jws.token();
    const ImportedJws imported(
        cjose_jws_import(token.data(), token.size(), nullptr));

    return imported && algorithm_of(imported.get()) == algorithm &&
           cjose_jws_verify(imported.get(), key_.get(), nullptr);
}

}  // namespace logout
