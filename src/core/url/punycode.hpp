// The encoding behind the xn-- labels of internationalized host names.

#ifndef LOGOUT_PUNYCODE_HPP
#define LOGOUT_PUNYCODE_HPP

#include <string_view>

namespace logout {

// Whether `text`, the lower-case part of a label behind "xn--", is Punycode
// (RFC 3492) for something that needs it: at least one code point beyond
// ASCII, all of them Unicode scalar values. A label that decodes to plain
// ASCII is not: some resolvers take "xn--example-" for "example".
bool is_punycode(std::string_view text);

}  // namespace logout

#endif
