// "%" and two hexadecimal digits, in forms and in cookies.

#ifndef LOGOUT_PERCENT_ENCODING_HPP
#define LOGOUT_PERCENT_ENCODING_HPP

#include "core/base/byte_classes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout {

// The length of an escape.
constexpr std::size_t percent_escape_size = 3;

using HexValues = std::array<std::int8_t, 256>;

constexpr HexValues make_hex_values()
{
    HexValues values{};

    for (std::size_t byte = 0; byte < values.size(); ++byte) {
        values[byte] =
            static_cast<std::int8_t>(hex_value(static_cast<char>(byte)));
    }

    return values;
}


// The byte that the escape at the beginning of `text` stands for. A negative
// number if "%" is not followed by two hexadecimal digits.
inline int percent_octet(std::string_view text)
{
    static constexpr HexValues values = make_hex_values();

    if (text.size() < percent_escape_size) {
        return -1;
    }

    const std::int8_t high = values[static_cast<unsigned char>(text[1])];
    const std::int8_t low = values[static_cast<unsigned char>(text[2])];

    return (high | low) < 0 ? -1 : static_cast<std::uint8_t>(high << 4 | low);
}

}  // namespace logout

#endif
