#include "core/url/forbidden_scheme.hpp"

#include <algorithm>
#include <array>

namespace logout {

namespace {

// Sorted, for the binary search.
constexpr std::array<std::string_view, 61> dangerous_schemes = {
    "about",
    "acrobat",
    "afp",
    "android-app",
    "android-webview",
    "applescript",
    "blob",
    "brave",
    "cid",
    "content",
    "data",
    "devtools",
    "disk",
    "edge",
    "feed",
    "file",
    "filesystem",
    "finger",
    "ftp",
    "ftps",
    "googlechrome",
    "gopher",
    "hcp",
    "help",
    "intent",
    "its",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "livescript",
    "mhtml",
    "mid",
    "mk",
    "mocha",
    "nfs",
    "ni",
    "opera",
    "pcast",
    "res",
    "resource",
    "rlogin",
    "search",
    "search-ms",
    "sftp",
    "shell",
    "smb",
    "ssh",
    "telnet",
    "tn3270",
    "unsafe",
    "vbscript",
    "view-source",
    "vivaldi",
    "vnd.ms.radio",
    "webcal",
    "ws",
    "wss",
    "wyciwyg",
    "x-apple.systempreferences",
    "x-javascript",
};

// Browsers' own pages and extensions (chrome:, chrome-extension:, moz-icon:,
// safari-web-extension:, ...) and Windows' handlers (ms-msdt:, ms-excel:, ...).
constexpr std::array<std::string_view, 5> dangerous_prefixes = {
    "chrome", "moz-", "ms-", "safari-", "edge-",
};

}  // namespace


bool is_dangerous_scheme(std::string_view scheme)
{
    if (std::binary_search(dangerous_schemes.begin(), dangerous_schemes.end(),
                           scheme)) {
        return true;
    }
    return std::any_of(dangerous_prefixes.begin(), dangerous_prefixes.end(),
                       [scheme](std::string_view prefix) {
                           return scheme.substr(0, prefix.size()) == prefix;
                       });
}

}  // namespace logout
