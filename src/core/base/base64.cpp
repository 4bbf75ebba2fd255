#include "core/base/base64.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace logout {

namespace {

constexpr std::size_t alphabet_size = 64;

constexpr char standard_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// As a number of 32 bits it sets the highest byte wherever it is shifted to:
// four good characters leave that byte zero.
constexpr std::int8_t not_base64 = -1;

using Values = std::array<std::int8_t, 256>;


constexpr Values values_in(const char* alphabet)
{
    Values values{};

    for (std::int8_t& value : values) {
        value = not_base64;
    }
    for (std::size_t i = 0; i < alphabet_size; i++) {
        values[static_cast<unsigned char>(alphabet[i])] =
            static_cast<std::int8_t>(i);
    }
    return values;
}


constexpr Values standard_values = values_in(standard_alphabet);
constexpr Values url_values = values_in(url_alphabet);


// Two characters for each number of 12 bits: half as many steps as with one.
using Pair = std::array<char, 2>;
using Pairs = std::array<Pair, alphabet_size * alphabet_size>;


constexpr Pairs pairs_in(const char* alphabet)
{
    Pairs pairs{};

    for (std::size_t i = 0; i < pairs.size(); i++) {
        pairs[i] = {alphabet[i / alphabet_size], alphabet[i % alphabet_size]};
    }
    return pairs;
}


constexpr Pairs standard_pairs = pairs_in(standard_alphabet);
constexpr Pairs url_pairs = pairs_in(url_alphabet);


void write_pair(const Pairs& pairs, std::uint64_t bits, char* out)
{
    std::memcpy(out, pairs[bits & 0xfff].data(), sizeof(Pair));
}


// The last 24 of `bits`.
void write_four(const Pairs& pairs, std::uint64_t bits, char* out)
{
    write_pair(pairs, bits >> 12, out);
    write_pair(pairs, bits, out + 2);
}


std::uint64_t octet(std::string_view bytes, std::size_t i)
{
    return static_cast<unsigned char>(bytes[i]);
}


// The first eight bytes, the first of them the highest.
std::uint64_t eight_octets(std::string_view bytes)
{
    std::uint64_t number;

    std::memcpy(&number, bytes.data(), sizeof(number));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    number = __builtin_bswap64(number);
#endif
    return number;
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
    if (!strip_base64_padding(text) || text.size() % 4 == 1) {
        return std::nullopt;
    }

    const Values& values =
        alphabet == Base64::url ? url_values : standard_values;
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


void base64_encode(std::string_view bytes, Base64 alphabet, char* out)
{
    const Pairs& pairs = alphabet == Base64::url ? url_pairs : standard_pairs;

    // six bytes a turn; to read the next two with them makes it one load
    for (; bytes.size() >= 8; bytes.remove_prefix(6)) {
        const std::uint64_t bits = eight_octets(bytes);

        write_four(pairs, bits >> 40, out);
        write_four(pairs, bits >> 16, out + 4);
        out += 8;
    }
    for (; bytes.size() >= 3; bytes.remove_prefix(3)) {
        write_four(pairs,
                   octet(bytes, 0) << 16 | octet(bytes, 1) << 8 |
                       octet(bytes, 2),
                   out);
        out += 4;
    }
    if (bytes.size() == 2) {
        const std::uint64_t bits = octet(bytes, 0) << 8 | octet(bytes, 1);

        write_pair(pairs, bits >> 4, out);
        out[2] = pairs[(bits & 0xf) << 2][1];
    } else if (bytes.size() == 1) {
        write_pair(pairs, octet(bytes, 0) << 4, out);
    }
}

}  // namespace logout
