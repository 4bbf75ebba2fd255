#include "logout_form_encoding.hpp"

#include "logout_url_bytes.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace logout {

namespace {

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


constexpr HexValues hex_values = make_hex_values();


// The byte that two hexadecimal digits stand for, or a negative number.
int hex_octet(const char* digits)
{
    const std::int8_t high = hex_values[static_cast<unsigned char>(digits[0])];
    const std::int8_t low = hex_values[static_cast<unsigned char>(digits[1])];

    return (high | low) < 0 ? -1 : high << 4 | low;
}


constexpr std::uint64_t in_each_byte(std::uint64_t byte)
{
    return byte * 0x0101010101010101;
}


// The high bit of each byte of `word` that is `byte`, and no other bit.
constexpr std::uint64_t bytes_that_are(char byte, std::uint64_t word)
{
    constexpr std::uint64_t low_bits = in_each_byte(0x7f);
    const std::uint64_t differences =
        word ^ in_each_byte(static_cast<unsigned char>(byte));

    return ~(((differences & low_bits) + low_bits) | differences | low_bits);
}


// How many bytes in memory come before the first with a bit in `bits`.
std::size_t bytes_before(std::uint64_t bits)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return static_cast<std::size_t>(__builtin_ctzll(bits)) / 8;
#else
    return static_cast<std::size_t>(__builtin_clzll(bits)) / 8;
#endif
}


// Copies what stands before the first "%" or "+", and moves both pointers
// behind it. Eight bytes a turn: this is where the time of decoding goes. There
// is room for them, because `out` is never ahead of `in`.
void copy_plain(const char*& in, const char* end, char*& out)
{
    while (end - in >= 8) {
        std::uint64_t word;

        std::memcpy(&word, in, sizeof(word));
        std::memcpy(out, &word, sizeof(word));

        const std::uint64_t encoded =
            bytes_that_are('%', word) | bytes_that_are('+', word);
        const std::size_t plain = encoded == 0 ? 8 : bytes_before(encoded);

        in += plain;
        out += plain;
        if (encoded != 0) {
            return;
        }
    }

    while (in != end && *in != '%' && *in != '+') {
        *out++ = *in++;
    }
}


bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
           byte == '_' || byte == '~';
}


bool needs_decoding(std::string_view encoded)
{
    return encoded.find('%') != encoded.npos ||
           encoded.find('+') != encoded.npos;
}

}  // namespace


std::optional<std::string_view>
decode_form_component(std::string_view encoded,
                      std::pmr::memory_resource* memory)
{
    if (!needs_decoding(encoded)) {
        return encoded;
    }

    char* const decoded =
        static_cast<char*>(memory->allocate(encoded.size(), 1));
    char* out = decoded;
    const char* in = encoded.data();
    const char* const end = in + encoded.size();

    while (in != end) {
        if (*in == '%') {
            const int octet = end - in < 3 ? -1 : hex_octet(in + 1);
            if (octet < 0) {
                return std::nullopt;
            }
            *out++ = static_cast<char>(octet);
            in += 3;

        } else if (*in == '+') {
            *out++ = ' ';
            ++in;

        } else {
            copy_plain(in, end, out);
        }
    }

    return std::string_view(decoded, static_cast<std::size_t>(out - decoded));
}


std::pmr::string escape_component(std::string_view text,
                                  std::pmr::memory_resource* memory)
{
    static constexpr char digits[] = "0123456789ABCDEF";

    std::pmr::string escaped(memory);
    escaped.reserve(3 * text.size());

    for (const char byte : text) {
        if (is_unreserved(byte)) {
            escaped += byte;
            continue;
        }

        const auto octet = static_cast<unsigned char>(byte);
        escaped += '%';
        escaped += digits[octet >> 4];
        escaped += digits[octet & 0xf];
    }

    return escaped;
}

}  // namespace logout
