#include "logout_base64.hpp"

#include <array>
#include <cstdint>

namespace logout {

namespace {

constexpr char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-_";

// As a number of 32 bits it sets the highest byte wherever it is shifted to:
// four good characters leave that byte zero.
constexpr std::int8_t not_base64 = -1;

using Values = std::array<std::int8_t, 256>;


constexpr Values values_of(bool standard, bool url)
{
    Values values{};

    for (std::int8_t& value : values) {
        value = not_base64;
    }
    for (std::int8_t i = 0; i < 62; i++) {
        values[static_cast<unsigned char>(url_alphabet[i])] = i;
    }
    if (standard) {
        values['+'] = 62;
        values['/'] = 63;
    }
    if (url) {
        values['-'] = 62;
        values['_'] = 63;
    }
    return values;
}


constexpr Values standard_values = values_of(true, false);
constexpr Values url_values = values_of(false, true);
constexpr Values either_values = values_of(true, true);


const Values& values_of(Base64 alphabet)
{
    switch (alphabet) {
    case Base64::standard:
        return standard_values;
    case Base64::url:
        return url_values;
    case Base64::either:
        break;
    }
    return either_values;
}


// Removes the padding; false if there is some and it is not the right one.
bool strip_padding(std::string_view& text)
{
    std::size_t length = text.size();

    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::size_t padding = length - text.size();
    return padding == 0 || (padding <= 2 && length % 4 == 0);
}


// The 24 bits that the first four characters stand for, and some above them if
// one of the characters is none of the alphabet.
std::uint32_t four_characters(const Values& values, std::string_view text)
{
    const auto value = [&](std::size_t i) {
        return static_cast<std::uint32_t>(
            values[static_cast<unsigned char>(text[i])]);
    };

    return value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
}

}  // namespace


std::optional<std::size_t> base64_decode(std::string_view text, Base64 alphabet,
                                         char* out)
{
    if (!strip_padding(text) || text.size() % 4 == 1) {
        return std::nullopt;
    }

    const Values& values = values_of(alphabet);
    const char* const start = out;
    std::uint32_t seen = 0;

    for (; text.size() >= 4; text.remove_prefix(4)) {
        const std::uint32_t bits = four_characters(values, text);
        seen |= bits;
        *out++ = static_cast<char>(bits >> 16);
        *out++ = static_cast<char>(bits >> 8);
        *out++ = static_cast<char>(bits);
    }
    if (!text.empty()) {
        // what is missing of the last four are bits that are zero
        const bool three = text.size() == 3;
        const char last[4] = {text[0], text[1], three ? text[2] : 'A', 'A'};
        const std::uint32_t bits = four_characters(values, {last, 4});

        if ((bits & (three ? 0xff : 0xffff)) != 0) {
            return std::nullopt;
        }
        seen |= bits;
        *out++ = static_cast<char>(bits >> 16);
        if (three) {
            *out++ = static_cast<char>(bits >> 8);
        }
    }

    if (seen >> 24 != 0) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(out - start);
}


bool is_base64url(std::string_view text)
{
    const unsigned unused_bits[] = {0x00, 0x00, 0x0f, 0x03};
    const std::size_t last = text.size() % 4;
    int seen = 0;

    for (char c : text) {
        seen |= url_values[static_cast<unsigned char>(c)];
    }
    // a character that is none of the alphabet makes it negative
    if (last == 1 || seen < 0) {
        return false;
    }
    return text.empty() ||
           (url_values[static_cast<unsigned char>(text.back())] &
            unused_bits[last]) == 0;
}


void base64url_encode(std::string_view bytes, char* out)
{
    std::uint32_t bits = 0;
    unsigned held = 0;

    for (char c : bytes) {
        bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xffff;
        held += 8;
        while (held >= 6) {
            held -= 6;
            *out++ = url_alphabet[bits >> held & 0x3f];
        }
    }
    if (held > 0) {
        *out++ = url_alphabet[bits << (6 - held) & 0x3f];
    }
}

}  // namespace logout
