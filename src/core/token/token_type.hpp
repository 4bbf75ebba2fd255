// The "typ" of a token's header (RFC 7515, section 4.1.9).

#ifndef LOGOUT_TOKEN_TYPE_HPP
#define LOGOUT_TOKEN_TYPE_HPP

#include <algorithm>
#include <string_view>

namespace logout {

// Whether `type` is the media type application/NAME, also where "application/"
// is left out. `name` is in lower case; the case of `type` does not matter.
inline bool is_token_type(std::string_view type, std::string_view name)
{
    constexpr std::string_view tree = "application/";
    const auto is_same = [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b;
    };

    if (type.size() == tree.size() + name.size() &&
        std::equal(tree.begin(), tree.end(), type.begin(),
                   [&](char a, char b) { return is_same(b, a); })) {
        type.remove_prefix(tree.size());
    }

    return type.size() == name.size() &&
           std::equal(type.begin(), type.end(), name.begin(), is_same);
}

}  // namespace logout

#endif
