#include "core/plan/result.hpp"

namespace logout {

bool is_ended(Result result)
{
    return result == Result::logged_out || result == Result::no_session ||
           result == Result::deferred;
}


bool is_about_source(Result result)
{
    return result == Result::cross_site || result == Result::prefetch ||
           result == Result::navigation_required ||
           result == Result::cookie_required;
}


std::string_view name(Result result)
{
    switch (result) {
    case Result::logged_out:
        return "logged_out";
    case Result::no_session:
        return "no_session";
    case Result::deferred:
        return "deferred";
    case Result::redis_unavailable:
        return "redis_unavailable";
    case Result::bad_request:
        return "bad_request";
    case Result::method_not_allowed:
        return "method_not_allowed";
    case Result::cross_site:
        return "cross_site";
    case Result::prefetch:
        return "prefetch";
    case Result::navigation_required:
        return "navigation_required";
    case Result::cookie_required:
        return "cookie_required";
    case Result::preflight:
        return "preflight";
    case Result::body_too_large:
        return "body_too_large";
    case Result::confirmation_required:
        return "confirmation_required";
    case Result::revocations_full:
        return "revocations_full";
    }

    return "unknown";
}


std::string_view name(RequestError error)
{
    switch (error) {
    case RequestError::none:
        break;
    case RequestError::malformed_request:
        return "malformed_request";
    case RequestError::client_required:
        return "client_required";
    case RequestError::unknown_client:
        return "unknown_client";
    case RequestError::return_url_not_allowed:
        return "return_url_not_allowed";
    case RequestError::invalid_id_token_hint:
        return "invalid_id_token_hint";
    case RequestError::not_replicated:
        return "not_replicated";
    case RequestError::unknown_issuer:
        return "unknown_issuer";
    case RequestError::invalid_logout_token:
        return "invalid_logout_token";
    case RequestError::invalid_event:
        return "invalid_event";
    case RequestError::unauthorized:
        return "unauthorized";
    case RequestError::unknown_subject:
        return "unknown_subject";
    }

    return "";
}


std::string_view explain_to_user(Result result)
{
    switch (result) {
    case Result::logged_out:
    case Result::no_session:
    case Result::deferred:
        return "You are signed out.";
    case Result::redis_unavailable:
    case Result::revocations_full:
        return "You could not be signed out just now. You may still be signed "
               "in;"
               " please try again in a moment.";
    case Result::bad_request:
        return "The request was not understood, and nothing was done.";
    case Result::method_not_allowed:
        return "This method does not sign anybody out. Nothing was done.";
    case Result::cross_site:
        return "Another site asked to sign you out. Nothing was done.";
    case Result::prefetch:
        return "A page that is loaded ahead of time signs nobody out. Nothing"
               " was done.";
    case Result::navigation_required:
        return "Only a page that you go to signs you out here. Nothing was"
               " done.";
    case Result::cookie_required:
        return "The browser did not say who you are, so that you may still be"
               " signed in. Go to the page that signs you out. Nothing was"
               " done.";
    case Result::preflight:
        return "The request may be sent. Nothing was done.";
    case Result::body_too_large:
        return "The request body is too large. Nothing was done.";
    case Result::confirmation_required:
        return "Whether to sign out is to be confirmed. Nothing was done.";
    }

    return "";
}


std::string_view explain_to_user(RequestError error)
{
    switch (error) {
    case RequestError::none:
        break;
    case RequestError::malformed_request:
        return "The request is malformed.";
    case RequestError::client_required:
        return "The request does not name the application (client_id).";
    case RequestError::unknown_client:
        return "The application (client_id) is not known here.";
    case RequestError::return_url_not_allowed:
        return "The address to return to is not allowed.";
    case RequestError::invalid_id_token_hint:
        return "The token that names the application (id_token_hint) is not"
               " valid here.";
    case RequestError::not_replicated:
        return "You are signed out, but not every copy of the session is known"
               " to be gone.";
    case RequestError::unknown_issuer:
        return "The identity provider (iss) is not known here.";
    case RequestError::invalid_logout_token:
        return "The logout_token is not valid here.";
    case RequestError::invalid_event:
        return "The security event is not valid here.";
    case RequestError::unauthorized:
        return "The request does not say who makes it.";
    case RequestError::unknown_subject:
        return "The user cannot be looked up here.";
    }

    return "";
}

}  // namespace logout
