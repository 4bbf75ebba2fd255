// The `state` of an OpenID Connect logout: what the client sent goes back to
// it, appended to the return URL (RP-Initiated Logout 1.0, section 3).

#ifndef LOGOUT_STATE_HPP
#define LOGOUT_STATE_HPP

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

// The longest state that is taken, in bytes as it was sent.
constexpr std::size_t state_max_length = 1024;

enum class StateProblem {
    none,
    too_long,
    malformed_escape,  // "%" without two hexadecimal digits
    forbidden_byte,    // a space, a control byte, "#" or "&"
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(StateProblem problem);

// Whether `encoded`, the value of the parameter exactly as it stands in the
// query or in the form body, can be appended to a URL.
StateProblem check_state(std::string_view encoded);

// `url` with the parameter `state` appended: after its query, before its
// fragment. The bytes of `encoded`, which check_state() accepted, are kept, so
// that "%3B" stays "%3B" and "+" stays "+"; bytes that RFC 3986 does not allow
// in a query are escaped (browsers send "{" as it is). `url` is canonical.
std::pmr::string append_state(std::string_view url, std::string_view encoded,
                              std::pmr::memory_resource* memory);

// The encoded form of a state that came decoded, in a JSON body. May be longer
// than state_max_length, and is then refused by check_state().
std::pmr::string encode_state(std::string_view text,
                              std::pmr::memory_resource* memory);

}  // namespace logout

#endif
