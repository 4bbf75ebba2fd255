// The Cookie header as browsers write it, and the Set-Cookie lines that make
// them forget (RFC 6265bis).

#ifndef LOGOUT_COOKIES_HPP
#define LOGOUT_COOKIES_HPP

#include "core/base/short_list.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace logout {

// How many occurrences of one cookie are looked at: a browser can send the
// same name several times (other paths, other domains), and frameworks differ
// in which one they take.
constexpr std::size_t cookie_max_occurrences = 8;

// Different texts, in the order in which they were found.
class CookieValues {
public:
    // Adds `value`, unless it is here already or there is no more room.
    void add(std::string_view value);

    const std::string_view* begin() const { return values_.begin(); }
    const std::string_view* end() const { return values_.end(); }
    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }

private:
    ShortList<std::string_view, cookie_max_occurrences> values_{nullptr};
};

// Adds to `found` the values of cookie `name` in one Cookie header, in their
// order, each distinct value once. Names are compared case-sensitively; a
// value in double quotes is given without them. The views point into `header`.
void find_cookie(std::string_view header, std::string_view name,
                 CookieValues& found);

// Adds to `found` the *names* in one Cookie header that begin with `prefix`,
// each distinct name once (chunked cookies: appSession.0, appSession.1).
void find_cookie_names(std::string_view header, std::string_view prefix,
                       CookieValues& found);

// Whether `name` can be a cookie's name: a token (RFC 6265, section 4.1.1).
bool is_cookie_name(std::string_view name);

enum class SameSite { unset, strict, lax, none };

// The attributes by which a browser finds the cookie to forget.
struct CookieAttributes {
    std::string path = "/";
    std::string domain;  // empty: a host-only cookie
    bool secure = false;
    bool http_only = false;
    bool partitioned = false;
    SameSite same_site = SameSite::unset;
};

// What is wrong with expiring cookie `name` (or all that begin with it) by
// these attributes: not a token, a byte that would end the attribute, or
// against the rules of the __Host-, __Secure-, __Http- and __Host-Http-
// prefixes. A sentence without a full stop, or nothing.
std::optional<std::string> cookie_problem(std::string_view name,
                                          const CookieAttributes& attributes);

// The value of a Set-Cookie header that expires cookie `name`.
std::string expire_cookie(std::string_view name,
                          const CookieAttributes& attributes);

// The same without the name: append to "NAME=". For names that are known only
// when the request is there.
std::string expire_cookie_suffix(const CookieAttributes& attributes);

}  // namespace logout

#endif
