#include "core/token/jws_compact.hpp"

#include "core/base/base64.hpp"

#include <algorithm>

namespace logout {

std::optional<CompactJws> CompactJws::split(std::string_view token)
{
    if (std::count(token.begin(), token.end(), '.') != 2) {
        return std::nullopt;
    }

    const std::size_t first = token.find('.');
    const std::size_t second = token.find('.', first + 1);
    CompactJws jws;

    jws.token_ = token;
    jws.header_ = token.substr(0, first);
    jws.payload_ = token.substr(first + 1, second - first - 1);
    jws.signature_ = token.substr(second + 1);

    return jws;
}


std::string_view CompactJws::signing_input() const
{
    return token_.substr(0, token_.size() - signature_.size() - 1);
}


std::optional<std::string> CompactJws::decode_signature(std::size_t size) const
{
    std::string bytes(base64_decoded_max(signature_.size()), '\0');

    if (signature_.size() != base64_encoded_size(size) ||
        base64_decode(signature_, Base64::url, bytes.data()) != size) {
        return std::nullopt;
    }

    bytes.resize(size);

    return bytes;
}

}  // namespace logout
