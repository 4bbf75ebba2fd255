// Writes a LogoutResponse out as nginx's response.

#include "http/logout/reply.hpp"
#include "http/logout/context.hpp"


namespace {

std::string_view format_number(ngx_http_request_t* r, ngx_uint_t number)
{
    auto* const text =
        static_cast<u_char*>(ngx_pnalloc(r->pool, NGX_INT_T_LEN));

    if (text == nullptr) {
        throw std::bad_alloc();
    }

    const u_char* const end = ngx_sprintf(text, "%ui", number);
    return {reinterpret_cast<char*>(text),
            static_cast<std::size_t>(end - text)};
}


void push_cors(const LogoutContext& context)
{
    ngx_http_request_t* const r = context.r;
    const logout::LogoutResponse& response = *context.response;

    if (response.vary_origin) {
        ngx_http_logout_push_header(r, "Vary", "Origin");
    }

    if (response.allowed_origin.empty()) {
        return;
    }

    ngx_http_logout_push_header(r, "Access-Control-Allow-Origin",
                                response.allowed_origin);
    ngx_http_logout_push_header(r, "Access-Control-Allow-Credentials", "true");

    if (!response.preflight) {
        return;
    }

    ngx_http_logout_push_header(r, "Access-Control-Allow-Methods",
                                context.location.allow);
    if (!response.allowed_headers.empty()) {
        ngx_http_logout_push_header(r, "Access-Control-Allow-Headers",
                                    response.allowed_headers);
    }
}


bool is_https(const ngx_http_request_t* r)
{
#if (NGX_HTTP_SSL)
    return r->connection->ssl != nullptr;
#else
    (void) r;
    return false;
#endif
}


void push_headers(const LogoutContext& context)
{
    ngx_http_request_t* const r = context.r;
    const logout::LogoutResponse& response = *context.response;

    ngx_http_logout_push_header(r, "Cache-Control", "no-store");

    for (const std::string_view line : response.set_cookies) {
        ngx_http_logout_push_header(r, "Set-Cookie", line);
    }

    // not headers_out.location: from that nginx would make "/bye" an absolute
    // URL with the Host header, which the client chooses
    if (!response.location.empty()) {
        ngx_http_logout_push_header(r, "Location", response.location);
    }

    push_cors(context);

    if (!response.page_policy.empty()) {
        ngx_http_logout_push_header(r, "Content-Security-Policy",
                                    response.page_policy);
    }

    if (response.no_sniff) {
        ngx_http_logout_push_header(r, "X-Content-Type-Options", "nosniff");
    }

    if (!context.location.clear_site_data.empty() &&
        is_ended(response.result) && is_https(r)) {
        ngx_http_logout_push_header(r, "Clear-Site-Data",
                                    context.location.clear_site_data);
    }

    if (response.allow) {
        ngx_http_logout_push_header(r, "Allow", context.location.allow);
    }

    if (response.retry_after > 0) {
        ngx_http_logout_push_header(r, "Retry-After",
                                    format_number(r, response.retry_after));
    }
}


bool has_error_page(ngx_http_request_t* r, ngx_uint_t status)
{
    const auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));

    if (clcf->error_pages == nullptr ||
        (r->error_page && !clcf->recursive_error_pages)) {
        return false;
    }

    const auto* const pages =
        static_cast<ngx_http_err_page_t*>(clcf->error_pages->elts);

    for (ngx_uint_t i = 0; i < clcf->error_pages->nelts; ++i) {
        if (pages[i].status == static_cast<ngx_int_t>(status)) {
            return true;
        }
    }

    return false;
}

}  // namespace


ngx_int_t ngx_http_logout_send(LogoutContext& context)
{
    ngx_http_request_t* const r = context.r;
    const logout::LogoutResponse& response = *context.response;

    push_headers(context);

    if (response.status >= NGX_HTTP_BAD_REQUEST &&
        has_error_page(r, response.status)) {
        return static_cast<ngx_int_t>(response.status);
    }

    return ngx_http_logout_reply(r, response.status, response.content_type,
                                 response.body);
}
