#include "core/base/form_encoding.hpp"

#include "core/base/percent_encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace logout {

namespace {

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


// Eight bytes that are looked at together.
using Bytes [[gnu::vector_size(8)]] = std::uint8_t;


bool is_encoded(char byte)
{
    return byte == '%' || byte == '+';
}


// Bits that are set in each byte that is encoded.
std::uint64_t encoded_bytes(Bytes bytes)
{
    const auto found = (bytes == '%') | (bytes == '+');
    std::uint64_t bits;

    static_assert(sizeof(found) == sizeof(bits));
    std::memcpy(&bits, &found, sizeof(bits));
    return bits;
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


// Copies what stands before the first encoded byte, and moves both pointers
// behind it. Eight bytes a turn: this is where the time of decoding goes. There
// is room for them, because `out` is never ahead of `in`.
void copy_plain(const char*& in, const char* end, char*& out)
{
    while (end - in >= 8) {
        Bytes bytes;

        std::memcpy(&bytes, in, sizeof(bytes));
        std::memcpy(out, &bytes, sizeof(bytes));

        const std::uint64_t encoded = encoded_bytes(bytes);
        const std::size_t plain = encoded == 0 ? 8 : bytes_before(encoded);

        in += plain;
        out += plain;
        if (encoded != 0) {
            return;
        }
    }

    while (in != end && !is_encoded(*in)) {
        *out++ = *in++;
    }
}


// Decodes to `start`, which has room for as many bytes as `encoded` has.
// Returns how many were written; nothing for a malformed escape.
std::optional<std::size_t> decode_to(char* const start,
                                     std::string_view encoded)
{
    const char* in = encoded.data();
    const char* const end = in + encoded.size();
    char* out = start;

    while (in != end) {
        if (*in == '%') {
            const int octet =
                percent_octet({in, static_cast<std::size_t>(end - in)});
            if (octet < 0) {
                return std::nullopt;
            }
            *out++ = static_cast<char>(octet);
            in += percent_escape_size;

        } else if (*in == '+') {
            *out++ = ' ';
            ++in;

        } else {
            copy_plain(in, end, out);
        }
    }

    return static_cast<std::size_t>(out - start);
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
    const auto size = decode_to(decoded, encoded);

    if (!size) {
        return std::nullopt;
    }
    return std::string_view(decoded, *size);
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
