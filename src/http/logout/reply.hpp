// What every answer of this module is made of, whoever gives it.

#ifndef NGX_HTTP_LOGOUT_REPLY_HPP
#define NGX_HTTP_LOGOUT_REPLY_HPP

#include "http/ngx.hpp"

#include <memory_resource>
#include <new>
#include <string>
#include <string_view>


// Adds a header to the answer. Both texts live as long as the request. Throws
// std::bad_alloc. In the header, because a logout's answer has three.
inline ngx_table_elt_t* ngx_http_logout_push_header(ngx_http_request_t* r,
                                                    std::string_view name,
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


// Sends the headers and `body`, which lives as long as the request and has no
// type if it is empty. Returns what a content handler returns.
ngx_int_t ngx_http_logout_reply(ngx_http_request_t* r, ngx_uint_t status,
                                std::string_view content_type,
                                const std::pmr::string& body);

#endif
