#include "logout_form_encoding.hpp"

#include "logout_percent_encoding.hpp"

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
    const auto size = percent_decode<Plus::is_space>(encoded, decoded);

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
