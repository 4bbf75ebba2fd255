// A signed JSON Web Token in an Authorization header, by which a server says
// who it is (RFC 7523, section 3), as Okta's Universal Logout sends it.

#ifndef LOGOUT_BEARER_ASSERTION_HPP
#define LOGOUT_BEARER_ASSERTION_HPP

#include "core/token/issuer.hpp"
#include "core/token/jwt.hpp"

#include <cstddef>
#include <ctime>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// How far the sender's clock may be off, and the longest time from now to a
// token's expiry, in seconds: for as long its "jti" is remembered.
constexpr int assertion_leeway = 60;
constexpr int assertion_max_lifetime = 60 * 60;

// The longest "jti", in bytes.
constexpr std::size_t assertion_name_max_length = 512;

enum class AssertionProblem {
    none,
    missing,
    bad_token,   // see BearerAssertion::token_problem
    wrong_type,  // "typ" is that of a token for something else
    issuer_mismatch,
    audience_mismatch,
    issued_in_the_future,
    expiry_missing,
    expired,
    expires_too_late,
    identifier_missing,  // no "jti", or a bad one
    replayed,            // for the caller: the "jti" was seen before
};

struct BearerAssertion {
    explicit BearerAssertion(std::pmr::memory_resource* memory)
        : identifier(memory)
    {
    }

    AssertionProblem problem = AssertionProblem::none;
    JwtProblem token_problem = JwtProblem::none;
    const TokenIssuer* issuer = nullptr;  // of those that were given
    std::pmr::string identifier;          // "jti"
    int remember_for = 0;                 // how long, in seconds
};

// A sentence without a full stop, for the answer, for logs and for
// logout_explain. Static.
const char* describe(AssertionProblem problem, JwtProblem token_problem);

// Verifies and reads `token`, which has to be for one of `audiences`, at the
// time `now`. `issuers` is not empty. All members of the result besides the
// problems are set only without a problem.
BearerAssertion read_bearer_assertion(std::string_view token,
                                      const TokenIssuers& issuers,
                                      const std::vector<std::string>& audiences,
                                      std::time_t now,
                                      std::pmr::memory_resource* memory);

}  // namespace logout

#endif
