// The guard at work: from a request to what the application is shown of it.

#include "http/conf.hpp"
#include "http/guard/guard.hpp"
#include "http/logout/reply.hpp"
#include "http/request_header.hpp"

#include <algorithm>
#include <exception>

namespace logout::http {

namespace {

// Marks the pool's cleanup by which the outcome is found again: the request's
// contexts are gone after an internal redirect.
void outcome_marker(void*) {}


GuardOutcome& keep_outcome(ngx_http_request_t* r)
{
    ngx_pool_cleanup_t* const marker =
        ngx_pool_cleanup_add(r->pool, sizeof(GuardOutcome));

    if (marker == nullptr) {
        throw std::bad_alloc();
    }

    auto* const outcome = new (marker->data) GuardOutcome(r);

    marker->handler = outcome_marker;
    return *outcome;
}


// Whether somebody looks at the page, rather than a script.
bool is_navigation(ngx_http_request_t* r)
{
    const std::string_view mode = ngx_http_logout_header(r, "sec-fetch-mode");

    return mode.empty()
               ? ngx_http_logout_header(r, "accept").find("text/html") !=
                     mode.npos
               : mode == "navigate";
}


ngx_int_t redirect(ngx_http_request_t* r, std::string_view url)
{
    // not headers_out.location: from that nginx would make "/bye" an absolute
    // URL with the Host header, which the client chooses
    ngx_http_logout_push_header(r, "Location", url);
    return (r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) != 0
               ? NGX_HTTP_MOVED_TEMPORARILY
               : NGX_HTTP_SEE_OTHER;
}


ngx_int_t answer(ngx_http_request_t* r, const GuardPolicy& policy)
{
    switch (policy.answer) {
    case GuardAnswer::strip:
        break;
    case GuardAnswer::unauthorized:
        return NGX_HTTP_UNAUTHORIZED;
    case GuardAnswer::redirect:
        return is_navigation(r) ? redirect(r, policy.url)
                                : NGX_HTTP_UNAUTHORIZED;
    }

    return NGX_DECLINED;
}


// Whether the session has ended will be known soon.
ngx_int_t answer_stale(const GuardPolicy& policy)
{
    return policy.refuse_stale && policy.answer != GuardAnswer::strip
               ? NGX_HTTP_SERVICE_UNAVAILABLE
               : NGX_DECLINED;
}


void hide(ngx_http_request_t* r, const CookieHeaders& headers,
          const GuardDecision& decision, std::pmr::memory_resource* memory)
{
    std::size_t last = headers.size();

    for (const HiddenCookie& hidden : decision.hidden) {
        if (hidden.header == last) {
            continue;
        }
        last = hidden.header;
        set_cookie_header(r, headers[last],
                          without_hidden(to_view(headers[last]->value), last,
                                         decision, memory));
    }
}


void log_revoked(ngx_http_request_t* r, const GuardDecision& decision)
{
    const Milliseconds now = now_in_milliseconds();

    ngx_log_error(
        NGX_LOG_INFO, r->connection->log, 0,
        "logout_guard: the session ended %T seconds ago, the"
        " application does not see its cookie",
        static_cast<time_t>((now - std::min(now, decision.since)) / 1000));
}


ngx_int_t guard(ngx_http_request_t* r, const GuardPolicy& policy)
{
    PoolMemory memory(r->pool);
    CookieHeaders headers(&memory);

    list_cookie_headers(r, headers);
    if (headers.empty()) {
        policy.zone->count(GuardVerdict::no_session);
        return NGX_DECLINED;
    }

    const GuardDecision decision = judge_request(policy, headers, &memory);

    policy.zone->count(decision.verdict);
    hide(r, headers, decision, &memory);

    if (decision.verdict == GuardVerdict::no_session) {
        return NGX_DECLINED;
    }

    GuardOutcome& outcome = keep_outcome(r);

    outcome.policy = &policy;
    outcome.verdict = decision.verdict;
    for (const EndedCookie& cookie : decision.ended) {
        outcome.ended.push_back(cookie);
    }

    if (decision.verdict == GuardVerdict::stale) {
        return answer_stale(policy);
    }

    if (decision.verdict != GuardVerdict::revoked) {
        return NGX_DECLINED;
    }

    log_revoked(r, decision);
    return answer(r, policy);
}


bool is_asked_elsewhere(const ngx_http_logout_loc_conf_t& conf)
{
    return conf.policy != nullptr || conf.check != nullptr;
}


// Before the rewrite module: what "set" and "if" of the location see is what
// the application sees.
ngx_int_t guard_handler(ngx_http_request_t* r) noexcept
{
    const auto* const conf = ngx_http_logout_loc_conf(r);

    if (conf->guard_policy == nullptr || is_asked_elsewhere(*conf)) {
        return NGX_DECLINED;
    }

    try {
        return guard(r, *conf->guard_policy);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "logout_guard: %s",
                      e.what());
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


ngx_int_t check(ngx_http_request_t* r)
{
    const GuardPolicy& policy = *ngx_http_logout_loc_conf(r)->guard_policy;
    PoolMemory memory(r->pool);
    CookieHeaders headers(&memory);

    list_cookie_headers(r, headers);

    const GuardDecision decision = judge_request(policy, headers, &memory);
    const bool revoked = decision.verdict == GuardVerdict::revoked;

    policy.zone->count(decision.verdict);
    ngx_http_logout_push_header(r, "Cache-Control", "no-store");
    ngx_http_logout_push_header(r, "X-Logout-Guard", name(decision.verdict));

    for (const EndedCookie& cookie : decision.ended) {
        ngx_http_logout_push_header(r, "Set-Cookie",
                                    expiry_line(policy, cookie, &memory));
    }

    if (revoked) {
        log_revoked(r, decision);
    }

    return ngx_http_logout_reply(
        r, revoked ? NGX_HTTP_UNAUTHORIZED : NGX_HTTP_NO_CONTENT, {}, {});
}


ngx_int_t get_verdict(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                      uintptr_t)
{
    const GuardOutcome* const outcome = guard_outcome(r);
    const auto* const conf = ngx_http_logout_loc_conf(r);

    if (outcome == nullptr &&
        (conf->guard_policy == nullptr || is_asked_elsewhere(*conf))) {
        v->not_found = 1;
        return NGX_OK;
    }

    const std::string_view text =
        name(outcome != nullptr ? outcome->verdict : GuardVerdict::no_session);

    v->len = text.size();
    v->data = to_ngx_str(text).data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    return NGX_OK;
}

}  // namespace


GuardOutcome* guard_outcome(const ngx_http_request_t* r)
{
    // the newest comes first: one that saw nothing any more does not count
    // beside the one that hid it
    GuardOutcome* found = nullptr;

    for (auto* cleanup = r->pool->cleanup; cleanup != nullptr;
         cleanup = cleanup->next) {
        if (cleanup->handler != outcome_marker) {
            continue;
        }

        auto* const outcome = static_cast<GuardOutcome*>(cleanup->data);

        if (outcome->verdict == GuardVerdict::revoked) {
            return outcome;
        }
        found = found != nullptr ? found : outcome;
    }

    return found;
}


GuardDecision judge_request(const GuardPolicy& policy,
                            const CookieHeaders& headers,
                            std::pmr::memory_resource* memory)
{
    ShortList<std::string_view, 2> texts(memory);

    for (const ngx_table_elt_t* const header : headers) {
        texts.push_back(to_view(header->value));
    }

    return judge_cookies(texts.data(), texts.size(), policy.readers,
                         policy.zone->table(),
                         trust_in(*policy.zone, policy.refuse_stale),
                         now_in_milliseconds(), memory);
}


std::string_view expiry_line(const GuardPolicy& policy,
                             const EndedCookie& cookie,
                             std::pmr::memory_resource* memory)
{
    const std::string& suffix = policy.expiries[cookie.reader].suffix;
    const std::size_t length = cookie.name.size() + 1 + suffix.size();
    char* const line = static_cast<char*>(memory->allocate(length, 1));

    cookie.name.copy(line, cookie.name.size());
    line[cookie.name.size()] = '=';
    suffix.copy(line + cookie.name.size() + 1, suffix.size());
    return {line, length};
}


ngx_int_t check_handler(ngx_http_request_t* r)
{
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    try {
        return check(r);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "logout_check: %s",
                      e.what());
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


ngx_int_t add_guard(ngx_conf_t* cf)
{
    auto* const cmcf = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    auto* const handler = static_cast<ngx_http_handler_pt*>(
        ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers));

    if (handler == nullptr) {
        return NGX_ERROR;
    }

    *handler = guard_handler;
    add_guard_filter();
    return NGX_OK;
}


ngx_int_t add_guard_variable(ngx_conf_t* cf)
{
    ngx_str_t variable_name = ngx_string("logout_guard");
    ngx_http_variable_t* const v =
        ngx_http_add_variable(cf, &variable_name, NGX_HTTP_VAR_NOCACHEABLE);

    if (v == nullptr) {
        return NGX_ERROR;
    }

    v->get_handler = get_verdict;
    return NGX_OK;
}

}  // namespace logout::http
