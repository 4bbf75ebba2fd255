#include "core/session/sealed.hpp"

#include "core/base/percent_encoding.hpp"

namespace logout {

namespace {

// What is shorter is the name in "name=value" rather than a signature.
constexpr std::size_t padded_min = 16;

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


// The digit of Base64url, or 0 for a byte that is none.
char base64_digit(char byte)
{
    switch (byte) {
    case '+':
        return '-';
    case '/':
        return '_';
    case '-':
    case '_':
        return byte;
    default:
        return is_alpha(byte) || is_digit(byte) ? byte : '\0';
    }
}


char without_low_bits(char digit, unsigned bits)
{
    return digits[digits.find(digit) >> bits << bits];
}

}  // namespace


void SealedValue::Text::add(char character)
{
    if (last != 0) {
        digest.add({&last, 1});
    }
    last = character;
    ++in_part;
}


// Four digits are three bytes; of two or three the last has bits that no byte
// takes, and one alone is no byte at all.
void SealedValue::Text::end_part()
{
    if (in_part % 4 == 2) {
        last = without_low_bits(last, 4);
    } else if (in_part % 4 == 3) {
        last = without_low_bits(last, 2);
    }
    if (last != 0 && in_part % 4 != 1) {
        digest.add({&last, 1});
    }
    last = 0;
    in_part = 0;
}


SealedId SealedValue::Text::id()
{
    end_part();

    SealedId id;
    hex_encode(digest.finish().view().substr(0, id.size() / 2), id.data());
    return id;
}


void SealedValue::read(char byte)
{
    const char digit = base64_digit(byte);

    if (digit != 0) {
        more_than_padding_ |= padded_;
        text_.add(digit);
        ++length_;
    } else if (byte == '.') {
        padded_ = more_than_padding_ = false;
        text_.end_part();
        text_.digest.add(".");
    } else if (byte == '=' && !padded_ && text_.in_part >= padded_min) {
        padded_ = true;
        before_padding_ = text_;
    }
}


SealedValue& SealedValue::add(std::string_view part)
{
    while (!part.empty()) {
        const int octet = part.front() == '%' ? percent_octet(part) : -1;

        if (octet >= 0) {
            read(static_cast<char>(octet));
            part.remove_prefix(percent_escape_size);
        } else {
            read(part.front());
            part.remove_prefix(1);
        }
    }
    return *this;
}


SealedId SealedValue::id() const
{
    return Text(text_).id();
}


SealedId SealedValue::id_up_to_padding() const
{
    return Text(before_padding_).id();
}

}  // namespace logout
