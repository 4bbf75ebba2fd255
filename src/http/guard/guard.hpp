// logout_guard: a session that has ended is not shown to the application.

#ifndef NGX_HTTP_LOGOUT_GUARD_GUARD_HPP
#define NGX_HTTP_LOGOUT_GUARD_GUARD_HPP

#include "http/conf/place.hpp"
#include "http/guard/zone.hpp"
#include "http/ngx.hpp"
#include "http/pool.hpp"

#include "core/revocation/guard.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct SessionRule;
struct ngx_http_logout_loc_conf_t;

namespace logout::http {

// What a request with an ended session gets.
enum class GuardAnswer {
    strip,         // what others get who have no session
    unauthorized,  // 401
    redirect,      // navigations a page, others 401
};

// logout_guard or logout_check, as it is written.
struct GuardRule {
    explicit GuardRule(ngx_conf_t* cf) : place(cf) {}

    ConfPlace place;
    std::string directive;
    std::string zone;  // empty: "off"
    GuardAnswer answer = GuardAnswer::strip;
    std::string url;            // redirect=, canonical
    bool refuse_stale = false;  // on_stale=
};

// What a location is guarded by: compiled, and shared by the locations that
// inherit all of it.
struct GuardPolicy {
    // How a session's cookie is expired.
    struct Expiry {
        std::string suffix;                   // what follows "NAME="
        std::vector<std::string> companions;  // lines of other cookies
    };

    RevocationZone* zone = nullptr;
    GuardAnswer answer = GuardAnswer::strip;
    std::string url;
    bool refuse_stale = false;
    SessionReaders readers;
    std::vector<Expiry> expiries;  // as `readers`
};

// What became of a request at the guard. Lives in the request's pool.
struct GuardOutcome {
    explicit GuardOutcome(ngx_http_request_t* r)
        : memory(r->pool), ended(&memory)
    {
    }

    PoolMemory memory;
    const GuardPolicy* policy = nullptr;
    GuardVerdict verdict = GuardVerdict::no_session;
    ShortList<EndedCookie, 2> ended;
};

// The outcome for the main request that `r` belongs to, also after an internal
// redirect; nullptr if no guard has seen a session in it.
GuardOutcome* guard_outcome(const ngx_http_request_t* r);

// The Cookie headers of `r`, in their order.
using CookieHeaders = ShortList<ngx_table_elt_t*, 2>;
void list_cookie_headers(ngx_http_request_t* r, CookieHeaders& headers);

// Makes "text" the value of a Cookie header, or takes the header out of the
// request if it is empty; and makes nginx forget what its variables were
// before. Throws std::bad_alloc.
void set_cookie_header(ngx_http_request_t* r, ngx_table_elt_t* header,
                       std::string_view text);

// What the table of `zone` is worth now.
inline GuardTrust trust_in(const RevocationZone& zone, bool refuse_stale)
{
    return !zone.is_stale() ? GuardTrust::full
           : refuse_stale   ? GuardTrust::none
                            : GuardTrust::some;
}

// Judges the sessions of `r` and counts the verdict.
GuardDecision judge_request(const GuardPolicy& policy,
                            const CookieHeaders& headers,
                            std::pmr::memory_resource* memory);

// The lines that expire what has ended, in `memory`.
std::string_view expiry_line(const GuardPolicy& policy,
                             const EndedCookie& cookie,
                             std::pmr::memory_resource* memory);

// What a location is guarded by, from the rules in force for it; nullptr after
// saying what is wrong. Throws what containers throw.
const GuardPolicy* compile_guard(ngx_conf_t* cf, const GuardRule& rule,
                                 const std::vector<SessionRule>* sessions);

// The content handler of a location with logout_check.
ngx_int_t check_handler(ngx_http_request_t* r);

// Install the guard, for a configuration that has one.
void add_guard_filter();
ngx_int_t add_guard(ngx_conf_t* cf);

// $logout_guard.
ngx_int_t add_guard_variable(ngx_conf_t* cf);

}  // namespace logout::http

// Directive setters.
char* ngx_http_logout_guard(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_check(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

#endif
