// Schemes that a browser is never sent to, whatever the configuration says.

#ifndef LOGOUT_SCHEME_HPP
#define LOGOUT_SCHEME_HPP

#include <string_view>

namespace logout {

// Whether the lower-case `scheme` runs script, opens files or pages of the
// browser itself, starts a program of the operating system that is known to
// take commands that way, or is read in a special way by browsers (ws, ftp).
bool is_dangerous_scheme(std::string_view scheme);

}  // namespace logout

#endif
