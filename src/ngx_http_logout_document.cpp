#include "ngx_http_logout_document.hpp"

#include <new>


namespace {

void push_header(ngx_http_request_t* r, std::string_view name,
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
}


void push_headers(ngx_http_request_t* r, const Document& document)
{
    push_header(r, "Cache-Control", "no-store");
    push_header(r, "Vary", "Accept");
    push_header(r, "X-Content-Type-Options", "nosniff");

    if (!document.policy.empty()) {
        push_header(r, "Content-Security-Policy", document.policy);
        push_header(r, "Referrer-Policy", "no-referrer");
    }
}


ngx_int_t send_body(ngx_http_request_t* r, const std::pmr::string& body)
{
    auto* const buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
    if (buffer == nullptr) {
        throw std::bad_alloc();
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


ngx_int_t ngx_http_logout_send_document(ngx_http_request_t* r,
                                        const Document& document)
{
    push_headers(r, document);

    r->headers_out.status = document.status;
    r->headers_out.content_length_n = static_cast<off_t>(document.body.size());
    r->headers_out.content_type = to_ngx_str(document.content_type);
    r->headers_out.content_type_len = document.content_type.size();

    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return send_body(r, document.body);
}


std::string_view ngx_http_logout_accept(const ngx_http_request_t* r)
{
    // nginx has a place for this header only with some of its own modules
    const ngx_list_part_t* part = &r->headers_in.headers.part;

    for (; part != nullptr; part = part->next) {
        const auto* const headers =
            static_cast<const ngx_table_elt_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            const std::string_view name(
                reinterpret_cast<char*>(headers[i].lowcase_key),
                headers[i].key.len);

            if (name == "accept") {
                return to_view(headers[i].value);
            }
        }
    }

    return {};
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
