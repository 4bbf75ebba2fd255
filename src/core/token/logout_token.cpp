#include "core/token/logout_token.hpp"

#include "core/base/digest.hpp"
#include "core/token/logout_event_claim.hpp"
#include "core/token/token_type.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::size_t replay_hash_bytes = 16;


// Section 2.4 recommends "logout+jwt". A type of something else says that the
// token was made for something else (RFC 8725, section 3.11).
bool is_acceptable_type(std::string_view type)
{
    return type.empty() || is_token_type(type, "jwt") ||
           is_token_type(type, "logout+jwt");
}


bool is_listed(const std::vector<std::string>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}


// OpenID Connect Core 1.0, section 3.1.3.7: a token for others beside us is
// not ours alone to believe.
bool is_for(const std::vector<std::string>& client_ids, const Jwt& jwt)
{
    const JwtAudience audience(jwt);

    if (!audience.valid()) {
        return false;
    }

    for (std::size_t i = 0; i < audience.size(); i++) {
        if (!is_listed(client_ids, audience[i])) {
            return false;
        }
    }

    return true;
}


// When a token with an "iat" ends to be good. Nothing if nobody says.
std::optional<double> end_of(const Jwt& jwt, const TokenIssuer& issuer)
{
    if (issuer.logout_token_max_age > 0 && !jwt.has("exp")) {
        return *jwt.date("iat") + issuer.logout_token_max_age;
    }

    return jwt.date("exp");
}


LogoutTokenProblem check_times(const Jwt& jwt, const TokenIssuer& issuer,
                               double now)
{
    const std::optional<double> issued_at = jwt.date("iat");

    if (!issued_at) {
        return LogoutTokenProblem::issued_at_missing;
    }

    const std::optional<double> expiry = end_of(jwt, issuer);

    if (!expiry) {
        return LogoutTokenProblem::expiry_missing;
    }

    if (*issued_at > now + logout_token_leeway) {
        return LogoutTokenProblem::issued_in_the_future;
    }

    if (*expiry <= now - logout_token_leeway) {
        return jwt.has("exp") ? LogoutTokenProblem::expired
                              : LogoutTokenProblem::too_old;
    }

    if (*expiry > now + logout_token_max_lifetime) {
        return LogoutTokenProblem::expires_too_late;
    }

    return LogoutTokenProblem::none;
}


// A claim that may be absent, but not be anything else than a short string.
bool read_name(const Jwt& jwt, const char* claim, std::pmr::string& name)
{
    if (!jwt.has(claim)) {
        return true;
    }

    const std::optional<std::string_view> text = jwt.text(claim);

    if (!text || text->empty() || text->size() > logout_token_name_max_length) {
        return false;
    }

    name = *text;

    return true;
}


LogoutTokenProblem read_names(const Jwt& jwt, LogoutToken& token)
{
    if (!read_name(jwt, "sid", token.session_id) ||
        !read_name(jwt, "sub", token.subject) ||
        !read_name(jwt, "jti", token.identifier)) {
        return LogoutTokenProblem::bad_name;
    }

    if (token.session_id.empty() && token.subject.empty()) {
        return LogoutTokenProblem::nobody_named;
    }

    if (token.identifier.empty()) {
        return LogoutTokenProblem::identifier_missing;
    }

    return LogoutTokenProblem::none;
}


// In the order of section 2.6.
LogoutTokenProblem check(const Jwt& jwt, const BelievedIssuer& believed,
                         double now)
{
    if (!is_acceptable_type(jwt.type())) {
        return LogoutTokenProblem::wrong_type;
    }

    if (jwt.text("iss") != believed.issuer->issuer) {
        return LogoutTokenProblem::issuer_mismatch;
    }

    if (!is_for(believed.client_ids, jwt)) {
        return LogoutTokenProblem::audience_mismatch;
    }

    const LogoutTokenProblem problem = check_times(jwt, *believed.issuer, now);

    if (problem != LogoutTokenProblem::none) {
        return problem;
    }

    if (!has_logout_event(jwt)) {
        return LogoutTokenProblem::event_missing;
    }

    if (jwt.has("nonce")) {
        return LogoutTokenProblem::nonce_present;
    }

    return LogoutTokenProblem::none;
}


// The one whose clients `token` is for, by what nobody has verified yet, or the
// first of the same issuer. As issuer_of() otherwise.
const BelievedIssuer* choose(std::string_view token,
                             const LogoutTokenPolicy& policy)
{
    const BelievedIssuer* chosen = nullptr;
    Jwt jwt;

    if (policy.size() == 1 ||
        read_unverified_jwt(token, jwt) != JwtProblem::none) {
        return &policy.front();
    }

    for (const BelievedIssuer& candidate : policy) {
        if (jwt.text("iss") != candidate.issuer->issuer) {
            continue;
        }

        if (is_for(candidate.client_ids, jwt)) {
            return &candidate;
        }

        chosen = chosen != nullptr ? chosen : &candidate;
    }

    return chosen;
}


