// One header of a request, for who needs only that one.

#ifndef NGX_HTTP_LOGOUT_REQUEST_HEADER_HPP
#define NGX_HTTP_LOGOUT_REQUEST_HEADER_HPP

#include "http/ngx.hpp"

#include <string_view>


// The value of the first header with this name, which is in lower case; empty
// if there is none. nginx has a place for some headers only with some of its
// own modules.
std::string_view ngx_http_logout_header(const ngx_http_request_t* r,
                                        std::string_view name);

#endif
