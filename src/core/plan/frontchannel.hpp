// How an identity provider tells a server through an iframe that a session has
// ended (OpenID Connect Front-Channel Logout 1.0).

#ifndef LOGOUT_OIDC_FRONTCHANNEL_HPP
#define LOGOUT_OIDC_FRONTCHANNEL_HPP

#include <cstddef>
#include <string_view>

namespace logout {

// The longest "sid", in bytes after decoding.
constexpr std::size_t frontchannel_sid_max_length = 512;

enum class FrontchannelProblem {
    none,
    one_without_the_other,  // section 3: iss and sid, both or neither
    issuer_mismatch,
    too_long,
    session_missing,  // neither, though they are required here
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(FrontchannelProblem problem);

// Checks the parameters `iss` and `sid`, decoded, of which either is empty if
// it was not sent. `issuer` is the configured provider's identifier.
//
// Without `sid`, the session of the request's own cookie is the one to end; a
// client may have registered that it wants `sid` always (section 2,
// frontchannel_logout_session_required).
FrontchannelProblem check_frontchannel(std::string_view iss,
                                       std::string_view sid,
                                       std::string_view issuer,
                                       bool session_required = false);

}  // namespace logout

#endif
