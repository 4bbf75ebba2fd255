// The "events" claim that makes a token a logout token (OpenID Connect
// Back-Channel Logout 1.0, section 2.4).

#ifndef LOGOUT_OIDC_EVENTS_HPP
#define LOGOUT_OIDC_EVENTS_HPP

#include "core/token/jwt.hpp"

namespace logout {

// Whether `jwt` has the back-channel logout event, and its value is a JSON
// object as the specification wants it.
inline bool has_logout_event(const Jwt& jwt)
{
    return json_is_object(
        json_object_get(jwt.claim("events"),
                        "http://schemas.openid.net/event/backchannel-logout"));
}

}  // namespace logout

#endif
