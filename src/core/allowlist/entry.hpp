// One entry of a return-URL list, as it is written in nginx.conf.

#ifndef LOGOUT_ALLOWLIST_ENTRY_HPP
#define LOGOUT_ALLOWLIST_ENTRY_HPP

#include "core/url/url.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace logout {

// What an entry leaves open.
enum class HostPattern {
    none,
    any_label,  // https://*.example.com: one label in place of "*"
    any_port,   // http://127.0.0.1:*
};

// The most slashes in the path of an entry that ends in "/*".
constexpr std::size_t allowlist_max_depth = 63;

// An entry taken apart; all texts are canonical.
struct AllowlistEntry {
    UrlKind kind = UrlKind::web;
    HostPattern host_pattern = HostPattern::none;
    bool path_pattern = false;  // any path that begins with `target`

    std::string origin;  // as Url::origin, with "*." or ":*" where it is open
    std::string target;  // path, "?" query, "#" fragment
    std::size_t path_size = 0;  // of `target`
    std::string host;           // as Url::host, without "*."

    bool is_pattern() const
    {
        return path_pattern || host_pattern != HostPattern::none;
    }
};

// Reads `written`. Returns what is wrong with it, a sentence without a full
// stop, or nothing; `entry` is set only if nothing is wrong.
std::string parse_allowlist_entry(std::string_view written,
                                  AllowlistEntry& entry);

}  // namespace logout

#endif
