// The answer to SPiD.logout() of Schibsted's JavaScript SDK 2.x, which loads
// the logout endpoint as a script and hands what that script passes to
// SPiD.Talk.response() to the application.

#ifndef LOGOUT_JSONP_HPP
#define LOGOUT_JSONP_HPP

#include <cstddef>
#include <ctime>
#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

constexpr std::size_t jsonp_callback_max_length = 64;

// The Content-Type of the answer. It goes with status 200 even for a failure:
// browsers do not run a script of another status, and the SDK would wait for
// its timeout.
constexpr std::string_view jsonp_content_type =
    "text/javascript; charset=utf-8";

// Whether `name` may stand in the answer: a letter, "_" or "$", then letters,
// digits, "_", "$" and "."; 64 bytes at most. The SDK makes "f" and
// hexadecimal digits; applications with a wrapper of their own may name it
// otherwise.
bool is_jsonp_callback(std::string_view name);

// What is common to the answers.
struct JsonpAnswer {
    std::string_view callback;  // is_jsonp_callback() accepted it
    std::time_t server_time = 0;

    // The domain that the session cookie is set for; may be empty. Left out
    // if it is not a host name.
    std::string_view base_domain;
};

// The user is logged out: the SDK forgets its cached session, fires
// "SPiD.logout" and calls back without an error.
std::pmr::string jsonp_logged_out(const JsonpAnswer& answer,
                                  std::pmr::memory_resource* memory);

// The user may still be logged in: the SDK fires nothing and calls back with
// {code, type, description}. `status` is the HTTP status that the same result
// has elsewhere, `result` its name, `description` a sentence; both are this
// module's own words.
std::pmr::string jsonp_failed(const JsonpAnswer& answer, int status,
                              std::string_view result,
                              std::string_view description,
                              std::pmr::memory_resource* memory);

}  // namespace logout

#endif
