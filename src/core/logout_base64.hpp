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
    either,    // any of the four: for signatures, whose bytes are compared
};

// The most bytes that `length` characters of Base64 decode to.
constexpr std::size_t base64_decoded_max(std::size_t length)
{
    return length / 4 * 3 + 3;
}

// How many characters base64url_encode() writes for `length` bytes.
constexpr std::size_t base64url_encoded_size(std::size_t length)
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

// Writes `bytes` to `out` in the URL alphabet without padding.
void base64url_encode(std::string_view bytes, char* out);

}  // namespace logout

#endif
