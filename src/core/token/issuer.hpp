// An OpenID Connect provider whose tokens are believed.

#ifndef LOGOUT_TOKEN_ISSUER_HPP
#define LOGOUT_TOKEN_ISSUER_HPP

#include "core/token/jwks.hpp"

#include <string>
#include <string_view>

namespace logout {

struct TokenIssuer {
    // The issuer identifier, compared byte by byte with the "iss" claim
    // (OpenID Connect Core 1.0, section 3.1.3.7): a trailing slash matters.
    std::string issuer;
    Jwks keys;
};

// What is wrong with `issuer` as an issuer identifier: a URL with scheme and
// host, without query and fragment (OpenID Connect Discovery 1.0, section 2).
// A sentence without a full stop, static; nullptr if nothing is wrong.
const char* issuer_problem(std::string_view issuer);

}  // namespace logout

#endif
