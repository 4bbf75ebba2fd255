#include "logout_host.hpp"

#include "logout_ipv6.hpp"
#include "logout_punycode.hpp"
#include "logout_url_bytes.hpp"

#include <array>

namespace logout {

namespace {

constexpr std::size_t label_max_length = 63;

// The lower-case form of each byte of a DNS name, 0 for all others.
constexpr std::array<char, 256> make_lower_host_bytes()
{
    std::array<char, 256> lower{};

    for (std::size_t i = 0; i < lower.size(); ++i) {
        lower[i] = host_bytes[i] ? to_lower(static_cast<char>(i)) : '\0';
    }
    return lower;
}


constexpr std::array<char, 256> lower_host_bytes = make_lower_host_bytes();


bool is_good_label(std::string_view label)
{
    if (label.empty() || label.size() > label_max_length) {
        return false;
    }
    if (label[0] == 'x' && label.substr(0, 4) == "xn--") {
        return is_punycode(label.substr(4));
    }
    return true;
}


// WHATWG's "ends in a number checker": such a host is read as an IPv4 address
// or is no host at all.
bool is_number(std::string_view label)
{
    if (!is_digit(label[0])) {
        return false;
    }
    if (label.substr(0, 2) == "0x") {
        label.remove_prefix(2);
        for (const char c : label) {
            if (hex_value(c) < 0) {
                return false;
            }
        }
        return true;
    }
    for (const char c : label) {
        if (!is_digit(c)) {
            return false;
        }
    }
    return true;
}


// One part of a dotted quad: 0 to 255 without a leading zero.
bool is_decimal_octet(std::string_view text)
{
    if (text.empty() || text.size() > 3 ||
        (text.size() > 1 && text[0] == '0')) {
        return false;
    }

    int value = 0;
    for (const char c : text) {
        if (!is_digit(c)) {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    return value <= 255;
}


bool is_dotted_quad(std::string_view host)
{
    for (int part = 0; part < 3; ++part) {
        const std::size_t dot = host.find('.');
        if (dot == host.npos || !is_decimal_octet(host.substr(0, dot))) {
            return false;
        }
        host.remove_prefix(dot + 1);
    }
    return is_decimal_octet(host);
}


UrlRule canonicalize_name(std::string_view text, char* out, std::size_t& size)
{
    std::size_t i = 0;
    std::size_t label = 0;

    for (; i < text.size(); ++i) {
        const char c = lower_host_bytes[static_cast<unsigned char>(text[i])];
        if (c == '\0') {
            break;
        }
        if (i == host_max_length) {
            return UrlRule::bad_host;
        }
        if (c == '.') {
            if (!is_good_label({out + label, i - label})) {
                return UrlRule::bad_host;
            }
            label = i + 1;
        }
        out[i] = c;
    }

    const std::string_view last(out + label, i - label);
    if (!is_good_label(last)) {
        return UrlRule::bad_host;
    }
    if (is_number(last) && !is_dotted_quad({out, i})) {
        return UrlRule::bad_ipv4;
    }

    size = i;
    return UrlRule::ok;
}

}  // namespace


UrlRule canonicalize_host(std::string_view text, char* out, std::size_t& read,
                          std::size_t& written)
{
    if (text.empty() || text[0] != '[') {
        const UrlRule rule = canonicalize_name(text, out, written);
        read = written;
        return rule;
    }

    const std::size_t close = text.find(']');
    Ipv6Address address;
    if (close == text.npos || !parse_ipv6(text.substr(1, close - 1), address)) {
        return UrlRule::bad_ipv6;
    }

    const std::size_t size = write_ipv6(address, out + 1);
    out[0] = '[';
    out[size + 1] = ']';
    read = close + 1;
    written = size + 2;
    return UrlRule::ok;
}


bool is_ip_address(std::string_view host)
{
    // the grammar lets a name end in a number only if it is an address
    return host[0] == '[' || is_number(host.substr(host.rfind('.') + 1));
}


UrlRule read_port(std::string_view text, std::size_t& read)
{
    unsigned value = 0;
    std::size_t i = 0;

    for (; i < text.size() && is_digit(text[i]); ++i) {
        value = value * 10 + static_cast<unsigned>(text[i] - '0');
        if (value > 65535) {
            return UrlRule::bad_port;
        }
    }
    if (i == 0 || text[0] == '0') {
        return UrlRule::bad_port;
    }

    read = i;
    return UrlRule::ok;
}

}  // namespace logout
