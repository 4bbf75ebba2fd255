#include "http/complex_value.hpp"

#include <algorithm>
#include <new>


namespace {

// At "debug" nginx writes down each variable that it puts into a text, and
// these may be session ids and tokens. What is more important still is logged.
class WithoutDebugLog {
public:
    explicit WithoutDebugLog(ngx_log_t* log) : log_(log), level_(log->log_level)
    {
        log_->log_level = std::min<ngx_uint_t>(level_, NGX_LOG_INFO);
    }

    ~WithoutDebugLog() { log_->log_level = level_; }

    WithoutDebugLog(const WithoutDebugLog&) = delete;
    WithoutDebugLog& operator=(const WithoutDebugLog&) = delete;

private:
    ngx_log_t* log_;
    ngx_uint_t level_;
};

}  // namespace


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
    const WithoutDebugLog guard(r->connection->log);
    ngx_str_t result;

    if (ngx_http_complex_value(r, const_cast<ngx_http_complex_value_t*>(&value),
                               &result) != NGX_OK) {
        throw std::bad_alloc();
    }

    return to_view(result);
}
