// What every answer of this module is made of, whoever gives it.

#ifndef NGX_HTTP_LOGOUT_REPLY_HPP
#define NGX_HTTP_LOGOUT_REPLY_HPP

#include "ngx_http_logout_ngx.hpp"

#include <memory_resource>
#include <string>
#include <string_view>


// Adds a header to the answer. Both texts live as long as the request. Throws
// std::bad_alloc.
void ngx_http_logout_push_header(ngx_http_request_t* r, std::string_view name,
                                 std::string_view value);

// Sends the headers and `body`, which lives as long as the request and has no
// type if it is empty. Returns what a content handler returns.
ngx_int_t ngx_http_logout_reply(ngx_http_request_t* r, ngx_uint_t status,
                                std::string_view content_type,
                                const std::pmr::string& body);

#endif
