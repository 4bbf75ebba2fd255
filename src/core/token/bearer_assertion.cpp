#include "core/token/bearer_assertion.hpp"

#include "core/token/token_type.hpp"

namespace logout {

namespace {

bool is_acceptable_type(std::string_view type)
{
    return type.empty() || is_token_type(type, "jwt") ||
           is_token_type(type, "global-token-revocation+jwt") ||
           is_token_type(type, "client-authentication+jwt");
}


AssertionProblem check_times(const Jwt& jwt, double now)
{
    const std::optional<double> expiry = jwt.date("exp");

    if (jwt.has("iat") && jwt.date("iat").value_or(now + 2 * assertion_leeway) >
                              now + assertion_leeway) {
        return AssertionProblem::issued_in_the_future;
    }

    if (!expiry) {
        return AssertionProblem::expiry_missing;
    }

    if (*expiry <= now - assertion_leeway) {
        return AssertionProblem::expired;
    }

    return *expiry > now + assertion_max_lifetime
               ? AssertionProblem::expires_too_late
               : AssertionProblem::none;
}


AssertionProblem check(const Jwt& jwt, const TokenIssuer& issuer,
                       const std::vector<std::string>& audiences, double now)
{
    if (!is_acceptable_type(jwt.type())) {
        return AssertionProblem::wrong_type;
    }

    if (jwt.text("iss") != issuer.issuer) {
        return AssertionProblem::issuer_mismatch;
    }

    if (!JwtAudience(jwt).names_any(audiences)) {
        return AssertionProblem::audience_mismatch;
    }

    const auto identifier = jwt.text("jti");

    if (!identifier || identifier->empty() ||
        identifier->size() > assertion_name_max_length) {
        return AssertionProblem::identifier_missing;
    }

    return check_times(jwt, now);
}

}  // namespace


const char* describe(AssertionProblem problem, JwtProblem token_problem)
{
    switch (problem) {
    case AssertionProblem::none:
        return "the token is in order";
    case AssertionProblem::missing:
        return "the Authorization header has no token that is valid here";
    case AssertionProblem::bad_token:
        return describe(token_problem);
    case AssertionProblem::wrong_type:
        return "the token's \"typ\" is that of a token for something else";
    case AssertionProblem::issuer_mismatch:
        return "the token's \"iss\" is not the configured issuer";
    case AssertionProblem::audience_mismatch:
        return "the token's \"aud\" is not the configured audience";
    case AssertionProblem::issued_in_the_future:
        return "the token's \"iat\" is in the future";
    case AssertionProblem::expiry_missing:
        return "the token has no \"exp\"";
    case AssertionProblem::expired:
        return "the token has expired";
    case AssertionProblem::expires_too_late:
        return "the token expires more than an hour from now";
    case AssertionProblem::identifier_missing:
        return "the token's \"jti\" is not a string of 1 to 512 bytes";
    case AssertionProblem::replayed:
        return "the token was used before";
    }

    return "";
}


BearerAssertion read_bearer_assertion(std::string_view token,
                                      const TokenIssuers& issuers,
                                      const std::vector<std::string>& audiences,
                                      std::time_t now,
                                      std::pmr::memory_resource* memory)
{
    BearerAssertion read(memory);
    Jwt jwt;

    if (token.empty()) {
        read.problem = AssertionProblem::missing;
        return read;
    }

    const TokenIssuer* const issuer = issuer_of(token, issuers);

    if (issuer == nullptr) {
        read.problem = AssertionProblem::issuer_mismatch;
        return read;
    }

    read.token_problem = verify_jwt(token, issuer->keys, jwt);
    read.problem =
        read.token_problem == JwtProblem::none
            ? check(jwt, *issuer, audiences, static_cast<double>(now))
            : AssertionProblem::bad_token;

    if (read.problem == AssertionProblem::none) {
        read.issuer = issuer;
        read.identifier = *jwt.text("jti");
        read.remember_for =
            static_cast<int>(*jwt.date("exp") - static_cast<double>(now)) +
            assertion_leeway + 1;
    }

    return read;
}

}  // namespace logout
