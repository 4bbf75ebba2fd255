#include "core/token/jws_ed25519.hpp"

#include "core/base/base64.hpp"
#include "core/token/openssl_errors.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <utility>

namespace logout {

namespace {

constexpr std::size_t signature_size = 64;
constexpr std::size_t signature_length = base64_encoded_size(signature_size);


struct ReleaseContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};


const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace


void Ed25519Key::Release::operator()(evp_pkey_st* key) const
{
    EVP_PKEY_free(key);
}


std::optional<Ed25519Key> Ed25519Key::read(std::string_view x)
{
    const OpensslErrorsForgotten errors;
    Ed25519Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                               bytes_of(x), x.size()));

    return key.key_ ? std::make_optional(std::move(key)) : std::nullopt;
}


bool Ed25519Key::verifies(const CompactJws& jws) const
{
    std::array<char, base64_decoded_max(signature_length)> signature;

    if (jws.signature().size() != signature_length ||
        base64_decode(jws.signature(), Base64::url, signature.data()) !=
            signature_size) {
        return false;
    }

    const OpensslErrorsForgotten errors;
    const std::unique_ptr<EVP_MD_CTX, ReleaseContext> context(EVP_MD_CTX_new());
    const std::string_view input = jws.signing_input();

    // the digest is a part of the algorithm
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                                key_.get()) == 1 &&
           EVP_DigestVerify(context.get(),
                            bytes_of({signature.data(), signature_size}),
                            signature_size, bytes_of(input), input.size()) == 1;
}

}  // namespace logout
