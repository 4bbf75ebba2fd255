// Sessions that are wholly in their cookie (iron-session, Flask's own,
// Auth.js): nothing names them but the cookie's value.
//
// A copied value can be spelled in more ways than one, and many decoders take
// them for the same: percent-escapes, "+" for "-", padding or none, bytes that
// Base64 does not have, bits of the last character that belong to no byte,
// and, for some, anything that follows the padding. Who has a copy must not
// make it another session by spelling it another way. So it is not the value
// that is looked for, but what these spellings have in common; and where
// decoders differ, what each of them sees.

#ifndef LOGOUT_SEALED_HPP
#define LOGOUT_SEALED_HPP

#include "core/base/digest.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace logout {

// 32 hexadecimal digits: the first half of a SHA-256.
using SealedId = std::array<char, 32>;

inline std::string_view view_of(const SealedId& id)
{
    return {id.data(), id.size()};
}

// How an application reads a value.
struct SealedDecoder {
    // What "=" does to the rest of the part.
    enum class Padding {
        ignored,    // nothing: PHP
        ends,       // it is not read: Node.js
        pads,       // nor behind two or three digits of a group: Ruby
        completes,  // nor when it makes the group four characters: Python
    };

    bool percent;     // %41 is "A", rather than 41
    bool dots;        // what is between two "." is a part
    bool semicolons;  // two parts have a ";" between them; no third is read
    Padding padding;
    unsigned dashes = 0;  // at which "--" it ends; 0: at none
};

// What one decoder sees of a value.
class SealedText {
public:
    SealedText() = default;

    void decode_as(const SealedDecoder& decoder) { decoder_ = decoder; }
    void add(std::string_view part);

    // Characters of Base64.
    std::size_t length() const { return length_; }
    SealedId id() const;

private:
    void read(char byte);
    void read_dash();
    void read_kept_dash();
    void read_digit(char digit);
    void read_padding();
    void end_part();

    SealedDecoder decoder_{true, true, true, SealedDecoder::Padding::ignored};
    Digest digest_{DigestAlgorithm::sha256};
    char last_ = 0;            // the last character, not hashed yet; or 0
    std::size_t in_part_ = 0;  // characters since the last dot
    std::size_t pads_ = 0;     // "=" since the last character
    std::size_t length_ = 0;
    std::size_t iron_ = 0;  // characters at the beginning that are iron's
    unsigned semicolons_ = 0;
    unsigned dashes_ = 0;
    bool dash_ = false;  // a "-" is not read yet
    bool part_ended_ = false;
    bool ended_ = false;
};

// A value that may come in parts (a cookie in chunks).
class SealedValue {
public:
    SealedValue() { texts_[0].emplace(); }

    SealedValue& add(std::string_view part);

    // Of all that was added so far.
    std::size_t length() const { return texts_[0]->length(); }
    SealedId id() const { return texts_[0]->id(); }

    // Whether `matches` is true of what some decoder sees. Most values look
    // the same to all.
    template <typename Matches>
    bool any_id(Matches matches) const
    {
        for (std::size_t i = 0; i < texts_used_; ++i) {
            if (matches(texts_[i]->id())) {
                return true;
            }
        }
        return false;
    }

private:
    void fork(std::size_t count);

    std::array<std::optional<SealedText>, 16> texts_;
    std::size_t texts_used_ = 1;
};

}  // namespace logout

#endif
