#include "ngx_http_logout_value.hpp"

#include <new>


bool ngx_http_logout_compile_value(ngx_conf_t* cf, std::string_view text,
                                   ngx_http_complex_value_t& value)
{
    ngx_str_t source = copy_to_pool(cf->pool, text);
    ngx_http_compile_complex_value_t ccv = {};

    if (source.data == nullptr) {
        throw std::bad_alloc();
    }

    ccv.cf = cf;
    ccv.value = &source;
    ccv.complex_value = &value;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK;
}


std::string_view ngx_http_logout_evaluate(ngx_http_request_t* r,
                                          const ngx_http_complex_value_t& value)
{
    ngx_str_t result;

    if (ngx_http_complex_value(r, const_cast<ngx_http_complex_value_t*>(&value),
                               &result) != NGX_OK) {
        throw std::bad_alloc();
    }

    return to_view(result);
}
