// id_token_hint: the ID Token by which a client says who it is and whose
// session is to end (OpenID Connect RP-Initiated Logout 1.0, section 2).

#ifndef LOGOUT_OIDC_ID_TOKEN_HPP
#define LOGOUT_OIDC_ID_TOKEN_HPP

#include "core/token/jwt.hpp"
#include "core/token/issuer.hpp"

#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

enum class IdTokenProblem {
    none,
    bad_token,           // see IdTokenHint::token_problem
    not_an_id_token,     // a logout token
    issuer_mismatch,     // "iss" is absent or another provider's
    audience_missing,    // no "aud", or none that is a string
    audience_ambiguous,  // several, no "azp", and no client_id to choose
    client_mismatch,     // client_id is another client than the token's
};

// What a hint says. Only a verified hint is more than a claim of whoever made
// the request; an unverified one is good for finding the client's list of
// return URLs, which a client_id, as little verified, does as well.
struct IdTokenHint {
    explicit IdTokenHint(std::pmr::memory_resource* memory)
        : client_id(memory), subject(memory), session_id(memory)
    {
    }

    IdTokenProblem problem = IdTokenProblem::none;
    JwtProblem token_problem = JwtProblem::none;
    bool verified = false;
    std::pmr::string client_id;   // the client that the token was made for
    std::pmr::string subject;     // "sub"; empty if absent or not verified
    std::pmr::string session_id;  // "sid"; the same
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(const IdTokenHint& hint);

// Reads the hint `token`. `client_id` is the parameter of the request, or
// empty. With `issuers` the signature is verified and "iss" compared; with
// nullptr nothing is verified, only the audience is read, and a token that
// cannot be read at all is no problem where a client_id says the same.
//
// The token's expiry is not looked at: a session outlives its ID Token (RP-
// Initiated Logout 1.0, section 2).
IdTokenHint read_id_token_hint(std::string_view token,
                               std::string_view client_id,
                               const TokenIssuers* issuers,
                               std::pmr::memory_resource* memory);

}  // namespace logout

#endif
