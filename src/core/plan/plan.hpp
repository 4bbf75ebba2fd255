// The decision: from a request and the configuration to what will be done.
// LogoutRequest + LogoutPolicy -> LogoutPlan.

#ifndef LOGOUT_PLAN_HPP
#define LOGOUT_PLAN_HPP

#include "core/allowlist/allowlist.hpp"
#include "core/allowlist/clients.hpp"
#include "core/plan/confirmation.hpp"
#include "core/plan/frontchannel.hpp"
#include "core/request/fetch_metadata.hpp"
#include "core/request/parameters.hpp"
#include "core/request/protocol.hpp"
#include "core/plan/result.hpp"
#include "core/session/reader.hpp"
#include "core/token/issuer.hpp"
#include "core/token/jwt.hpp"
#include "core/token/logout_token.hpp"
#include "core/token/security_event.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// What a request body may hold beside a token, in bytes.
constexpr std::size_t body_length_without_token = 8 * 1024;

enum class Method : std::uint8_t { get, head, post, delete_, options, other };

class MethodSet {
public:
    constexpr void add(Method method) { bits_ |= bit(method); }

    constexpr bool contains(Method method) const
    {
        return (bits_ & bit(method)) != 0;
    }

private:
    static constexpr unsigned bit(Method method)
    {
        return 1u << static_cast<unsigned>(method);
    }

    unsigned bits_ = 0;
};

// What a problem with the parameters costs the user.
enum class BadRequestPolicy {
    page,         // "error": the session is ended, then 400 and a page
    default_url,  // "default": ended, then the default URL
    refuse,       // "refuse": 400, nothing is done
};

// A request as it came. All views belong to the caller.
struct LogoutRequest {
    Method method = Method::get;
    std::string_view query;
    std::string_view body;
    BodyType body_type = BodyType::none;
    bool body_too_large = false;
    FetchMetadata fetch;
    const std::string_view* cookie_headers = nullptr;
    std::size_t cookie_header_count = 0;
    std::string_view authorization;
    std::time_t now = 0;

    // Of a CORS preflight (Fetch standard, section 3.2.2); else empty.
    std::string_view preflight_method;
    std::string_view preflight_headers;
};

// What a location needs to know that an OpenID provider calls.
struct ProviderPolicy {
    bool finds_sid = false;  // sessions are found by the provider's "sid"
    bool finds_sub = false;  // or by the user's "sub"
    bool finds_email = false;

    // A token with both means all sessions of the user.
    bool all_of_user = false;

    // oidc-frontchannel: who calls, who may frame the answer, and the header
    // that says so.
    FrontchannelPolicy frontchannel;
    Origins frames;
    std::string page_policy;

    // oidc-backchannel: whose tokens are believed.
    LogoutTokenPolicy tokens;

    // ssf and universal: the same.
    SecurityEventPolicy events;

    // What the Authorization header has to hold: one of these. ssf: if there
    // are none, it is not looked at. universal: or a token of an issuer.
    std::vector<std::string> bearer_secrets;
};

// One location's configuration, compiled. Immutable; what it points to lives
// as long as the configuration.
struct LogoutPolicy {
    const ProtocolTraits* protocol = nullptr;
    const Allowlist* tenant_urls = nullptr;   // may be absent
    const ClientRegistry* clients = nullptr;  // may be absent
    const TokenIssuers* issuers = nullptr;    // of ID tokens; may be absent
    QueryMatching query_matching = QueryMatching::compared;
    BadRequestPolicy bad_request = BadRequestPolicy::page;
    CrossSitePolicy cross_site = CrossSitePolicy::navigation;
    bool navigation_only = false;  // scripts and programs are refused
    MethodSet methods;
    std::vector<const SessionReader*> sessions;
    bool ends_tokens = false;  // there is a logout_token

    // The longest token of an OpenID provider that is read, in bytes.
    std::size_t token_max_length = jwt_default_max_length;

    // The largest request body that is read, in bytes.
    std::size_t body_max_length() const
    {
        return token_max_length + body_length_without_token;
    }

    // logout_confirm: what the tokens are made with. nullptr: nobody is asked.
    const HmacKey* confirmation_key = nullptr;

    std::string base_domain;  // of the session cookie, for JSONP; may be empty

    // Set where an OpenID provider calls, nullptr elsewhere.
    const ProviderPolicy* provider = nullptr;
};

// Whose sessions an OpenID provider wants ended, by an index in Redis.
struct ProviderLogout {
    std::string_view session_id;  // "sid"; not empty: the one of this session
    std::string_view subject;     // "sub"; not empty: all of this user
    std::string_view email;       // the same, in lower case
    std::string_view issuer;      // the provider, as it is configured

    // Of a logout_token: its "jti", which is good for one logout, and for how
    // many seconds it is to be remembered. Empty: there is no token.
    std::string_view token_id;
    int remember_for = 0;

    bool any() const
    {
        return !session_id.empty() || !subject.empty() || !email.empty();
    }
};

// The form of an answer to a server, where there is neither page nor redirect.
enum class ServerAnswer {
    none,          // a browser or program asks, for its user
    logout_token,  // OpenID Connect Back-Channel Logout 1.0, section 2.8
    event,         // RFC 8935, section 2
    revocation,    // Global Token Revocation, section 4
};

struct LogoutPlan {
    explicit LogoutPlan(std::pmr::memory_resource* memory)
        : sessions(memory), confirmation(memory)
    {
    }

    // Set if nothing is to be done at all.
    std::optional<Result> refusal;

    // What is wrong with the parameters; `refusal` says whether it matters.
    RequestError error = RequestError::none;

    // Why, for logs and logout_explain.
    ParameterVerdict parameter_verdict;
    AllowlistVerdict return_url_verdict;
    FetchReason fetch_reason = FetchReason::not_checked;
    Asker asker = Asker::unknown;
    std::string_view token_problem;  // static; empty: no token, or in order
    bool hint_unread = false;        // ClientChoice::hint_unread

    const Client* client = nullptr;     // the client that was named
    std::string_view asked_return_url;  // decoded, not checked: never sent
    std::string_view return_url;        // canonical, allowed; may be empty
    bool federated = false;             // asked for
    std::string_view callback;          // not empty: JSONP, calling this
    std::string_view base_domain;       // for JSONP
    std::string_view allowed_origin;    // whose scripts may read the answer
    std::string_view token;             // an access token to end
    bool expire_cookies = true;         // false: no browser gets the answer
    PlannedSessions sessions;
    ProviderLogout provider;
    ServerAnswer server_answer = ServerAnswer::none;

    // Of a security event: what it says, and the code of what is wrong with it
    // (RFC 8935, section 2.4). Static; empty: there is none.
    std::string_view signal;
    std::string_view event_error;

    // A revocation by who knows a secret: they want to know what was ended.
    bool by_operator = false;

    // A Content-Security-Policy header for every answer; may be empty.
    std::string_view page_policy;

    // If `refusal` is confirmation_required: the form's token, and what was in
    // the body and is to come with it again.
    std::pmr::string confirmation;
    Parameters resent;
};

// Decides. Allocates only from `memory`, which also holds what the plan's
// views point to, besides the request and the policy.
LogoutPlan plan_logout(const LogoutRequest& request, const LogoutPolicy& policy,
                       std::pmr::memory_resource* memory);

}  // namespace logout

#endif
