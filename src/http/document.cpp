#include "http/document.hpp"

#include "http/logout/reply.hpp"


namespace {

void push_headers(ngx_http_request_t* r, const Document& document)
{
    ngx_http_logout_push_header(r, "Cache-Control", "no-store");
    ngx_http_logout_push_header(r, "Vary", "Accept");
    ngx_http_logout_push_header(r, "X-Content-Type-Options", "nosniff");

    if (!document.policy.empty()) {
        ngx_http_logout_push_header(r, "Content-Security-Policy",
                                    document.policy);
        ngx_http_logout_push_header(r, "Referrer-Policy", "no-referrer");
    }
}

}  // namespace


ngx_int_t ngx_http_logout_send_document(ngx_http_request_t* r,
                                        const Document& document)
{
    push_headers(r, document);

    return ngx_http_logout_reply(r, document.status, document.content_type,
                                 document.body);
}


std::string_view ngx_http_logout_argument(ngx_http_request_t* r,
                                          std::string_view name)
{
    ngx_str_t text = to_ngx_str(name);
    ngx_str_t value;

    return ngx_http_arg(r, text.data, text.len, &value) == NGX_OK
               ? to_view(value)
               : std::string_view();
}
