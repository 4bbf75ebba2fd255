#include "logout_form_encoding.hpp"

#include <cstring>

namespace logout {

namespace {

int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }

    const char lower = static_cast<char>(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
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
    char* end = decoded;

    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] == '+') {
            *end++ = ' ';
            continue;
        }

        if (encoded[i] != '%') {
            *end++ = encoded[i];
            continue;
        }

        if (encoded.size() - i < 3) {
            return std::nullopt;
        }

        const int high = hex_value(encoded[i + 1]);
        const int low = hex_value(encoded[i + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }

        *end++ = static_cast<char>(high << 4 | low);
        i += 2;
    }

    return std::string_view(decoded, static_cast<std::size_t>(end - decoded));
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
