// Sends what the handlers for operators wrote: the numbers, the explanations.

#ifndef NGX_HTTP_LOGOUT_DOCUMENT_HPP
#define NGX_HTTP_LOGOUT_DOCUMENT_HPP

#include "http/ngx.hpp"

#include <memory_resource>
#include <string>
#include <string_view>


struct Document {
    ngx_uint_t status;
    std::string_view content_type;  // static
    std::string_view policy;        // Content-Security-Policy; empty: none
    const std::pmr::string& body;   // lives as long as the request
};


// Returns what a content handler returns. Throws std::bad_alloc.
ngx_int_t ngx_http_logout_send_document(ngx_http_request_t* r,
                                        const Document& document);

// The value of `name` in the query, as it stands there; empty if there is none.
std::string_view ngx_http_logout_argument(ngx_http_request_t* r,
                                          std::string_view name);

#endif
