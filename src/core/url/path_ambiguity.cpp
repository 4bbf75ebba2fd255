#include "core/url/path_ambiguity.hpp"

#include "core/base/byte_classes.hpp"
#include "core/base/utf8.hpp"

#include <array>
#include <cstddef>

namespace logout {

namespace {

// The escapes at the beginning of `path`, decoded; as many as one character
// may have.
struct Decoded {
    std::array<char, 4> bytes{};
    std::size_t count = 0;

    std::string_view text() const { return {bytes.data(), count}; }
};


Decoded decode_escapes(std::string_view path)
{
    Decoded decoded;

    while (decoded.count < decoded.bytes.size() && path.size() >= 3 &&
           path[0] == '%') {
        const int byte = hex_value(path[1]) * 16 + hex_value(path[2]);
        decoded.bytes[decoded.count++] = static_cast<char>(byte);
        path.remove_prefix(3);
    }
    return decoded;
}


bool is_separator(char c)
{
    return c == '/' || c == '\\' || c == ';' || c == '%';
}

}  // namespace


bool has_empty_segment(std::string_view path)
{
    return path.substr(0, 1) == "/" || path.find("//") != path.npos;
}


bool is_ambiguous_path(std::string_view path)
{
    if (has_empty_segment(path)) {
        return true;
    }

    while (!path.empty()) {
        if (path[0] == ';') {
            return true;
        }
        if (path[0] != '%') {
            path.remove_prefix(1);
            continue;
        }

        const Decoded decoded = decode_escapes(path);
        const std::size_t size = read_utf8(decoded.text()).size;
        if (size == 0 || is_separator(decoded.bytes[0])) {
            return true;
        }
        path.remove_prefix(3 * size);
    }
    return false;
}

}  // namespace logout
