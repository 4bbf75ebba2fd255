#include "core/session/sealed.hpp"

#include "core/base/percent_encoding.hpp"

#include <algorithm>

namespace logout {

namespace {

// What is shorter is the name in "name=value" rather than a signature.
constexpr std::size_t padded_min = 16;

// What is shorter is no data with a signature.
constexpr std::size_t dashed_min = 40;

// Every value of iron-session, hapi and Nuxt begins so. Behind a "~", which is
// not in the seal, iron-session writes a version and reads anything or nothing.
constexpr std::string_view iron = "Fe26.2*";

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

using Padding = SealedDecoder::Padding;

// The first tells values apart, by which sessions are entered as ended. All
// are the same up to the first dot, and all but the second up to what splits()
// finds.
constexpr SealedDecoder decoders[] = {
    {true, true, true, Padding::ignored},
    {true, false, false, Padding::ignored},
    {true, false, false, Padding::ends},
    {false, false, false, Padding::completes},
    {true, false, true, Padding::ignored},
    {true, false, true, Padding::ends},
    {true, true, false, Padding::ignored},
    {true, true, false, Padding::ends},
    {true, true, false, Padding::pads},
    {true, true, false, Padding::completes},
    {false, true, false, Padding::ignored},
    {false, true, false, Padding::ends},
    {false, true, false, Padding::pads},
    {false, true, false, Padding::completes},
    {true, true, true, Padding::ignored, 2},  // Rails, signed
    {true, true, true, Padding::ignored, 3},  // Rails, encrypted
};

// How many there are before and after the first dot.
constexpr std::size_t dotted = 1;
constexpr std::size_t undotted = 2;

}  // namespace


// Four digits are three bytes; of two or three the last has bits that no byte
// takes, and one alone is no byte at all.
void SealedText::end_part()
{
    if (in_part_ % 4 == 2) {
        last_ = without_low_bits(last_, 4);
    } else if (in_part_ % 4 == 3) {
        last_ = without_low_bits(last_, 2);
    }
    if (last_ != 0 && in_part_ % 4 != 1) {
        digest_.add({&last_, 1});
    }
    last_ = 0;
    in_part_ = pads_ = 0;
    part_ended_ = false;
}


void SealedText::read_digit(char digit)
{
    if (last_ != 0) {
        digest_.add({&last_, 1});
    }
    last_ = digit;
    pads_ = 0;
    ++in_part_;
    ++length_;
}


void SealedText::read_padding()
{
    const std::size_t in_group = in_part_ % 4;

    ++pads_;
    if (in_part_ < padded_min) {
        return;
    }

    switch (decoder_.padding) {
    case Padding::ignored:
        break;
    case Padding::ends:
        part_ended_ = true;
        break;
    case Padding::pads:
        part_ended_ |= in_group >= 2;
        break;
    case Padding::completes:
        part_ended_ |= in_group >= 2 && in_group + pads_ >= 4;
        break;
    }
}


void SealedText::read_kept_dash()
{
    if (dash_) {
        dash_ = false;
        if (!part_ended_) {
            read_digit('-');
        }
    }
}


void SealedText::read_dash()
{
    if (!dash_) {
        dash_ = true;
        return;
    }
    if (length_ >= dashed_min && ++dashes_ == decoder_.dashes) {
        dash_ = false;
        ended_ = true;
        return;
    }

    read_kept_dash();
    if (!part_ended_) {
        read_digit('-');
    }
}


void SealedText::read(char byte)
{
    if (iron_ < iron.size()) {
        iron_ = byte == iron[iron_] ? iron_ + 1 : iron.size() + 1;
    }
    ended_ |= byte == '~' && iron_ == iron.size();
    ended_ |= byte == ';' && decoder_.semicolons && ++semicolons_ == 2;
    if (ended_) {
        return;
    }
    if (byte == '-') {
        read_dash();
        return;
    }
    read_kept_dash();

    const char digit = base64_digit(byte);

    if ((byte == '.' && decoder_.dots) ||
        (byte == ';' && decoder_.semicolons)) {
        end_part();
        digest_.add(".");
    } else if (digit != 0 && !part_ended_) {
        read_digit(digit);
    } else if (byte == '=') {
        read_padding();
    }
}


void SealedText::add(std::string_view part)
{
    while (!part.empty()) {
        const int octet =
            decoder_.percent && part.front() == '%' ? percent_octet(part) : -1;

        if (octet >= 0) {
            read(static_cast<char>(octet));
            part.remove_prefix(percent_escape_size);
        } else {
            read(part.front());
            part.remove_prefix(1);
        }
    }
}


SealedId SealedText::id() const
{
    SealedText text(*this);
    text.read_kept_dash();
    text.end_part();

    SealedId id;
    hex_encode(text.digest_.finish().view().substr(0, id.size() / 2),
               id.data());
    return id;
}


namespace {

std::size_t splits(std::string_view part)
{
    return std::min(part.find_first_of("%="), part.find("--"));
}

}  // namespace


void SealedValue::fork(std::size_t count)
{
    const std::size_t undotted_text = texts_used_ == undotted ? 1 : 0;

    for (std::size_t i = texts_used_; i < count; ++i) {
        texts_[i] = texts_[decoders[i].dots ? 0 : undotted_text];
        texts_[i]->decode_as(decoders[i]);
    }
    texts_used_ = count;
}


SealedValue& SealedValue::add(std::string_view part)
{
    while (!part.empty()) {
        std::size_t same = part.size();

        if (texts_used_ == dotted) {
            same = std::min({same, part.find('.'), splits(part)});
        } else if (texts_used_ == undotted) {
            same = std::min(same, splits(part));
        }

        for (std::size_t i = 0; i < texts_used_; ++i) {
            texts_[i]->add(part.substr(0, same));
        }
        part.remove_prefix(same);
        if (!part.empty()) {
            fork(part.front() == '.' ? undotted : texts_.size());
        }
    }
    return *this;
}

}  // namespace logout
