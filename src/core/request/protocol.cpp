#include "core/request/protocol.hpp"

#include <array>

namespace logout {

namespace {

const std::array<ProtocolTraits, 7> protocols = {{
    // Auth0's Authentication API, GET /v2/logout: query and fragment of
    // returnTo are not considered in matching
    {"auth0",
     Parameter::return_to,
     {Parameter::return_to, Parameter::client_id, Parameter::federated},
     ClientRule::optional,
     DefaultReturn::first_listed,
     QueryMatching::ignored},

    // Schibsted account: client_sdrn is what its browser SDK sends
    {"schibsted",
     Parameter::redirect_uri,
     {Parameter::redirect_uri, Parameter::client_id, Parameter::client_sdrn,
      Parameter::callback, Parameter::oauth_token},
     ClientRule::required,
     DefaultReturn::first_listed,
     QueryMatching::compared},

    // OpenID Connect RP-Initiated Logout 1.0
    {"oidc",
     Parameter::post_logout_redirect_uri,
     {Parameter::post_logout_redirect_uri, Parameter::client_id,
      Parameter::id_token_hint, Parameter::state},
     ClientRule::for_return_url,
     DefaultReturn::signed_out_page,
     QueryMatching::compared},

    // OpenID Connect Front-Channel Logout 1.0; nobody is sent anywhere
    {"oidc-frontchannel",
     Parameter::post_logout_redirect_uri,
     {Parameter::iss, Parameter::sid},
     ClientRule::optional,
     DefaultReturn::signed_out_page,
     QueryMatching::compared,
     AskedBy::provider_frame},

    // OpenID Connect Back-Channel Logout 1.0
    {"oidc-backchannel",
     Parameter::post_logout_redirect_uri,
     {Parameter::logout_token},
     ClientRule::optional,
     DefaultReturn::signed_out_page,
     QueryMatching::compared,
     AskedBy::provider},

    // Shared Signals Framework 1.0, by push (RFC 8935): no parameters
    {"ssf",
     Parameter::post_logout_redirect_uri,
     {},
     ClientRule::optional,
     DefaultReturn::signed_out_page,
     QueryMatching::compared,
     AskedBy::transmitter},

    // Global Token Revocation (draft-parecki-oauth-global-token-revocation-06),
    // Okta's Universal Logout: no parameters
    {"universal",
     Parameter::post_logout_redirect_uri,
     {},
     ClientRule::optional,
     DefaultReturn::signed_out_page,
     QueryMatching::compared,
     AskedBy::revoker},
}};

}  // namespace


const ProtocolTraits* find_protocol(std::string_view name)
{
    for (const ProtocolTraits& protocol : protocols) {
        if (protocol.name == name) {
            return &protocol;
        }
    }

    return nullptr;
}


std::string_view protocol_names()
{
    return "auth0, schibsted, oidc, oidc-frontchannel, oidc-backchannel,"
           " ssf, universal";
}

}  // namespace logout
