// The module's version, as in the metrics and in the packages.

#ifndef LOGOUT_VERSION_HPP
#define LOGOUT_VERSION_HPP

#include <string_view>

namespace logout {

constexpr std::string_view version = "0.1.0";

}  // namespace logout

#endif
