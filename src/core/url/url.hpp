// Return URLs: one strict grammar, one canonical form.
//
// A URL is accepted only if RFC 3986 and the WHATWG URL standard read it the
// same way; the parser rejects rather than repairs. What leaves the parser is
// written anew from the parsed parts, so that what was checked is what is sent.
//
// Scheme and host are written in lower case, IPv6 addresses as RFC 5952 has
// them, escapes with upper-case digits; the default port is dropped, and an
// empty path of a web URL becomes "/". Only query and fragment may hold what
// RFC 3986 has no room for, spaces and characters beyond ASCII among it, since
// SDKs send them decoded and browsers leave "|" and others as they are: what
// browsers escape there is escaped, and the rest is kept.

#ifndef LOGOUT_URL_HPP
#define LOGOUT_URL_HPP

#include <array>
#include <cstddef>
#include <string_view>

namespace logout {

// The longest return URL that is read, in bytes after decoding.
constexpr std::size_t url_max_length = 2048;

// The rule of the grammar that refused a URL.
enum class UrlRule {
    ok,
    empty,
    too_long,
    forbidden_byte,
    bad_scheme,
    no_slashes_after_scheme,
    userinfo,
    bad_host,
    bad_ipv4,
    bad_ipv6,
    bad_port,
    bad_escape,
    escaped_control,
    dot_segment,
    network_path,
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(UrlRule rule);

enum class UrlKind {
    web,          // http: or https:
    private_use,  // com.example.app: (RFC 8252, section 7.1)
    relative,     // /path, on the origin of the request
};

// A parsed URL. The views point into the UrlBuffer that it was written to.
struct Url {
    UrlKind kind = UrlKind::web;
    std::string_view text;      // the canonical form, complete
    std::string_view scheme;    // lower case, without ":"; empty if relative
    std::string_view host;      // lower case; IPv6 with its brackets; as
                                // given if private_use
    std::string_view port;      // digits; empty if the scheme's default
    std::string_view origin;    // what stands before the path:
                                // "https://host:port"; empty if relative;
                                // "app.example://host" or "app.example:"
    std::string_view path;      // begins with "/" for web and relative
    std::string_view query;     // without "?"
    std::string_view fragment;  // without "#"
    bool has_query = false;
    bool has_fragment = false;
    bool plain_path = true;  // the path holds neither "%" nor ";"

    // Everything before "?" and "#".
    std::string_view without_query() const
    {
        return text.substr(0, origin.size() + path.size());
    }
};

// Room for the canonical form of any URL that the grammar accepts: a byte of
// the input becomes at most three, and an empty path becomes "/".
using UrlBuffer = std::array<char, 3 * url_max_length + 1>;

// Parses `input`, which may hold any bytes, and writes its canonical form to
// `buffer`. Allocates nothing; linear in the input's length. If the result is
// UrlRule::ok, `url` is set, and lives as long as `buffer`; else it is empty.
UrlRule parse_url(std::string_view input, UrlBuffer& buffer, Url& url);

}  // namespace logout

#endif
