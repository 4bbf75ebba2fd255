#include "core/url/punycode.hpp"

#include "core/base/byte_classes.hpp"

#include <cstddef>
#include <cstdint>

namespace logout {

namespace {

// RFC 3492, section 5.
constexpr std::uint32_t base = 36;
constexpr std::uint32_t t_min = 1;
constexpr std::uint32_t t_max = 26;
constexpr std::uint32_t skew = 38;
constexpr std::uint32_t damp = 700;
constexpr std::uint32_t initial_bias = 72;
constexpr std::uint32_t initial_code_point = 128;

constexpr std::uint32_t last_code_point = 0x10ffff;


std::uint32_t digit_value(char c)
{
    if (c >= 'a' && c <= 'z') {
        return static_cast<std::uint32_t>(c - 'a');
    }
    return is_digit(c) ? static_cast<std::uint32_t>(c - '0') + 26 : base;
}


std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool first)
{
    delta = first ? delta / damp : delta / 2;
    delta += delta / points;

    std::uint32_t k = 0;
    while (delta > (base - t_min) * t_max / 2) {
        delta /= base - t_min;
        k += base;
    }
    return k + (base - t_min + 1) * delta / (delta + skew);
}


std::uint32_t threshold(std::uint32_t k, std::uint32_t bias)
{
    if (k <= bias + t_min) {
        return t_min;
    }
    return k >= bias + t_max ? t_max : k - bias;
}


// Reads one generalized variable-length integer and adds it to `delta`. The
// bound keeps the arithmetic far from overflow: no label is long enough to
// need a larger value.
bool read_delta(std::string_view& text, std::uint32_t bias,
                std::uint64_t& delta)
{
    constexpr std::uint64_t bound = std::uint64_t{1} << 32;
    std::uint64_t weight = 1;

    for (std::uint32_t k = base;; k += base) {
        if (text.empty()) {
            return false;
        }
        const std::uint32_t digit = digit_value(text[0]);
        text.remove_prefix(1);
        if (digit >= base) {
            return false;
        }

        delta += digit * weight;
        const std::uint32_t limit = threshold(k, bias);
        if (delta >= bound) {
            return false;
        }
        if (digit < limit) {
            return true;
        }
        weight *= base - limit;
        if (weight >= bound) {
            return false;
        }
    }
}


bool is_surrogate(std::uint64_t code_point)
{
    return code_point >= 0xd800 && code_point <= 0xdfff;
}

}  // namespace


bool is_punycode(std::string_view text)
{
    const std::size_t hyphen = text.rfind('-');
    std::uint32_t points = 0;

    if (hyphen == 0) {
        return false;
    }
    if (hyphen != text.npos) {
        points = static_cast<std::uint32_t>(hyphen);
        text.remove_prefix(hyphen + 1);
    }
    if (text.empty()) {
        return false;
    }

    std::uint64_t code_point = initial_code_point;
    std::uint64_t position = 0;
    std::uint32_t bias = initial_bias;

    while (!text.empty()) {
        const std::uint64_t previous = position;
        if (!read_delta(text, bias, position)) {
            return false;
        }

        ++points;
        bias = adapt(static_cast<std::uint32_t>(position - previous), points,
                     previous == 0);
        code_point += position / points;
        position %= points;
        if (code_point > last_code_point || is_surrogate(code_point)) {
            return false;
        }
        ++position;
    }
    return true;
}

}  // namespace logout
