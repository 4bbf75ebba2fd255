#include "core/url/ipv6.hpp"

#include "core/url/ipv4.hpp"
#include "core/base/byte_classes.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::size_t group_count = 8;

// Groups read so far, and where among them "::" stood.
struct Groups {
    Ipv6Address values{};
    std::size_t count = 0;
    std::size_t gap = group_count + 1;

    bool has_gap() const { return gap <= group_count; }
};


bool read_group(std::string_view& text, Groups& groups)
{
    unsigned value = 0;
    std::size_t digits = 0;

    while (digits < text.size() && digits < 4 && hex_value(text[digits]) >= 0) {
        value = value * 16 + static_cast<unsigned>(hex_value(text[digits]));
        ++digits;
    }
    if (digits == 0 || groups.count == group_count) {
        return false;
    }

    groups.values[groups.count++] = static_cast<std::uint16_t>(value);
    text.remove_prefix(digits);
    return true;
}


// The last 32 bits written as an IPv4 address.
bool read_dotted_quad(std::string_view text, Groups& groups)
{
    Ipv4Address octets;

    if (!parse_ipv4(text, octets) || groups.count + 2 > group_count) {
        return false;
    }
    for (std::size_t i = 0; i < octets.size(); i += 2) {
        groups.values[groups.count++] =
            static_cast<std::uint16_t>(octets[i] << 8 | octets[i + 1]);
    }
    return true;
}


bool begins_with_dotted_quad(std::string_view text)
{
    const std::size_t end = text.find_first_of(".:");
    return end != text.npos && text[end] == '.';
}


// Reads what stands between two groups; the address may not end in ":".
bool read_separator(std::string_view& text, Groups& groups)
{
    if (text[0] != ':' || text.size() == 1) {
        return false;
    }
    text.remove_prefix(1);

    if (text[0] == ':') {
        if (groups.has_gap()) {
            return false;
        }
        groups.gap = groups.count;
        text.remove_prefix(1);
    }
    return true;
}


// "::" stands for at least one group of zeros.
bool fill_gap(const Groups& groups, Ipv6Address& address)
{
    if (!groups.has_gap()) {
        address = groups.values;
        return groups.count == group_count;
    }
    if (groups.count == group_count) {
        return false;
    }

    address.fill(0);
    std::copy_n(groups.values.begin(), groups.gap, address.begin());
    std::copy_backward(groups.values.begin() + groups.gap,
                       groups.values.begin() + groups.count, address.end());
    return true;
}


struct Run {
    std::size_t begin = 0;
    std::size_t size = 0;
};


Run longest_run_of_zeros(const Ipv6Address& address)
{
    Run longest;
    Run current;

    for (std::size_t i = 0; i < group_count; ++i) {
        if (address[i] != 0) {
            current = {i + 1, 0};
            continue;
        }
        ++current.size;
        if (current.size > longest.size) {
            longest = current;
        }
    }
    return longest;
}


char* write_group(unsigned value, char* out)
{
    constexpr std::string_view digits = "0123456789abcdef";
    bool begun = false;

    for (int shift = 12; shift >= 0; shift -= 4) {
        const unsigned digit = value >> shift & 0xf;
        begun = begun || digit != 0 || shift == 0;
        if (begun) {
            *out++ = digits[digit];
        }
    }
    return out;
}

}  // namespace


bool parse_ipv6(std::string_view text, Ipv6Address& address)
{
    Groups groups;

    if (text.substr(0, 2) == "::") {
        groups.gap = 0;
        text.remove_prefix(2);
    }

    while (!text.empty()) {
        if (begins_with_dotted_quad(text)) {
            return read_dotted_quad(text, groups) && fill_gap(groups, address);
        }
        if (!read_group(text, groups)) {
            return false;
        }
        if (!text.empty() && !read_separator(text, groups)) {
            return false;
        }
    }
    return fill_gap(groups, address);
}


std::size_t write_ipv6(const Ipv6Address& address, char* out)
{
    const char* begin = out;
    const Run zeros = longest_run_of_zeros(address);
    const bool compress = zeros.size > 1;

    for (std::size_t i = 0; i < group_count; ++i) {
        if (compress && i == zeros.begin) {
            *out++ = ':';
            *out++ = ':';
            i += zeros.size - 1;
            continue;
        }
        if (i > 0 && out[-1] != ':') {
            *out++ = ':';
        }
        out = write_group(address[i], out);
    }
    return static_cast<std::size_t>(out - begin);
}

}  // namespace logout
