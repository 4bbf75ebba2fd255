#include "core/request/oidc_state.hpp"

namespace logout {

namespace {

constexpr std::string_view name = "state=";


bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}


// RFC 3986, section 3.4, and "%", which begins an escape.
bool is_query_character(char c)
{
    return is_unreserved(c) || std::string_view("!$'()*+,;=:@/?%").find(c) !=
                                   std::string_view::npos;
}


bool is_forbidden(char c)
{
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '#' ||
           c == '&';
}


bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}


void append_escape(std::pmr::string& out, char c)
{
    constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);

    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
}


std::string_view separator(std::string_view before_fragment)
{
    if (before_fragment.find('?') == std::string_view::npos) {
        return "?";
    }

    const char last = before_fragment.back();

    return last == '?' || last == '&' ? "" : "&";
}

}  // namespace


const char* describe(StateProblem problem)
{
    switch (problem) {
    case StateProblem::none:
        return "the state is well-formed";
    case StateProblem::too_long:
        return "the state is longer than 1024 bytes";
    case StateProblem::malformed_escape:
        return "the state has a \"%\" without two hexadecimal digits";
    case StateProblem::forbidden_byte:
        return "the state has a byte that cannot stand in a query";
    }

    return "";
}


StateProblem check_state(std::string_view encoded)
{
    if (encoded.size() > state_max_length) {
        return StateProblem::too_long;
    }

    for (std::size_t i = 0; i < encoded.size(); i++) {
        if (is_forbidden(encoded[i])) {
            return StateProblem::forbidden_byte;
        }

        if (encoded[i] != '%') {
            continue;
        }

        if (encoded.size() - i < 3 || !is_hex_digit(encoded[i + 1]) ||
            !is_hex_digit(encoded[i + 2])) {
            return StateProblem::malformed_escape;
        }
    }

    return StateProblem::none;
}


std::pmr::string append_state(std::string_view url, std::string_view encoded,
                              std::pmr::memory_resource* memory)
{
    const std::size_t hash = url.find('#');
    const std::string_view before_fragment = url.substr(0, hash);
    std::pmr::string out(memory);

    out.reserve(url.size() + 1 + name.size() + encoded.size());
    out += before_fragment;
    out += separator(before_fragment);
    out += name;

    for (char c : encoded) {
        if (is_query_character(c)) {
            out += c;
        } else {
            append_escape(out, c);
        }
    }

    if (hash != std::string_view::npos) {
        out += url.substr(hash);
    }

    return out;
}


std::pmr::string encode_state(std::string_view text,
                              std::pmr::memory_resource* memory)
{
    std::pmr::string out(memory);

    out.reserve(text.size());
    for (char c : text) {
        if (is_unreserved(c)) {
            out += c;
        } else {
            append_escape(out, c);
        }
    }

    return out;
}

}  // namespace logout
