// logout_token: how an identity provider tells a server, without a browser,
// that a session has ended (OpenID Connect Back-Channel Logout 1.0).

#ifndef LOGOUT_OIDC_LOGOUT_TOKEN_HPP
#define LOGOUT_OIDC_LOGOUT_TOKEN_HPP

#include "core/token/jwt.hpp"
#include "core/token/issuer.hpp"

#include <ctime>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// How far the provider's clock may be off, in seconds.
constexpr int logout_token_leeway = 60;

// The longest time from now to a token's expiry, in seconds: for as long its
// "jti" is remembered. The specification recommends two minutes.
constexpr int logout_token_max_lifetime = 24 * 60 * 60;

// The longest "sid", "sub" and "jti", in bytes.
constexpr std::size_t logout_token_name_max_length = 512;

enum class LogoutTokenProblem {
    none,
    missing,     // no logout_token parameter
    bad_token,   // see LogoutToken::token_problem
    wrong_type,  // "typ" is there and is neither "logout+jwt" nor "JWT"
    issuer_mismatch,
    audience_mismatch,  // not these clients, or others beside them
    issued_at_missing,
    issued_in_the_future,
    expiry_missing,
    expired,
    expires_too_late,
    too_old,  // no "exp", and "iat" is longer ago than the issuer's maximum
    event_missing,       // "events" without the back-channel logout event
    nonce_present,       // an ID Token passed off as a logout token
    nobody_named,        // neither "sid" nor "sub"
    bad_name,            // "sid", "sub" or "jti" empty, too long or no string
    identifier_missing,  // no "jti"
    nobody_findable,     // for the caller: there is no index to look in
    replayed,            // the same: the "jti" was seen before
};

// Whom a location believes, and of which clients.
struct BelievedIssuer {
    const TokenIssuer* issuer = nullptr;
    std::vector<std::string> client_ids;
};

// Not empty. One issuer may be there more than once, for different clients.
using LogoutTokenPolicy = std::vector<BelievedIssuer>;

struct LogoutToken {
    explicit LogoutToken(std::pmr::memory_resource* memory)
        : session_id(memory), subject(memory), identifier(memory)
    {
    }

    LogoutTokenProblem problem = LogoutTokenProblem::none;
    JwtProblem token_problem = JwtProblem::none;
    const TokenIssuer* issuer = nullptr;  // of the policy
    std::pmr::string session_id;          // "sid"; empty if absent
    std::pmr::string subject;             // "sub"; empty if absent
    std::pmr::string identifier;          // "jti"

    // How long the identifier is to be remembered, in seconds.
    int remember_for = 0;
};

// A sentence without a full stop, for the answer, for logs and for
// logout_explain. Static.
const char* describe(LogoutTokenProblem problem, JwtProblem token_problem);

// Verifies and reads `token` as section 2.6 says, at the time `now`. All
// members of the result besides the problems are set only without a problem.
LogoutToken read_logout_token(std::string_view token,
                              const LogoutTokenPolicy& policy, std::time_t now,
                              std::pmr::memory_resource* memory);

// The Redis key under which a token's identifier is remembered: `prefix` and a
// hash of issuer and identifier, of one length whatever these hold.
std::pmr::string logout_token_replay_key(std::string_view prefix,
                                         std::string_view issuer,
                                         std::string_view identifier,
                                         std::pmr::memory_resource* memory);

// The JSON body of the answer 400 (section 2.8), with OAuth's words for errors:
// `description` is a text of this module, without a full stop.
void write_backchannel_error(std::string_view error,
                             std::string_view description,
                             std::pmr::string& body);

}  // namespace logout

#endif
