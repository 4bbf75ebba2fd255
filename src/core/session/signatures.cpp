#include "core/session/signatures.hpp"

#include "core/base/base64.hpp"

#include <array>

namespace logout {

namespace {

// Whether `text` is what an encoder writes for `bytes`, a digest. Encoding
// takes half as long as decoding, and there is nothing to check.
bool is_base64_of(std::string_view text, std::string_view bytes)
{
    std::array<char, base64_encoded_size(digest_max_size)> buffer;
    const std::size_t size = base64_encoded_size(bytes.size());

    for (const Base64 alphabet : {Base64::standard, Base64::url}) {
        base64_encode(bytes, alphabet, buffer.data());
        if (equal_secretly({buffer.data(), size}, text)) {
            return true;
        }
    }
    return false;
}

}  // namespace


SignatureKeys::SignatureKeys(DigestAlgorithm algorithm,
                             const std::vector<std::string>& secrets)
{
    keys_.reserve(secrets.size());
    for (const std::string& secret : secrets) {
        keys_.emplace_back(algorithm, secret);
    }
}


bool SignatureKeys::verify_base64(std::initializer_list<std::string_view> parts,
                                  std::string_view code) const
{
    if (!strip_base64_padding(code)) {
        return false;
    }
    for (const HmacKey& key : keys_) {
        if (is_base64_of(code, key.sign(parts).view())) {
            return true;
        }
    }
    return false;
}


std::vector<std::string>
itsdangerous_keys(const std::vector<std::string>& secrets,
                  std::string_view salt)
{
    std::vector<std::string> keys;

    for (const std::string& secret : secrets) {
        DigestValue key = HmacKey(DigestAlgorithm::sha1, secret).sign({salt});
        keys.emplace_back(key.view());
    }
    return keys;
}

}  // namespace logout
