#include "http/logout/reply.hpp"


namespace {

ngx_int_t send_body(ngx_http_request_t* r, const std::pmr::string& body)
{
    auto* const buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
    if (buffer == nullptr) {
        return NGX_ERROR;
    }

    buffer->pos = reinterpret_cast<u_char*>(const_cast<char*>(body.data()));
    buffer->last = buffer->pos + body.size();
    buffer->memory = 1;
    buffer->last_buf = r == r->main;
    buffer->last_in_chain = 1;

    ngx_chain_t chain = {buffer, nullptr};
    return ngx_http_output_filter(r, &chain);
}

}  // namespace


ngx_int_t ngx_http_logout_reply(ngx_http_request_t* r, ngx_uint_t status,
                                std::string_view content_type,
                                const std::pmr::string& body)
{
    r->headers_out.status = status;
    r->headers_out.content_length_n = static_cast<off_t>(body.size());

    if (body.empty()) {
        r->header_only = 1;
        return ngx_http_send_header(r);
    }

    r->headers_out.content_type = to_ngx_str(content_type);
    r->headers_out.content_type_len = content_type.size();

    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return send_body(r, body);
}
