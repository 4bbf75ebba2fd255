// Writes a LogoutResponse out as nginx's response.

#include "ngx_http_logout_request.hpp"


namespace {

ngx_table_elt_t* push_header(ngx_http_request_t* r, std::string_view name,
                             std::string_view value)
{
    auto* const header =
        static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));

    if (header == nullptr) {
        throw std::bad_alloc();
    }

#if (nginx_version >= 1023000)
    header->next = nullptr;
#endif
    header->hash = 1;
    header->key = to_ngx_str(name);
    header->value = to_ngx_str(value);

    return header;
}


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
        push_header(r, "Vary", "Origin");
    }

    if (response.allowed_origin.empty()) {
        return;
    }

    push_header(r, "Access-Control-Allow-Origin", response.allowed_origin);
    push_header(r, "Access-Control-Allow-Credentials", "true");

    if (!response.preflight) {
        return;
    }

    push_header(r, "Access-Control-Allow-Methods", context.location.allow);
    if (!response.allowed_headers.empty()) {
        push_header(r, "Access-Control-Allow-Headers",
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

    push_header(r, "Cache-Control", "no-store");

    for (const std::string_view line : response.set_cookies) {
        push_header(r, "Set-Cookie", line);
    }

    // not headers_out.location: from that nginx would make "/bye" an absolute
    // URL with the Host header, which the client chooses
    if (!response.location.empty()) {
        push_header(r, "Location", response.location);
    }

    push_cors(context);

    if (!response.page_policy.empty()) {
        push_header(r, "Content-Security-Policy", response.page_policy);
    }

    if (response.no_sniff) {
        push_header(r, "X-Content-Type-Options", "nosniff");
    }

    if (!context.location.clear_site_data.empty() &&
        is_ended(response.result) && is_https(r)) {
        push_header(r, "Clear-Site-Data", context.location.clear_site_data);
    }

    if (response.allow) {
        push_header(r, "Allow", context.location.allow);
    }

    if (response.retry_after > 0) {
        push_header(r, "Retry-After", format_number(r, response.retry_after));
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


ngx_int_t send_body(ngx_http_request_t* r, const std::pmr::string& body)
{
    auto* const buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
    if (buffer == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    // the body is the context's, which lives as long as the request
    buffer->pos = reinterpret_cast<u_char*>(const_cast<char*>(body.data()));
    buffer->last = buffer->pos + body.size();
    buffer->memory = 1;
    buffer->last_buf = r == r->main;
    buffer->last_in_chain = 1;

    ngx_chain_t chain = {buffer, nullptr};
    return ngx_http_output_filter(r, &chain);
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

    r->headers_out.status = response.status;
    r->headers_out.content_length_n = static_cast<off_t>(response.body.size());

    if (response.body.empty()) {
        r->header_only = 1;
        return ngx_http_send_header(r);
    }

    r->headers_out.content_type = to_ngx_str(response.content_type);
    r->headers_out.content_type_len = response.content_type.size();

    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return send_body(r, response.body);
}
