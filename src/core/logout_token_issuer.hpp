// An OpenID Connect provider whose tokens are believed.

#ifndef LOGOUT_TOKEN_ISSUER_HPP
#define LOGOUT_TOKEN_ISSUER_HPP

#include "logout_jwks.hpp"

#include <string>

namespace logout {

struct TokenIssuer {
    // The issuer identifier, compared byte by byte with the "iss" claim
    // (OpenID Connect Core 1.0, section 3.1.3.7): a trailing slash matters.
    std::string issuer;
    Jwks keys;
};

}  // namespace logout

#endif
