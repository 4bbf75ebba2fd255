#include "logout_session_signatures.hpp"

#include <array>
#include <optional>

namespace logout {

SignatureKeys::SignatureKeys(DigestAlgorithm algorithm,
                             const std::vector<std::string>& secrets)
{
    keys_.reserve(secrets.size());
    for (const std::string& secret : secrets) {
        keys_.emplace_back(algorithm, secret);
    }
}


bool SignatureKeys::verify(std::initializer_list<std::string_view> parts,
                           std::string_view code, Base64 alphabet) const
{
    std::array<char, base64_decoded_max(2 * digest_max_size)> bytes;

    if (base64_decoded_max(code.size()) > bytes.size()) {
        return false;
    }

    std::optional<std::size_t> size =
        base64_decode(code, alphabet, bytes.data());
    return size && verify(parts, std::string_view(bytes.data(), *size));
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
