// What stands for a session id where that itself must not be seen.

#ifndef LOGOUT_SESSION_HASH_HPP
#define LOGOUT_SESSION_HASH_HPP

#include "core/base/digest.hpp"

#include <memory_resource>
#include <string_view>

namespace logout {

// 16 hexadecimal digits, in `memory`, of a code that nobody can make or undo
// without `key`. The same ids have the same.
std::string_view session_hash(const HmacKey& key, std::string_view id,
                              std::pmr::memory_resource* memory);

}  // namespace logout

#endif
