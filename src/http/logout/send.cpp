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


bool has_header(const ngx_http_request_t* r, std::string_view name,
                std::string_view value)
{
    const ngx_list_part_t* part = &r->headers_out.headers.part;

    for (; part != nullptr; part = part->next) {
        const auto* const headers =
            static_cast<const ngx_table_elt_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            if (headers[i].hash != 0 && to_view(headers[i].key) == name &&
                to_view(headers[i].value) == value) {
                return true;
            }
        }
    }

    return false;
}


// What has happened to the browser's session stays said, whoever gives the
// answer in the end: once, where two logouts say it.
void push_effect(const LogoutContext& context, std::string_view name,
                 std::string_view value)
{
    ngx_http_request_t* const r = context.r;

    if (!r->error_page || !has_header(r, name, value)) {
        ngx_http_logout_push_header(r, name, value);
    }
}


// What goes with this answer, and not with one of another logout to which
// error_page leads.
void push(LogoutContext& context, std::string_view name, std::string_view value)
{
    ngx_table_elt_t* const header =
        ngx_http_logout_push_header(context.r, name, value);

    if (context.replaced) {
        context.replaced_headers.push_back(header);
    }
}


void push_cors(LogoutContext& context)
{
    const logout::LogoutResponse& response = *context.response;

    if (response.vary_origin) {
        push(context, "Vary", "Origin");
    }

    if (response.allowed_origin.empty()) {
        return;
    }

    push(context, "Access-Control-Allow-Origin", response.allowed_origin);
    push(context, "Access-Control-Allow-Credentials", "true");

    if (!response.preflight) {
        return;
    }

    push(context, "Access-Control-Allow-Methods", context.location.allow);
    if (!response.allowed_headers.empty()) {
        push(context, "Access-Control-Allow-Headers", response.allowed_headers);
    }
}


// Browsers take no Clear-Site-Data over HTTP: where the client may speak HTTPS,
// sending it costs nothing.
bool may_clear_site_data(const LogoutContext& context)
{
    return !context.location.clear_site_data.empty() &&
           context.request.fetch.scheme != logout::ClientScheme::http &&
           is_ended(context.response->result);
}


void push_effects(const LogoutContext& context)
{
    const logout::LogoutResponse& response = *context.response;

    for (const std::string_view line : response.set_cookies) {
        push_effect(context, "Set-Cookie", line);
    }

    if (may_clear_site_data(context)) {
        push_effect(context, "Clear-Site-Data",
                    context.location.clear_site_data);
    }
}


// Headers that mean something with the answer's own status only.
void push_for_status(LogoutContext& context)
{
    const logout::LogoutResponse& response = *context.response;

    if (response.authenticate) {
        push(context, "WWW-Authenticate", "Bearer");
    }

    if (response.allow) {
        push(context, "Allow", context.location.allow);
    }

    if (response.retry_after > 0) {
        push(context, "Retry-After",
             format_number(context.r, response.retry_after));
    }
}


void push_headers(LogoutContext& context)
{
    const logout::LogoutResponse& response = *context.response;

    // of a page to which error_page leads, too: it is the answer to a logout
    push(context, "Cache-Control", "no-store");
    push_effects(context);

    // not headers_out.location: from that nginx would make "/bye" an absolute
    // URL with the Host header, which the client chooses
    if (!response.location.empty()) {
        push(context, "Location", response.location);
    }

    push_cors(context);

    if (!response.page_policy.empty()) {
        push(context, "Content-Security-Policy", response.page_policy);
    }

    if (response.no_sniff) {
        push(context, "X-Content-Type-Options", "nosniff");
    }
}


// The error_page of `status`; nullptr if there is none.
const ngx_http_err_page_t* find_error_page(ngx_http_request_t* r,
                                           ngx_uint_t status)
{
    const auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));

    if (status < NGX_HTTP_BAD_REQUEST || clcf->error_pages == nullptr ||
        (r->error_page && !clcf->recursive_error_pages)) {
        return nullptr;
    }

    const auto* const pages =
        static_cast<ngx_http_err_page_t*>(clcf->error_pages->elts);

    for (ngx_uint_t i = 0; i < clcf->error_pages->nelts; ++i) {
        if (pages[i].status == static_cast<ngx_int_t>(status)) {
            return &pages[i];
        }
    }

    return nullptr;
}


// nginx leaves in the answer what was put there before error_page.
void hide_replaced_answers(LogoutContext& context)
{
    for (auto* before = ngx_http_logout_context_before(context);
         before != nullptr; before = ngx_http_logout_context_before(*before)) {
        for (ngx_table_elt_t* const header : before->replaced_headers) {
            header->hash = 0;
        }
    }
}

}  // namespace


ngx_int_t ngx_http_logout_send(LogoutContext& context)
{
    ngx_http_request_t* const r = context.r;
    const logout::LogoutResponse& response = *context.response;

    const ngx_http_err_page_t* const page = find_error_page(r, response.status);

    if (r->error_page) {
        hide_replaced_answers(context);
    }

    context.replaced = page != nullptr;
    push_headers(context);

    if (page == nullptr || page->overwrite < 0) {
        push_for_status(context);
    }

    if (page != nullptr) {
        return static_cast<ngx_int_t>(response.status);
    }

    return ngx_http_logout_reply(r, response.status, response.content_type,
                                 response.body);
}
