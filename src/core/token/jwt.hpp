// Signed JSON Web Tokens (RFC 7519, RFC 7515) of an identity provider.

#ifndef LOGOUT_JWT_HPP
#define LOGOUT_JWT_HPP

#include "core/base/json.hpp"
#include "core/token/jwks.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// The longest token that is read where nobody says otherwise, in bytes.
// Providers that list a user's groups make tokens of 18 KB.
constexpr std::size_t jwt_default_max_length = 24 * 1024;

// What is wrong with a token, before its claims are looked at.
enum class JwtProblem {
    none,
    too_long,
    not_a_token,
    encrypted,
    bad_encoding,
    bad_header,
    unsigned_token,
    algorithm_not_accepted,
    critical_header,
    unknown_key,
    several_keys,
    bad_signature,
    bad_claims,
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(JwtProblem problem);

// A token's header and claims. Movable; the views that the accessors give live
// as long as the object.
class Jwt {
public:
    Jwt() = default;
    Jwt(Json header, Json claims)
        : header_(std::move(header)), claims_(std::move(claims))
    {
    }

    // The header's "typ"; empty if there is none.
    std::string_view type() const;

    bool has(const char* claim) const;

    // A claim that is a string. Nothing if it is absent or something else.
    std::optional<std::string_view> text(const char* claim) const;

    // A claim that is a NumericDate, in seconds since 1970. Nothing if it is
    // absent or no number.
    std::optional<double> date(const char* claim) const;

    const json_t* claim(const char* name) const
    {
        return json_object_get(claims_.get(), name);
    }

private:
    Json header_;
    Json claims_;
};

// The "aud" claim: a string or an array of strings.
class JwtAudience {
public:
    explicit JwtAudience(const Jwt& jwt) : claim_(jwt.claim("aud")) {}

    // Whether the claim is there, names anybody, and holds strings only.
    bool valid() const;

    // The number of members of a valid claim.
    std::size_t size() const;

    std::string_view operator[](std::size_t index) const;

    bool contains(std::string_view audience) const;

    // Whether the claim is valid and contains one of `audiences`.
    bool names_any(const std::vector<std::string>& audiences) const;

private:
    const json_t* claim_;
};

// Verifies the signature of `token` with `keys`, and reads it. `jwt` is set
// only if the result is JwtProblem::none. The bytes of `token` may be any; how
// many there may be is the caller's to say.
JwtProblem verify_jwt(std::string_view token, const Jwks& keys, Jwt& jwt);

// Reads `token` without verifying anything: anybody can have made it. An
// unsigned token and one with critical headers are refused all the same.
JwtProblem read_unverified_jwt(std::string_view token, Jwt& jwt);

}  // namespace logout

#endif
