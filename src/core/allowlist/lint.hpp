// What people should know of a list that works, and of a URL that it refused.

#ifndef LOGOUT_ALLOWLIST_LINT_HPP
#define LOGOUT_ALLOWLIST_LINT_HPP

#include "core/allowlist/allowlist.hpp"
#include "core/allowlist/table.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace logout {

AllowlistProblem refuse_duplicate(const AllowlistTable& table,
                                  std::uint32_t entry);

// Warnings of a whole list: hosts that are listed as http: and as https:,
// entries that a "/*" entry covers. At most ten of each.
std::vector<AllowlistProblem> lint_allowlist(const AllowlistTable& table);

// What is surprising about a list where queries are `matching`. For the place
// that uses the list: one list can serve several.
std::vector<AllowlistProblem> lint_allowlist(const AllowlistTable& table,
                                             QueryMatching matching);

// See Allowlist::nearest_entry().
std::string_view nearest_allowlist_entry(const AllowlistTable& table,
                                         const Url& url);

}  // namespace logout

#endif
