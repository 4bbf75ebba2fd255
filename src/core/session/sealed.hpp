// Sessions that are wholly in their cookie (iron-session, Flask's own,
// Auth.js): nothing names them but the cookie's value.
//
// A copied value can be spelled in more ways than one, and many decoders take
// them for the same: percent-escapes, "+" for "-", padding or none, bytes that
// Base64 does not have, bits of the last character that belong to no byte,
// and, for some, anything that follows the padding. Who has a copy must not
// make it another session by spelling it another way. So it is not the value
// that is looked for, but what these spellings have in common.

#ifndef LOGOUT_SEALED_HPP
#define LOGOUT_SEALED_HPP

#include "core/base/digest.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace logout {

// 32 hexadecimal digits: the first half of a SHA-256.
using SealedId = std::array<char, 32>;

inline std::string_view view_of(const SealedId& id)
{
    return {id.data(), id.size()};
}

// The id of a value that may come in parts (a cookie in chunks).
class SealedValue {
public:
    SealedValue& add(std::string_view part);

    // Characters of Base64 that were added so far, and their id.
    std::size_t length() const { return length_; }
    SealedId id() const;

    // Whether more follows what may be padding: a decoder that stops there
    // sees a shorter value.
    bool may_end_at_padding() const { return more_than_padding_; }

    // The id of that shorter value.
    SealedId id_up_to_padding() const;

private:
    // What was read, up to a moment.
    struct Text {
        Digest digest{DigestAlgorithm::sha256};
        char last = 0;            // the last character, not hashed yet; or 0
        std::size_t in_part = 0;  // characters since the last dot

        void add(char character);
        void end_part();
        SealedId id();
    };

    void read(char byte);

    Text text_;
    Text before_padding_;
    std::size_t length_ = 0;
    bool padded_ = false;
    bool more_than_padding_ = false;
};

}  // namespace logout

#endif
