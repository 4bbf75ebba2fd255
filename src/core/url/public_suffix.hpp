// Domains below which anybody can have a name: com, co.uk, github.io.

#ifndef LOGOUT_PUBLIC_SUFFIX_HPP
#define LOGOUT_PUBLIC_SUFFIX_HPP

#include <string_view>

namespace logout {

// Whether `domain`, in lower case and with its IDN labels in xn-- form, is a
// public suffix (https://publicsuffix.org/list/). Built without libpsl, only
// names of one label are known to be.
bool is_public_suffix(std::string_view domain);

}  // namespace logout

#endif