// `text` is this module's own and has nothing that JSON wants escaped but
// double quotes.
void append_quoted(std::pmr::string& out, std::string_view text)
{
    out += '"';
    for (char c : text) {
        if (c == '"') {
            out += '\\';
        }
        out += c;
    }
    out += '"';
}

}  // namespace


const char* describe(LogoutTokenProblem problem, JwtProblem token_problem)
{
    switch (problem) {
    case LogoutTokenProblem::none:
        return "the logout_token is in order";
    case LogoutTokenProblem::missing:
        return "there is no logout_token";
    case LogoutTokenProblem::bad_token:
        return describe(token_problem);
    case LogoutTokenProblem::wrong_type:
        return "the token's \"typ\" is not logout+jwt";
    case LogoutTokenProblem::issuer_mismatch:
        return "the token's \"iss\" is not the configured issuer";
    case LogoutTokenProblem::audience_mismatch:
        return "the token's \"aud\" is not the configured client";
    case LogoutTokenProblem::issued_at_missing:
        return "the token has no \"iat\"";
    case LogoutTokenProblem::issued_in_the_future:
        return "the token's \"iat\" is in the future";
    case LogoutTokenProblem::expiry_missing:
        return "the token has no \"exp\"";
    case LogoutTokenProblem::expired:
        return "the token has expired";
    case LogoutTokenProblem::expires_too_late:
        return "the token expires more than a day from now";
    case LogoutTokenProblem::too_old:
        return "the token has no \"exp\" and was issued longer ago than "
               "max_age";
    case LogoutTokenProblem::event_missing:
        return "the token's \"events\" do not have the back-channel logout "
               "event";
    case LogoutTokenProblem::nonce_present:
        return "the token has a \"nonce\", which a logout token never has";
    case LogoutTokenProblem::nobody_named:
        return "the token has neither \"sid\" nor \"sub\"";
    case LogoutTokenProblem::bad_name:
        return "the token's \"sid\", \"sub\" or \"jti\" is not a string of 1 "
               "to 512 bytes";
    case LogoutTokenProblem::identifier_missing:
        return "the token has no \"jti\"";
    case LogoutTokenProblem::nobody_findable:
        return "the token's \"sid\" or \"sub\" cannot be looked up here";
    case LogoutTokenProblem::replayed:
        return "the token was used before";
    }

    return "";
}


LogoutToken read_logout_token(std::string_view token,
                              const LogoutTokenPolicy& policy, std::time_t now,
                              std::pmr::memory_resource* memory)
{
    LogoutToken read(memory);
    LogoutToken refused(memory);
    Jwt jwt;

    if (token.empty()) {
        refused.problem = LogoutTokenProblem::missing;
        return refused;
    }

    const BelievedIssuer* const believed = choose(token, policy);

    if (believed == nullptr) {
        refused.problem = LogoutTokenProblem::issuer_mismatch;
        return refused;
    }

    refused.token_problem = verify_jwt(token, believed->issuer->keys, jwt);
    if (refused.token_problem != JwtProblem::none) {
        refused.problem = LogoutTokenProblem::bad_token;
        return refused;
    }

    refused.problem = check(jwt, *believed, static_cast<double>(now));
    if (refused.problem == LogoutTokenProblem::none) {
        refused.problem = read_names(jwt, read);
    }

    if (refused.problem != LogoutTokenProblem::none) {
        return refused;
    }

    read.issuer = believed->issuer;

    // long enough: the token expires at most a day from now, so this fits
    read.remember_for = static_cast<int>(*end_of(jwt, *believed->issuer) -
                                         static_cast<double>(now)) +
                        logout_token_leeway + 1;

    return read;
}


std::pmr::string logout_token_replay_key(std::string_view prefix,
                                         std::string_view issuer,
                                         std::string_view identifier,
                                         std::pmr::memory_resource* memory)
{
    std::pmr::string key(prefix, memory);
    const std::size_t length = key.size();

    // the issuer is a URL, which has no NUL
    const DigestValue hash = Digest(DigestAlgorithm::sha256)
                                 .add(issuer)
                                 .add({"\0", 1})
                                 .add(identifier)
                                 .finish();

    key.resize(length + 2 * replay_hash_bytes);
    hex_encode(hash.view().substr(0, replay_hash_bytes), &key[length]);
    return key;
}


void write_backchannel_error(std::string_view error,
                             std::string_view description,
                             std::pmr::string& body)
{
    body += "{\"error\":";
    append_quoted(body, error);
    body += ",\"error_description\":";
    append_quoted(body, description);
    body += "}\n";
}

}  // namespace logout
