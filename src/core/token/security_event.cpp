#include "core/token/security_event.hpp"

#include "core/token/token_type.hpp"

namespace logout {

namespace {

struct SignalUri {
    std::string_view uri;
    Signal signal;
};

constexpr SignalUri uris[] = {
    {"https://schemas.openid.net/secevent/caep/event-type/session-revoked",
     Signal::session_revoked},
    {"https://schemas.openid.net/secevent/caep/event-type/credential-change",
     Signal::credential_change},
    {"https://schemas.openid.net/secevent/risc/event-type/account-disabled",
     Signal::account_disabled},
    {"https://schemas.openid.net/secevent/risc/event-type/account-purged",
     Signal::account_purged},
    {"https://schemas.openid.net/secevent/risc/event-type/sessions-revoked",
     Signal::sessions_revoked},
    {"https://schemas.openid.net/secevent/ssf/event-type/verification",
     Signal::verification},
    {"https://schemas.openid.net/secevent/ssf/event-type/stream-updated",
     Signal::stream_updated},
};

constexpr Signal ending_signals[] = {
    Signal::session_revoked, Signal::credential_change,
    Signal::account_disabled, Signal::account_purged, Signal::sessions_revoked};


Signal signal_of(std::string_view uri)
{
    for (const SignalUri& known : uris) {
        if (known.uri == uri) {
            return known.signal;
        }
    }

    return Signal::other;
}


SecurityEventProblem check_times(const Jwt& jwt, double now)
{
    const std::optional<double> issued_at = jwt.date("iat");

    if (!issued_at) {
        return SecurityEventProblem::issued_at_missing;
    }

    if (*issued_at > now + security_event_leeway) {
        return SecurityEventProblem::issued_in_the_future;
    }

    return *issued_at <= now - security_event_max_age
               ? SecurityEventProblem::too_old
               : SecurityEventProblem::none;
}


SecurityEventProblem check(const Jwt& jwt, const TokenIssuer& issuer,
                           const SecurityEventPolicy& policy, double now)
{
    // recommended by RFC 8417, section 2.3, demanded by SSF 1.0, section 4.1
    if (!is_token_type(jwt.type(), "secevent+jwt")) {
        return SecurityEventProblem::wrong_type;
    }

    if (jwt.text("iss") != issuer.issuer) {
        return SecurityEventProblem::issuer_mismatch;
    }

    if (!JwtAudience(jwt).names_any(policy.audiences)) {
        return SecurityEventProblem::audience_mismatch;
    }

    if (jwt.has("sub")) {
        return SecurityEventProblem::subject_claim;
    }

    if (jwt.has("exp")) {
        return SecurityEventProblem::expiry_claim;
    }

    return check_times(jwt, now);
}


SecurityEventProblem read_identifier(const Jwt& jwt, SecurityEvent& event)
{
    const auto identifier = jwt.text("jti");

    if (!identifier || identifier->empty() ||
        identifier->size() > security_event_name_max_length) {
        return SecurityEventProblem::identifier_missing;
    }

    event.identifier = *identifier;
    return SecurityEventProblem::none;
}


// The object that says more of the only event; nullptr if there is not exactly
// one.
const json_t* read_event(const Jwt& jwt, SecurityEvent& event)
{
    const json_t* const events = jwt.claim("events");

    if (json_object_size(events) != 1) {
        return nullptr;
    }

    void* const only = json_object_iter(const_cast<json_t*>(events));
    const json_t* const value = json_object_iter_value(only);

    event.signal = signal_of(json_object_iter_key(only));
    return json_is_object(value) ? value : nullptr;
}


// CAEP 1.0, section 3.3: a credential that is added is none that is lost.
bool ends_sessions(const SecurityEvent& event, const json_t* value,
                   const SecurityEventPolicy& policy)
{
    return policy.signals.contains(event.signal) &&
           (event.signal != Signal::credential_change ||
            json_string_member(value, "change_type") != "create");
}


// Before SSF 1.0 the subject was a member of the event.
const json_t* subject_of(const Jwt& jwt, const json_t* value)
{
    const json_t* const claim = jwt.claim("sub_id");

    return claim != nullptr ? claim : json_object_get(value, "subject");
}


SecurityEventProblem read_whom(const Jwt& jwt, const json_t* value,
                               const TokenIssuer& issuer, SecurityEvent& event)
{
    const Subject subject = read_subject(subject_of(jwt, value), issuer.issuer);

    event.subject_problem = subject.problem;
    if (subject.problem != SubjectProblem::none) {
        return SecurityEventProblem::bad_subject;
    }

    event.user = subject.user;
    event.email = subject.email;
    event.session = subject.session;
    return SecurityEventProblem::none;
}


SecurityEventProblem read(const Jwt& jwt, const TokenIssuer& issuer,
                          const SecurityEventPolicy& policy,
                          SecurityEvent& event)
{
    const SecurityEventProblem problem = read_identifier(jwt, event);

    if (problem != SecurityEventProblem::none) {
        return problem;
    }

    const json_t* const value = read_event(jwt, event);

    if (value == nullptr) {
        return SecurityEventProblem::not_one_event;
    }

    event.ends_sessions = ends_sessions(event, value, policy);
    return event.ends_sessions ? read_whom(jwt, value, issuer, event)
                               : SecurityEventProblem::none;
}


SecurityEvent refuse(const SecurityEvent& read, SecurityEventProblem problem,
                     std::pmr::memory_resource* memory)
{
    SecurityEvent refused(memory);

    refused.problem = problem;
    refused.token_problem = read.token_problem;
    refused.subject_problem = read.subject_problem;
    refused.signal = read.signal;
    return refused;
}


std::string_view error_code(JwtProblem problem)
{
    switch (problem) {
    case JwtProblem::algorithm_not_accepted:
    case JwtProblem::encrypted:
    case JwtProblem::unknown_key:
    case JwtProblem::several_keys:
        return "invalid_key";
    case JwtProblem::unsigned_token:
    case JwtProblem::bad_signature:
        return "authentication_failed";
    case JwtProblem::none:
    case JwtProblem::too_long:
    case JwtProblem::not_a_token:
    case JwtProblem::bad_encoding:
    case JwtProblem::bad_header:
    case JwtProblem::critical_header:
    case JwtProblem::bad_claims:
        break;
    }

    return "invalid_request";
}

}  // namespace


std::string_view name(Signal signal)
{
    for (const SignalUri& known : uris) {
        if (known.signal == signal) {
            return known.uri.substr(known.uri.rfind('/') + 1);
        }
    }

    return "other";
}


std::optional<Signal> find_signal(std::string_view text)
{
    for (const Signal signal : ending_signals) {
        if (name(signal) == text) {
            return signal;
        }
    }

    return std::nullopt;
}


std::string_view signal_names()
{
    return "session-revoked, credential-change, account-disabled,"
           " account-purged, sessions-revoked";
}


SignalSet all_signals()
{
    SignalSet all;

    for (const Signal signal : ending_signals) {
        all.add(signal);
    }

    return all;
}


const char* describe(const SecurityEvent& event)
{
    switch (event.problem) {
    case SecurityEventProblem::none:
        return "the token is in order";
    case SecurityEventProblem::missing:
        return "the body is not a token of type application/secevent+jwt";
    case SecurityEventProblem::bad_token:
        return describe(event.token_problem);
    case SecurityEventProblem::wrong_type:
        return "the token's \"typ\" is not secevent+jwt";
    case SecurityEventProblem::issuer_mismatch:
        return "the token's \"iss\" is not the configured issuer";
    case SecurityEventProblem::audience_mismatch:
        return "the token's \"aud\" is not the configured audience";
    case SecurityEventProblem::subject_claim:
        return "the token has a \"sub\", which a security event never has";
    case SecurityEventProblem::expiry_claim:
        return "the token has an \"exp\", which a security event never has";
    case SecurityEventProblem::issued_at_missing:
        return "the token has no \"iat\"";
    case SecurityEventProblem::issued_in_the_future:
        return "the token's \"iat\" is in the future";
    case SecurityEventProblem::too_old:
        return "the token was issued more than seven days ago";
    case SecurityEventProblem::identifier_missing:
        return "the token's \"jti\" is not a string of 1 to 512 bytes";
    case SecurityEventProblem::not_one_event:
        return "the token's \"events\" are not one event, an object";
    case SecurityEventProblem::bad_subject:
        return describe(event.subject_problem);
    case SecurityEventProblem::nobody_findable:
        return "the subject cannot be looked up here";
    case SecurityEventProblem::not_authenticated:
        return "the Authorization header has not the configured secret";
    }

    return "";
}


std::string_view error_code(const SecurityEvent& event)
{
    switch (event.problem) {
    case SecurityEventProblem::bad_token:
        return error_code(event.token_problem);
    case SecurityEventProblem::issuer_mismatch:
        return "invalid_issuer";
    case SecurityEventProblem::audience_mismatch:
        return "invalid_audience";
    case SecurityEventProblem::not_authenticated:
        return "authentication_failed";
    default:
        return "invalid_request";
    }
}


SecurityEvent read_security_event(std::string_view token,
                                  const SecurityEventPolicy& policy,
                                  std::time_t now,
                                  std::pmr::memory_resource* memory)
{
    SecurityEvent event(memory);
    Jwt jwt;

    if (token.empty()) {
        return refuse(event, SecurityEventProblem::missing, memory);
    }

    const TokenIssuer* const issuer = issuer_of(token, *policy.issuers);

    if (issuer == nullptr) {
        return refuse(event, SecurityEventProblem::issuer_mismatch, memory);
    }

    event.token_problem = verify_jwt(token, issuer->keys, jwt);
    if (event.token_problem != JwtProblem::none) {
        return refuse(event, SecurityEventProblem::bad_token, memory);
    }

    SecurityEventProblem problem =
        check(jwt, *issuer, policy, static_cast<double>(now));

    if (problem == SecurityEventProblem::none) {
        problem = read(jwt, *issuer, policy, event);
    }

    if (problem != SecurityEventProblem::none) {
        return refuse(event, problem, memory);
    }

    event.issuer = issuer;
    event.remember_for =
        static_cast<int>(*jwt.date("iat") - static_cast<double>(now)) +
        security_event_max_age + 1;
    return event;
}

}  // namespace logout
