#include "core/url/ipv4.hpp"

#include "core/base/byte_classes.hpp"

#include <cstddef>

namespace logout {

namespace {

// Takes one number from the beginning of `text`.
bool read_octet(std::string_view& text, std::uint8_t& octet)
{
    unsigned value = 0;
    std::size_t digits = 0;

    while (digits < text.size() && digits < 4 && is_digit(text[digits])) {
        value = value * 10 + static_cast<unsigned>(text[digits] - '0');
        ++digits;
    }

    const bool zero_led = digits > 1 && text[0] == '0';
    if (digits == 0 || zero_led || value > 255) {
        return false;
    }
    octet = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    return true;
}

}  // namespace


bool parse_ipv4(std::string_view text, Ipv4Address& address)
{
    for (std::size_t i = 0; i < address.size(); ++i) {
        if (i > 0) {
            if (text.empty() || text[0] != '.') {
                return false;
            }
            text.remove_prefix(1);
        }
        if (!read_octet(text, address[i])) {
            return false;
        }
    }
    return text.empty();
}

}  // namespace logout
