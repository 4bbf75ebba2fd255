// How an identity provider tells a server through an iframe that a session has
// ended (OpenID Connect Front-Channel Logout 1.0).

#ifndef LOGOUT_OIDC_FRONTCHANNEL_HPP
#define LOGOUT_OIDC_FRONTCHANNEL_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

// Who may call.
struct FrontchannelPolicy {
    std::vector<std::string> issuers;  // their identifiers; not empty

    // A client may have registered that it wants `sid` always (section 2,
    // frontchannel_logout_session_required).
    bool session_required = false;

    // A `sid` without `iss`, which section 3 does not allow, is the only
    // issuer's.
    bool issuer_optional = false;
};

// Checks the parameters `iss` and `sid`, decoded, of which either is empty if
// it was not sent. Sets `issuer` to the one that calls, of `policy`, if there
// is no problem and there is a `sid`.
//
// Without `sid`, the session of the request's own cookie is the one to end.
FrontchannelProblem check_frontchannel(std::string_view iss,
                                       std::string_view sid,
                                       const FrontchannelPolicy& policy,
                                       std::string_view& issuer);

}  // namespace logout

#endif
