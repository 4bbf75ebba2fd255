// What the guard does to responses: browsers forget the cookies of sessions
// that have ended, and an application may begin a session of the same id.

#include "http/conf.hpp"
#include "http/guard/guard.hpp"
#include "http/guard/stream.hpp"
#include "http/logout/reply.hpp"

#include <algorithm>
#include <exception>

namespace logout::http {

namespace {

ngx_http_output_header_filter_pt next_header_filter;

// "NAME=VALUE" of Set-Cookie headers.
using SetCookies = ShortList<std::string_view, 4>;


bool is_named(const ngx_table_elt_t& header, std::string_view name)
{
    return header.hash != 0 && header.key.len == name.size() &&
           ngx_strncasecmp(header.key.data, to_ngx_str(name).data,
                           name.size()) == 0;
}


void list_set_cookies(ngx_http_request_t* r, SetCookies& cookies)
{
    for (const auto* part = &r->headers_out.headers.part; part != nullptr;
         part = part->next) {
        const auto* const headers =
            static_cast<const ngx_table_elt_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            if (is_named(headers[i], "Set-Cookie")) {
                const std::string_view line = to_view(headers[i].value);

                cookies.push_back(line.substr(0, line.find(';')));
            }
        }
    }
}


std::string_view name_of(std::string_view cookie)
{
    return cookie.substr(0, cookie.find('='));
}


// Whether the application has seen the id in the request.
bool was_shown(ngx_http_request_t* r, const SessionReader& reader,
               std::string_view id, std::pmr::memory_resource* memory)
{
    CookieHeaders headers(memory);
    ShortList<std::string_view, 2> texts(memory);
    SessionIds shown(memory);

    list_cookie_headers(r, headers);
    for (const ngx_table_elt_t* const header : headers) {
        texts.push_back(to_view(header->value));
    }

    list_sessions(texts.data(), texts.size(), reader, memory, shown);
    return std::find(shown.begin(), shown.end(), id) != shown.end();
}


// A session that began after the end of one of the same id, by an application
// that was not shown that id: it is a new one.
void lift(ngx_http_request_t* r, const GuardPolicy& policy,
          const SetCookies& cookies, std::pmr::memory_resource* memory)
{
    const Milliseconds began =
        static_cast<Milliseconds>(r->start_sec) * 1000 + r->start_msec;

    for (const SessionReader* const reader : policy.readers) {
        SessionIds ids(memory);

        list_sessions(cookies.data(), cookies.size(), *reader, memory, ids);
        for (const std::string_view id : ids) {
            const RevocationKind kind = revocation_kind(*reader);
            const std::string& realm = reader->cookie_name();

            if (policy.zone->find(kind, realm, id) &&
                !was_shown(r, *reader, id, memory) &&
                policy.zone->lift(kind, realm, id, began)) {
                spread_lift(r, *policy.zone, StreamEntry::of(kind, realm, id),
                            began);
                ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                              "logout_guard: the application began a session"
                              " of an id that had ended");
            }
        }
    }
}


void expire(ngx_http_request_t* r, const GuardOutcome& outcome,
            const SetCookies& cookies, std::pmr::memory_resource* memory)
{
    bool expired = false;

    for (const EndedCookie& ended : outcome.ended) {
        const bool is_set =
            std::any_of(cookies.begin(), cookies.end(), [&](auto cookie) {
                return name_of(cookie) == ended.name;
            });

        if (!is_set) {
            ngx_http_logout_push_header(
                r, "Set-Cookie", expiry_line(*outcome.policy, ended, memory));
            expired = true;
        }
    }

    if (expired) {
        // a cache would sign out others with it
        ngx_http_logout_push_header(r, "Cache-Control", "no-store");
    }
}


const GuardPolicy* policy_for(const ngx_http_request_t* r,
                              const GuardOutcome* outcome)
{
    if (outcome != nullptr) {
        return outcome->policy;
    }

    const auto* const conf = ngx_http_logout_loc_conf(r);

    return conf->policy == nullptr && conf->check == nullptr
               ? conf->guard_policy
               : nullptr;
}


void look_at_response(ngx_http_request_t* r)
{
    const GuardOutcome* const outcome = guard_outcome(r);
    const GuardPolicy* const policy = policy_for(r, outcome);

    if (policy == nullptr || !policy->zone->table().has_had_any()) {
        return;
    }

    PoolMemory memory(r->pool);
    SetCookies cookies(&memory);

    list_set_cookies(r, cookies);
    if (!cookies.empty()) {
        lift(r, *policy, cookies, &memory);
    }
    if (outcome != nullptr && !outcome->ended.empty()) {
        expire(r, *outcome, cookies, &memory);
    }
}


ngx_int_t header_filter(ngx_http_request_t* r) noexcept
{
    if (r == r->main) {
        try {
            look_at_response(r);

        } catch (const std::exception& e) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "logout_guard: %s", e.what());
            return NGX_ERROR;
        }
    }

    return next_header_filter(r);
}

}  // namespace


void add_guard_filter()
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
}

}  // namespace logout::http
