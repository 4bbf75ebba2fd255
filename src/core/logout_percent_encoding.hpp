// Undoing percent-encoding, in forms and in cookies.

#ifndef LOGOUT_PERCENT_ENCODING_HPP
#define LOGOUT_PERCENT_ENCODING_HPP

#include "logout_url_bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace logout {

enum class Plus {
    is_plus,   // as in cookies
    is_space,  // as in forms
};

namespace percent_encoding {

// Eight bytes that are looked at together.
using Bytes [[gnu::vector_size(8)]] = std::uint8_t;

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


// The byte that two hexadecimal digits stand for, or a negative number.
inline int hex_octet(const char* digits)
{
    static constexpr HexValues values = make_hex_values();
    const std::int8_t high = values[static_cast<unsigned char>(digits[0])];
    const std::int8_t low = values[static_cast<unsigned char>(digits[1])];

    return (high | low) < 0 ? -1 : high << 4 | low;
}


template <Plus plus>
bool is_encoded(char byte)
{
    return byte == '%' || (plus == Plus::is_space && byte == '+');
}


// Bits that are set in each byte that is encoded.
template <Plus plus>
std::uint64_t encoded_bytes(Bytes bytes)
{
    auto found = bytes == '%';
    if constexpr (plus == Plus::is_space) {
        found |= bytes == '+';
    }

    std::uint64_t bits;
    static_assert(sizeof(found) == sizeof(bits));
    std::memcpy(&bits, &found, sizeof(bits));
    return bits;
}


// How many bytes in memory come before the first with a bit in `bits`.
inline std::size_t bytes_before(std::uint64_t bits)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return static_cast<std::size_t>(__builtin_ctzll(bits)) / 8;
#else
    return static_cast<std::size_t>(__builtin_clzll(bits)) / 8;
#endif
}


// Copies what stands before the first encoded byte, and moves both pointers
// behind it. Eight bytes a turn: this is where the time of decoding goes. There
// is room for them, because `out` is never ahead of `in`.
template <Plus plus>
void copy_plain(const char*& in, const char* end, char*& out)
{
    while (end - in >= 8) {
        Bytes bytes;

        std::memcpy(&bytes, in, sizeof(bytes));
        std::memcpy(out, &bytes, sizeof(bytes));

        const std::uint64_t encoded = encoded_bytes<plus>(bytes);
        const std::size_t plain = encoded == 0 ? 8 : bytes_before(encoded);

        in += plain;
        out += plain;
        if (encoded != 0) {
            return;
        }
    }

    while (in != end && !is_encoded<plus>(*in)) {
        *out++ = *in++;
    }
}

}  // namespace percent_encoding


// Decodes to `start`, which has room for as many bytes as `encoded` has.
// Returns how many were written; nothing for a "%" without two hexadecimal
// digits. In the header, because a call would cost as much as the decoding.
template <Plus plus>
std::optional<std::size_t> percent_decode(std::string_view encoded,
                                          char* const start)
{
    const char* in = encoded.data();
    const char* const end = in + encoded.size();
    char* out = start;

    while (in != end) {
        if (*in == '%') {
            const int octet =
                end - in < 3 ? -1 : percent_encoding::hex_octet(in + 1);
            if (octet < 0) {
                return std::nullopt;
            }
            *out++ = static_cast<char>(octet);
            in += 3;

        } else if (percent_encoding::is_encoded<plus>(*in)) {
            *out++ = ' ';
            ++in;

        } else {
            percent_encoding::copy_plain<plus>(in, end, out);
        }
    }

    return static_cast<std::size_t>(out - start);
}

}  // namespace logout

#endif
