// An OpenID Connect provider whose tokens are believed.

#ifndef LOGOUT_TOKEN_ISSUER_HPP
#define LOGOUT_TOKEN_ISSUER_HPP

#include "core/token/jwks.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace logout {

struct TokenIssuer {
    // The issuer identifier, compared byte by byte with the "iss" claim
    // (OpenID Connect Core 1.0, section 3.1.3.7): a trailing slash matters.
    std::string issuer;
    Jwks keys;

    // Of a logout token that has no "exp": for how many seconds from its "iat"
    // on it is good. 0: it needs an "exp".
    int logout_token_max_age = 0;
};

// Not empty; no two have the same name.
using TokenIssuers = std::vector<TokenIssuer>;

// Whose `token` is by its "iss", which nobody has verified. A single issuer is
// it whatever the token says, and so is the first where the token cannot be
// read: reading it with that one's keys says what is wrong. nullptr: another.
const TokenIssuer* issuer_of(std::string_view token,
                             const TokenIssuers& issuers);

// What is wrong with `issuer` as an issuer identifier: a URL with scheme and
// host, without query and fragment (OpenID Connect Discovery 1.0, section 2).
// A sentence without a full stop, static; nullptr if nothing is wrong.
const char* issuer_problem(std::string_view issuer);

}  // namespace logout

#endif
