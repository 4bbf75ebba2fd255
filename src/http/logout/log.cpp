// What the error log says of a logout.

#include "http/logout/context.hpp"

#include "core/request/query_mask.hpp"

#include <exception>
#include <functional>


namespace {

// As the client sent it: decoded, it could end the line and begin another.
std::string_view sent_path(const ngx_http_request_t* r)
{
    const std::string_view uri = to_view(r->unparsed_uri);

    return uri.substr(0, uri.find('?'));
}


// nginx's own adds the request line: its query may hold an id_token_hint or an
// oauth_token. This one says the same without the query.
u_char* log_handler(ngx_http_request_t* r, ngx_http_request_t* sr, u_char* buf,
                    size_t len)
{
    u_char* const last = buf + len;
    u_char* p = buf;

    const auto* const cscf = static_cast<ngx_http_core_srv_conf_t*>(
        ngx_http_get_module_srv_conf(r, ngx_http_core_module));

    ngx_str_t path = to_ngx_str(sent_path(r));

    p = ngx_slprintf(p, last, ", server: %V, request: \"%V %V\"",
                     &cscf->server_name, &r->method_name, &path);

    if (r != sr) {
        p = ngx_slprintf(p, last, ", subrequest: \"%V\"", &sr->uri);
    }

    if (r->headers_in.host != nullptr) {
        p = ngx_slprintf(p, last, ", host: \"%V\"", &r->headers_in.host->value);
    }

    return p;
}


std::string_view reason(const logout::LogoutPlan& plan)
{
    if (!plan.parameter_verdict) {
        return describe(plan.parameter_verdict.problem);
    }

    if (!plan.token_problem.empty()) {
        return plan.token_problem;
    }

    if (!plan.return_url_verdict) {
        return describe(plan.return_url_verdict);
    }

    if (plan.refusal && is_about_source(*plan.refusal)) {
        return describe(plan.fetch_reason);
    }

    return {};
}


std::string_view nearest_entry(const LogoutContext& context)
{
    const logout::LogoutPlan& plan = *context.plan;
    const logout::Allowlist* const list =
        plan.client != nullptr ? &plan.client->return_urls
                               : context.location.policy.tenant_urls;
    logout::UrlBuffer buffer;
    logout::Url url;

    if (plan.error != logout::RequestError::return_url_not_allowed ||
        list == nullptr ||
        parse_url(plan.asked_return_url, buffer, url) != logout::UrlRule::ok) {
        return {};
    }

    return list->nearest_entry(url);
}


void log_refusal(const LogoutContext& context)
{
    const logout::LogoutPlan& plan = *context.plan;
    ngx_str_t word = to_ngx_str(plan.error != logout::RequestError::none
                                    ? name(plan.error)
                                    : name(context.response->result));
    ngx_str_t parameter = to_ngx_str(plan.parameter_verdict.name);
    ngx_str_t why = to_ngx_str(reason(plan));
    ngx_str_t entry = to_ngx_str(nearest_entry(context));

    ngx_log_error(context.location.log_level, context.r->connection->log, 0,
                  "logout: %V%s%V%s%V%s%V%s", &word,
                  parameter.len > 0 ? ", parameter " : "", &parameter,
                  why.len > 0 ? ": " : "", &why,
                  entry.len > 0 ? ", the nearest entry is \"" : "", &entry,
                  entry.len > 0 ? "\"" : "");
}


void log_failure(LogoutContext const& context)
{
    ngx_str_t store = context.failed_store;
    ngx_str_t failure = context.failure;

    ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                  "logout: redis_unavailable, %uz of the session's keys could"
                  " not be deleted, store \"%V\": %V",
                  context.outcome.failed, &store, &failure);
}


// Whether there was a token in `text`.
bool mask_tokens(ngx_http_request_t* r, ngx_str_t& text)
{
    PoolMemory memory(r->pool);

    try {
        const auto masked = logout::mask_tokens(to_view(text), &memory);

        if (masked) {
            text = copy_to_pool(r->pool, *masked);
        }

        return masked.has_value();

    } catch (const std::exception&) {
        ngx_str_null(&text);
        return true;
    }
}


bool is_part_of(std::string_view part, std::string_view whole)
{
    const std::less_equal<> not_after;

    return not_after(whole.data(), part.data()) &&
           not_after(part.data() + part.size(), whole.data() + whole.size());
}


// The logout itself went well.
void log_lost_event(const LogoutContext& context)
{
    const logout::EventTarget& target = context.lost_event->rule->target;
    ngx_str_t place = to_ngx_str(target.name);
    ngx_str_t store = to_ngx_str(
        ngx_http_logout_store_name(context.r, context.lost_event->store));
    ngx_str_t failure = context.event_failure;

    ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                  "logout: an event for the %s \"%V\" is lost, store \"%V\":"
                  " %V",
                  target.kind == logout::EventTarget::Kind::stream ? "stream"
                                                                   : "channel",
                  &place, &store, &failure);
}

}  // namespace


void ngx_http_logout_hide_query(ngx_http_request_t* r)
{
    r->main->log_handler = log_handler;
}


void ngx_http_logout_mask_tokens(ngx_http_request_t* r)
{
    // mostly a part of the URI that was sent; where an empty one is, nginx does
    // not always say (error_page)
    const bool sent_args =
        r->args.len == 0 ||
        is_part_of(to_view(r->args), to_view(r->unparsed_uri));

    if (mask_tokens(r, r->unparsed_uri)) {
        mask_tokens(r, r->request_line);
        mask_tokens(r, r->args);
    } else if (!sent_args) {
        mask_tokens(r, r->args);
    }
}


void ngx_http_logout_log(const LogoutContext& context)
{
    if (context.response->result == logout::Result::redis_unavailable) {
        log_failure(context);
        return;
    }

    if (context.lost_event != nullptr) {
        log_lost_event(context);
    }

    const bool refused = context.plan->refusal.has_value() ||
                         context.plan->error != logout::RequestError::none;

    if (refused &&
        context.r->connection->log->log_level >= context.location.log_level) {
        log_refusal(context);
    }
}
