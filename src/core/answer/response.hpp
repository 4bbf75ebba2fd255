// The answer: from what was planned and what Redis said to status, headers
// and body. LogoutPlan + RedisOutcome -> LogoutResponse.

#ifndef LOGOUT_RESPONSE_HPP
#define LOGOUT_RESPONSE_HPP

#include "core/plan/plan.hpp"
#include "core/plan/result.hpp"

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// What came of the sessions that the plan named.
struct RedisOutcome {
    std::size_t deleted = 0;   // keys that existed
    std::size_t deferred = 0;  // keys that will be deleted later
    std::size_t failed = 0;    // keys of which nothing is known
    bool replicated = true;    // what was deleted has reached the replicas

    // Sessions that are not in Redis: those that are refused from now on, and
    // those for which the table of revocations has no room.
    std::size_t revoked = 0;
    std::size_t unrevoked = 0;
};

// What $logout_error says: what is wrong with the parameters comes first.
RequestError reported_error(const LogoutPlan& plan,
                            const RedisOutcome& outcome);

// What a body is written in.
enum class BodyFormat { html, json, text };

// The format for an Accept header (RFC 9110, section 12.5.1): JSON for
// application/json, HTML for text/html, plain text for anything else.
BodyFormat body_format(std::string_view accept);

// The Set-Cookie values of one location, made at configuration time.
struct CookieExpiry {
    // Complete lines, sent with every logout.
    std::vector<std::string> lines;

    // Cookies by prefix (NAME*): one line for each of that name in the
    // request.
    struct ByPrefix {
        std::string prefix;
        std::string suffix;  // what follows "NAME="
    };
    std::vector<ByPrefix> by_prefix;
};

// Views point to the plan, the policy, `memory` or static text.
struct LogoutResponse {
    explicit LogoutResponse(std::pmr::memory_resource* memory)
        : set_cookies(memory), body(memory)
    {
    }

    Result result = Result::no_session;
    unsigned status = 200;
    std::string_view location;      // empty: no Location header
    std::string_view content_type;  // empty: no body
    unsigned retry_after = 0;       // seconds; 0: no Retry-After header
    bool allow = false;             // an Allow header is due
    bool authenticate = false;      // WWW-Authenticate: Bearer is due
    bool no_sniff = false;          // X-Content-Type-Options is due
    std::string_view page_policy;   // of a Content-Security-Policy header

    // CORS (Fetch standard, section 3.2): the origin whose scripts may read
    // the answer; empty if none. `preflight`: tell it what it may send.
    std::string_view allowed_origin;
    std::string_view allowed_headers;
    bool preflight = false;
    bool vary_origin = false;  // the answer depends on the Origin header

    ShortList<std::string_view, 2> set_cookies;
    std::pmr::string body;
};

// `federated_url` is where the browser goes instead of the return URL, checked
// and canonical; empty if it does not.
LogoutResponse respond(const LogoutRequest& request, const LogoutPlan& plan,
                       const RedisOutcome& outcome, const CookieExpiry& expiry,
                       std::string_view federated_url,
                       std::pmr::memory_resource* memory);

// Checks what a logout_federated template gave: it must be an absolute URL of
// the origin that the template was configured with. The canonical form is
// written to `buffer`; empty if it is not to be used.
std::string_view check_federated(std::string_view url,
                                 std::string_view configured_origin,
                                 UrlBuffer& buffer);

// "GET, POST", for an Allow header.
std::string allow_header(const MethodSet& methods);

}  // namespace logout

#endif
