// Laravel's encrypted cookies (Illuminate\Encryption\Encrypter, and the prefix
// of Illuminate\Cookie\CookieValuePrefix).

#ifndef LOGOUT_SESSION_LARAVEL_HPP
#define LOGOUT_SESSION_LARAVEL_HPP

#include "core/base/digest.hpp"
#include "core/session/transforms.hpp"

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace logout {

// The members of the JSON object in such a cookie.
struct LaravelEnvelope {
    std::string_view iv;     // Base64
    std::string_view value;  // Base64: what is encrypted
    std::string_view mac;    // hexadecimal; empty for GCM
    std::string_view tag;    // Base64; empty for CBC
};

// Reads the object from its JSON, which json_encode() wrote: strings only,
// nothing escaped but "/". Nothing if it is anything else.
std::optional<LaravelEnvelope> laravel_envelope(std::string_view json,
                                                SessionScratch& scratch);

// One APP_KEY, for one cookie.
class LaravelKey {
public:
    // `secret` as in .env: "base64:" and a key, or the key itself; 16 bytes
    // (AES-128) or 32 (AES-256). Nothing if it is neither.
    static std::optional<LaravelKey> parse(std::string_view secret,
                                           std::string_view cookie_name);

    // What the application put into the cookie; nothing if it did not, with
    // this key and under this name. Allocates only within OpenSSL.
    std::optional<std::string_view> open(const LaravelEnvelope& envelope,
                                         SessionScratch& scratch) const;

private:
    struct FreeCipher {
        void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
    };
    using Cipher = std::unique_ptr<EVP_CIPHER, FreeCipher>;

    LaravelKey(std::string key, std::string_view cookie_name);

    std::optional<std::string_view> open_cbc(const LaravelEnvelope& envelope,
                                             SessionScratch& scratch) const;
    std::optional<std::string_view> open_gcm(const LaravelEnvelope& envelope,
                                             SessionScratch& scratch) const;
    std::optional<std::string_view>
    open(const EVP_CIPHER* cipher, std::size_t iv_size, std::string_view tag,
         const LaravelEnvelope& envelope, SessionScratch& scratch) const;

    std::string key_;
    HmacKey mac_key_;
    std::string name_proof_;  // begins what is encrypted
    Cipher cbc_;              // fetched once: a look-up takes a lock
    Cipher gcm_;
};

}  // namespace logout

#endif
