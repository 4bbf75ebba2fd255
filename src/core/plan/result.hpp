// The names of everything that can come of a logout request: the values of
// $logout_result and $logout_error, the labels of the metrics and the members
// of JSON answers.

#ifndef LOGOUT_RESULT_HPP
#define LOGOUT_RESULT_HPP

#include <string_view>

namespace logout {

enum class Result {
    logged_out,             // at least one key existed and was deleted
    no_session,             // no session was named, or its key was already gone
    deferred,               // Redis is away; the deletion is queued
    redis_unavailable,      // nothing is promised; the cookie is kept
    bad_request,            // logout_bad_request refuse: nothing was done
    method_not_allowed,     // nothing was done
    cross_site,             // nothing was done
    prefetch,               // nothing was done
    navigation_required,    // logout_navigation_only: nothing was done
    cookie_required,        // nothing was done; the session may live
    preflight,              // a CORS preflight was answered; nothing was done
    body_too_large,         // nothing was done
    confirmation_required,  // logout_confirm: nothing was done yet
    revocations_full,       // nothing is promised; the cookie is kept
};

// What is wrong with the parameters of a request, or with what came of it.
enum class RequestError {
    none,
    malformed_request,
    client_required,
    unknown_client,
    return_url_not_allowed,
    invalid_id_token_hint,  // forged, of another client, not readable
    not_replicated,         // deleted, but fewer replicas followed than asked
    unknown_issuer,         // a provider that is not the configured one
    invalid_logout_token,   // forged, for others, expired, used before
    invalid_event,          // a security event that is forged, for others, old
    unauthorized,           // no secret, and no token that is valid here
    unknown_subject,        // nobody that can be looked up here
};

// Whether the user is signed out, as far as this request can bring about.
bool is_ended(Result result);

// Whether it is who asks, and how, that was refused.
bool is_about_source(Result result);

// The word itself. Static, and ends with a NUL.
std::string_view name(Result result);
std::string_view name(RequestError error);  // empty for none

// What it means to the person in front of the browser. A sentence, static.
std::string_view explain_to_user(Result result);
std::string_view explain_to_user(RequestError error);

}  // namespace logout

#endif
