// Whether the application signed a cookie: the secrets of one logout_session,
// ready to compute message authentication codes.

#ifndef LOGOUT_SESSION_SIGNATURES_HPP
#define LOGOUT_SESSION_SIGNATURES_HPP

#include "core/base/digest.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// How many secrets are tried. Each costs an HMAC for a forged cookie.
constexpr std::size_t session_secrets_max = 16;

// Keys in the order in which they are tried: the newest first.
class SignatureKeys {
public:
    SignatureKeys() = default;
    SignatureKeys(DigestAlgorithm algorithm,
                  const std::vector<std::string>& secrets);

    bool empty() const { return keys_.empty(); }

    // Whether `code`, which is raw bytes, is the code of the concatenated
    // `parts` under one of the keys.
    bool verify(std::initializer_list<std::string_view> parts,
                std::string_view code) const
    {
        for (const HmacKey& key : keys_) {
            if (equal_secretly(key.sign(parts).view(), code)) {
                return true;
            }
        }
        return false;
    }

    // The same with a code that is written in Base64, in either alphabet, with
    // padding or without.
    bool verify_base64(std::initializer_list<std::string_view> parts,
                       std::string_view code) const;

private:
    std::vector<HmacKey> keys_;
};

// What itsdangerous signs with (key_derivation="hmac"): the secrets, each made
// a key for the purpose that `salt` names.
std::vector<std::string>
itsdangerous_keys(const std::vector<std::string>& secrets,
                  std::string_view salt);

}  // namespace logout

#endif
