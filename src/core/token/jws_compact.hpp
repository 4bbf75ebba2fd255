// A signed token in its compact form: header, payload and signature, each in
// Base64url, with dots between them (RFC 7515, section 7.1).

#ifndef LOGOUT_COMPACT_JWS_HPP
#define LOGOUT_COMPACT_JWS_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace logout {

// Views into a token, which may hold any bytes: nothing is decoded.
class CompactJws {
public:
    // Nothing if `token` does not have three parts. A part may be empty.
    static std::optional<CompactJws> split(std::string_view token);

    std::string_view token() const { return token_; }
    std::string_view header() const { return header_; }
    std::string_view payload() const { return payload_; }
    std::string_view signature() const { return signature_; }

    // What is signed: the token up to the second dot (section 5.1).
    std::string_view signing_input() const;

    // The signature's bytes. Nothing if it is no Base64url, or is not of `size`
    // bytes.
    std::optional<std::string> decode_signature(std::size_t size) const;

private:
    std::string_view token_;
    std::string_view header_;
    std::string_view payload_;
    std::string_view signature_;
};

}  // namespace logout

#endif
