#include "core/url/host.hpp"

#include "core/url/ipv4.hpp"
#include "core/url/ipv6.hpp"
#include "core/url/punycode.hpp"
#include "core/base/byte_classes.hpp"

#include <algorithm>
#include <cstring>

namespace logout {

namespace {

constexpr std::size_t label_max_length = 63;

// Enough of a text to see that the name in it is too long.
constexpr std::size_t name_bound = host_max_length + 1;


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


// Reads a DNS name in lower case. `size` is where it ends, or where it is
// wrong.
UrlRule check_name(std::string_view text, std::size_t& size)
{
    const char* const begin = text.data();
    std::string_view label;

    for (;;) {
        label = text.substr(0, run_length(text, lower_case_label_bytes));
        text.remove_prefix(label.size());
        size = static_cast<std::size_t>(text.data() - begin);
        if (!is_good_label(label) || size > host_max_length) {
            return UrlRule::bad_host;
        }
        if (text.empty() || text[0] != '.') {
            break;
        }
        text.remove_prefix(1);
    }

    Ipv4Address address;
    return is_number(label) && !parse_ipv4({begin, size}, address)
               ? UrlRule::bad_ipv4
               : UrlRule::ok;
}


bool is_upper_case(char c)
{
    return c != to_lower(c);
}


// Most names are in lower case already; one that is not is read from its
// lower-case copy.
UrlRule canonicalize_name(std::string_view text, char* out, std::size_t& size)
{
    const UrlRule rule = check_name(text, size);

    if (size < text.size() && is_upper_case(text[size])) {
        const std::string_view copy(out, std::min(text.size(), name_bound));
        std::transform(text.begin(), text.begin() + copy.size(), out, to_lower);
        return check_name(copy, size);
    }
    if (rule == UrlRule::ok) {
        std::memcpy(out, text.data(), size);
    }
    return rule;
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
