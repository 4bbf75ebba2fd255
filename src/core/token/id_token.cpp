#include "core/token/id_token.hpp"

#include "core/token/logout_event_claim.hpp"

namespace logout {

namespace {

// The client that the token was made for: "azp" where it is given, else the
// only audience; of several audiences the one that client_id names.
IdTokenProblem find_client(const Jwt& jwt, std::string_view client_id,
                           std::pmr::string& client)
{
    const JwtAudience audience(jwt);

    if (!audience.valid()) {
        return IdTokenProblem::audience_missing;
    }

    if (const std::optional<std::string_view> party = jwt.text("azp")) {
        client = *party;
    } else if (audience.size() == 1) {
        client = audience[0];
    } else if (client_id.empty()) {
        return IdTokenProblem::audience_ambiguous;
    } else if (audience.contains(client_id)) {
        client = client_id;
    } else {
        return IdTokenProblem::client_mismatch;
    }

    if (!client_id.empty() && client != client_id) {
        return IdTokenProblem::client_mismatch;
    }

    return IdTokenProblem::none;
}


IdTokenProblem check(const Jwt& jwt, std::string_view client_id,
                     const TokenIssuer* issuer, IdTokenHint& hint)
{
    if (has_logout_event(jwt)) {
        return IdTokenProblem::not_an_id_token;
    }

    if (issuer != nullptr && jwt.text("iss") != issuer->issuer) {
        return IdTokenProblem::issuer_mismatch;
    }

    return find_client(jwt, client_id, hint.client_id);
}

}  // namespace


const char* describe(const IdTokenHint& hint)
{
    switch (hint.problem) {
    case IdTokenProblem::none:
        return "the id_token_hint is in order";
    case IdTokenProblem::bad_token:
        return describe(hint.token_problem);
    case IdTokenProblem::not_an_id_token:
        return "the id_token_hint is a logout token";
    case IdTokenProblem::issuer_mismatch:
        return "the id_token_hint's \"iss\" is not the configured issuer";
    case IdTokenProblem::audience_missing:
        return "the id_token_hint has no \"aud\"";
    case IdTokenProblem::audience_ambiguous:
        return "the id_token_hint has several audiences, and neither \"azp\" "
               "nor client_id says which is the client";
    case IdTokenProblem::client_mismatch:
        return "the id_token_hint was made for another client than client_id";
    }

    return "";
}


IdTokenHint read_id_token_hint(std::string_view token,
                               std::string_view client_id,
                               const TokenIssuers* issuers,
                               std::pmr::memory_resource* memory)
{
    IdTokenHint hint(memory);
    Jwt jwt;
    const TokenIssuer* issuer = nullptr;

    if (issuers != nullptr) {
        issuer = issuer_of(token, *issuers);
        if (issuer == nullptr) {
            hint.problem = IdTokenProblem::issuer_mismatch;
            return hint;
        }
    }

    hint.token_problem = issuer != nullptr
                             ? verify_jwt(token, issuer->keys, jwt)
                             : read_unverified_jwt(token, jwt);

    if (hint.token_problem != JwtProblem::none) {
        hint.client_id = client_id;
        if (issuer != nullptr || client_id.empty()) {
            hint.problem = IdTokenProblem::bad_token;
        }
        return hint;
    }

    hint.problem = check(jwt, client_id, issuer, hint);
    hint.verified = issuer != nullptr && hint.problem == IdTokenProblem::none;

    if (hint.verified) {
        hint.subject = jwt.text("sub").value_or(std::string_view());
        hint.session_id = jwt.text("sid").value_or(std::string_view());
    }

    return hint;
}

}  // namespace logout
