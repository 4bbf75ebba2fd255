// What a logout request would do, and why, step by step. Looks at what was
// planned; does nothing itself.

#ifndef LOGOUT_EXPLAIN_HPP
#define LOGOUT_EXPLAIN_HPP

#include "core/base/digest.hpp"
#include "core/plan/plan.hpp"
#include "core/answer/response.hpp"
#include "core/revocation/guard.hpp"

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

namespace logout {

enum class StepVerdict {
    ok,
    note,     // nothing is wrong, but it may not be what was meant
    problem,  // what is asked for is refused
};

// "ok", "note" or "problem". Static.
std::string_view name(StepVerdict verdict);

struct Fact {
    std::string_view term;
    std::string_view value;
};

struct Step {
    Step(std::string_view word, std::string_view heading,
         std::pmr::memory_resource* memory)
        : name(word), title(heading), facts(memory)
    {
    }

    std::string_view name;   // for programs
    std::string_view title;  // for people
    StepVerdict verdict = StepVerdict::ok;
    std::string_view text;  // sentences
    std::pmr::vector<Fact> facts;
};

struct Explanation {
    explicit Explanation(std::pmr::memory_resource* memory) : steps(memory) {}

    std::pmr::vector<Step> steps;

    // The answer, if every key that is deleted exists.
    Result result = Result::no_session;
    RequestError error = RequestError::none;
    unsigned status = 0;
    std::string_view location;
};

// A key that would be deleted.
struct ExplainedKey {
    std::size_t rule;        // index in LogoutPolicy::sessions
    std::string_view id;     // the session's; empty for a token's key
    std::string_view store;  // the logout_redis NAME
    std::string_view key;
    bool is_token = false;    // of an access token; `rule` means nothing
    bool with_index = false;  // all= ends the user's other sessions, too
};

// What the guard would make of the request's cookies.
struct ExplainedGuard {
    std::string_view zone;  // the logout_revocations
    GuardVerdict verdict = GuardVerdict::no_session;
    std::string_view since;  // when the session ended, if it has
};

// Everything that was decided about a request.
struct Explained {
    const LogoutRequest& request;
    const LogoutPolicy& policy;
    const LogoutPlan& plan;
    const LogoutResponse& response;
    const std::pmr::vector<ExplainedKey>& keys;
    const std::pmr::vector<std::string_view>& events;  // where each would go
    std::string_view method;                           // as typed
    std::string_view federated_url;  // checked; empty if it is not used
    bool federated_configured = false;
    bool defers = false;  // logout_redis_failure defer
    std::optional<ExplainedGuard> guard = {};
};

// How secrets are shown: as they are, or as 16 hexadecimal digits of a hash,
// the same as in $logout_session_hash.
struct SecretView {
    bool show;
    const HmacKey& hash;
};

// What the views in the result point to is in `memory`, in what `explained`
// points to, or static.
Explanation explain_logout(const Explained& explained,
                           const SecretView& secrets,
                           std::pmr::memory_resource* memory);

}  // namespace logout

#endif
