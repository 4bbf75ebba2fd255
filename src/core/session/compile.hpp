// From the parameters of logout_session to a SessionFormat.

#ifndef LOGOUT_SESSION_COMPILE_HPP
#define LOGOUT_SESSION_COMPILE_HPP

#include "core/session/format.hpp"

#include <memory>
#include <string>
#include <vector>

namespace logout {

// SessionReader::compile(); null if `problem` was set.
std::unique_ptr<const SessionFormat>
compile_session(const SessionSettings& settings, std::string& problem,
                std::vector<std::string>& warnings);

}  // namespace logout

#endif
