// nginx's complex values: text with variables.

#ifndef NGX_HTTP_LOGOUT_VALUE_HPP
#define NGX_HTTP_LOGOUT_VALUE_HPP

#include "http/ngx.hpp"

#include <string_view>


// Compiles a copy of `text`. Returns false after nginx has said what is wrong.
// Throws std::bad_alloc.
bool ngx_http_logout_compile_value(ngx_conf_t* cf, std::string_view text,
                                   ngx_http_complex_value_t& value);

// What `value` is for `r`: lives in the request's pool, or as long as the
// configuration. Not a word of it gets into a log. Throws std::bad_alloc.
std::string_view
ngx_http_logout_evaluate(ngx_http_request_t* r,
                         const ngx_http_complex_value_t& value);

#endif
