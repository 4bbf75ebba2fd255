// Well-formed UTF-8 (RFC 3629, Unicode 3.9 table 3-7).

#ifndef LOGOUT_UTF8_HPP
#define LOGOUT_UTF8_HPP

#include <cstddef>
#include <string_view>

namespace logout {

// One code point and the number of bytes that spell it; `size` is 0 where the
// text is not well-formed: a stray or missing continuation byte, an overlong
// form, a surrogate, or a value beyond U+10FFFF.
struct Utf8Sequence {
    char32_t code_point = 0;
    std::size_t size = 0;
};

// Reads the code point that `text` begins with.
Utf8Sequence read_utf8(std::string_view text);

}  // namespace logout

#endif
