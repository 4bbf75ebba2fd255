// The web origins of a client (the `origin` parameter of logout_client): the
// pages that may log its users out from another site and that may read the
// answer (CORS).

#ifndef LOGOUT_ORIGINS_HPP
#define LOGOUT_ORIGINS_HPP

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace logout {

// Built while the configuration is read, then immutable. Look-up allocates
// nothing.
class Origins {
public:
    // Adds an origin as it is written in nginx.conf: "https://app.example.com",
    // "http://localhost:3000" or, for an app's own pages in a web view,
    // "capacitor://localhost", exactly as a browser writes it (lower case, no
    // default port, no path). Returns what is wrong with it, a sentence
    // without a full stop, and adds nothing then. Adding one twice is no error.
    std::optional<std::string> add(std::string_view origin);

    void add_all(const Origins& others);

    bool empty() const { return origins_.empty(); }

    // Whether `origin`, the value of an Origin header or referer_origin() of a
    // Referer header, is in the list. "null" and the empty string never are.
    bool contains(std::string_view origin) const;

private:
    std::set<std::string, std::less<>> origins_;
};

// The origin of a Referer header's URL, as a view into it: everything before
// the path. Empty if it is not an http: or https: URL.
std::string_view referer_origin(std::string_view referer);

// "host" or "host:port" of an origin, without the scheme and without the
// port that is its scheme's default. Empty for "null", for other schemes and
// for what is not an origin (user information, a bad host or port).
std::string_view origin_authority(std::string_view origin);

}  // namespace logout

#endif
