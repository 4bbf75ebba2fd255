// What names a JSON Web Token (RFC 7519) for refusal.
//
// To refuse a token no signature need be right: who changes a claim makes a
// token that the application refuses. To end one, the claims have to be of a
// token that is verified: they are no secret, and whoever knows somebody's
// "sub" would log him out. token_claims() is for that, read_token_claims() is
// not.

#ifndef LOGOUT_REVOCATION_CLAIMS_HPP
#define LOGOUT_REVOCATION_CLAIMS_HPP

#include "core/revocation/refusal.hpp"
#include "core/token/jwt.hpp"

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace logout {

// Text that is absent, empty, longer than revocation_name_max_length or of
// another type is empty here. A whole number, which some issuers use for users,
// is its decimal digits.
struct TokenClaims {
    explicit TokenClaims(std::pmr::memory_resource* memory)
        : issuer(memory), jti(memory), sid(memory), sub(memory)
    {
    }

    std::pmr::string issuer;  // "iss", the realm of the three that follow
    std::pmr::string jti;     // the token
    std::pmr::string sid;     // the session
    std::pmr::string sub;     // the user

    // "iat". Issuers count whole seconds: this is the first millisecond of one.
    // Nothing if it is absent, no number, or no time since 1970.
    std::optional<Milliseconds> issued;
};

// The claims of a token that anybody can have made: a compact JWS (RFC 7515,
// section 7.1), of as many bytes as the caller allows. Its header is not looked
// at. Nothing if it has not three parts, or the second is not Base64url of a
// JSON object. Of a claim that occurs twice the last one counts, as for most
// applications.
std::optional<TokenClaims> read_token_claims(std::string_view token,
                                             std::pmr::memory_resource* memory);

// The same of a token that was read before, and verified where it is to end.
TokenClaims token_claims(const Jwt& jwt, std::pmr::memory_resource* memory);

// What ends the token: its "jti", its "sid", or a mark of its "sub". A mark
// within the second of "iat" refuses: a token from before it must not pass, and
// one that was issued in the rest of that second cannot be told from it.
std::optional<Refusal> find_refusal(const RevocationTable& table,
                                    const TokenClaims& claims,
                                    Milliseconds now);

// Whether a token can be refused at all; where not, it need not be read.
bool refuses_tokens(const RevocationTable& table);

}  // namespace logout

#endif
