// Base64 as session cookies use it (RFC 4648, sections 4 and 5).

#ifndef LOGOUT_BASE64_HPP
#define LOGOUT_BASE64_HPP

#include <cstddef>
#include <optional>
#include <string_view>

namespace logout {

enum class Base64 {
    standard,  // "+" and "/"
    url,       // "-" and "_"
};

// The most bytes that `length` characters of Base64 decode to.
constexpr std::size_t base64_decoded_max(std::size_t length)
{
    return length / 4 * 3 + 3;
}

// How many characters base64_encode() writes for `length` bytes.
constexpr std::size_t base64_encoded_size(std::size_t length)
{
    return (length * 4 + 2) / 3;
}

// Decodes `text` to `out`, which has room for base64_decoded_max() bytes and
// may be the memory of `text`. Padding may be left out, but not be wrong; a
// byte outside the alphabet, or bits that an encoder would not have written,
// give nothing. Returns the number of bytes.
std::optional<std::size_t> base64_decode(std::string_view text, Base64 alphabet,
                                         char* out);

// Whether an encoder could have written `text` in the URL alphabet without
// padding: what base64_decode() takes, without "=".
bool is_base64url(std::string_view text);

// Writes `bytes` to `out` without padding.
void base64_encode(std::string_view bytes, Base64 alphabet, char* out);

// Takes the padding off the end of `text`. False if there is some, and it is
// not the right one.
inline bool strip_base64_padding(std::string_view& text)
{
    const std::size_t length = text.size();

    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    const std::size_t padding = length - text.size();
    return padding == 0 || (padding <= 2 && length % 4 == 0);
}

}  // namespace logout

#endif
