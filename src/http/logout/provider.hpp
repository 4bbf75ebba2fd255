// Where an OpenID provider says that a session has ended: what a location needs
// for it, and what is asked of Redis.

#ifndef NGX_HTTP_LOGOUT_PROVIDER_HPP
#define NGX_HTTP_LOGOUT_PROVIDER_HPP

#include "http/ngx.hpp"

#include "core/plan/frontchannel.hpp"
#include "core/session/user_index.hpp"
#include "redis/client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct LogoutContext;


// logout_frontchannel.
struct FrontchannelRule {
    logout::FrontchannelPolicy policy;
    std::vector<std::string> frames;  // origins; not empty
};


// logout_oidc_index.
struct ProviderIndex {
    std::optional<ngx_http_complex_value_t> sid_key;
    std::optional<ngx_http_complex_value_t> sub_key;
    std::optional<ngx_http_complex_value_t> email_key;
    std::string sid_text;  // as written; empty if there is none
    std::string sub_text;
    std::string email_text;
    std::string member_prefix;
    std::string token_prefix = "logout:jti:";
    std::size_t max = logout::session_index_default_max;
    std::string store_name;  // redis=; empty: the only one
    bool all_of_user = false;
};


// logout_audience, logout_signals and logout_bearer.
using Audiences = std::vector<std::string>;
using BearerSecrets = std::vector<std::string>;


// Adds the command that ends the sessions that the plan's provider names.
void ngx_http_logout_add_provider_script(LogoutContext& context);


// A logout_token is good for one logout: its identifier is written to Redis
// before the sessions are ended.
enum class TokenClaim {
    ours,      // it was not there
    replayed,  // somebody wrote it before
    unknown,   // Redis does not say; the context's outcome has why
};

struct TokenClaimState {
    using Done = void (*)(LogoutContext& context, TokenClaim claim);

    logout::redis::Pending* pending = nullptr;
    std::string_view key;
    std::string_view owner;  // what is written: this request's own
    Done done = nullptr;
    bool sent = false;  // it may be there, and be ours
};

// Asks; `done` is called later, unless the context is gone by then. Returns
// false if Redis cannot be asked, as for TokenClaim::unknown.
bool ngx_http_logout_claim_token(LogoutContext& context,
                                 TokenClaimState::Done done);

// Lets the token be used again, if it is ours: the logout failed.
void ngx_http_logout_release_token(LogoutContext& context);

// To be called when the claim is not waited for any longer, while it is not
// decided: that is TokenClaim::unknown.
void ngx_http_logout_expire_claim(LogoutContext& context);

// To be called when the context ends while the claim is not decided.
void ngx_http_logout_drop_claim(LogoutContext& context);

#endif
