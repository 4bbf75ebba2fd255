// logout_confirm: the user is asked before anything is done. What the form
// sends back shows that it is this module's own, and made for the sessions that
// are to end: no page of others can know it, and nothing is kept here.

#ifndef LOGOUT_CONFIRMATION_HPP
#define LOGOUT_CONFIRMATION_HPP

#include "core/base/digest.hpp"
#include "core/request/parameters.hpp"
#include "core/session/reader.hpp"

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// The name of the form's hidden field.
constexpr std::string_view confirmation_field = "logout_confirm";

// A session that a request names, and the logout_session (its index in
// LogoutPolicy::sessions) that read it.
struct PlannedSession {
    std::size_t rule;
    DerivedSession session;
};

using PlannedSessions = ShortList<PlannedSession, 1>;

// The value of the field, for exactly these sessions: 64 hexadecimal digits.
std::pmr::string confirmation_token(const HmacKey& key,
                                    const PlannedSessions& sessions,
                                    std::pmr::memory_resource* memory);

// Whether `body`, a form, has the field with the value `expected`. Other
// fields may be malformed. Compares in constant time.
bool is_confirmed(std::string_view body, std::string_view expected);

// The Content-Security-Policy of the page. Static.
std::string_view confirmation_page_policy();

// Appends the page: a form that is sent to the page's own URL, query included,
// with `token` and with the parameters in `resent` as hidden fields.
void write_confirmation_page(std::string_view token, const Parameters& resent,
                             std::pmr::string& body);

}  // namespace logout

#endif
