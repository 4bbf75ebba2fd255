// The numbers of logout_status, as Prometheus, scripts and people want them.

#include "http/status/handler.hpp"

#include "http/conf.hpp"
#include "http/document.hpp"
#include "http/request_header.hpp"
#include "http/pool.hpp"

#include "core/status/json.hpp"
#include "core/status/prometheus.hpp"
#include "core/base/html_page.hpp"
#include "core/status/page.hpp"

#include <exception>


namespace {

using logout::StatusFormat;

constexpr unsigned refresh_seconds = 5;


unsigned refresh_of(ngx_http_request_t* r)
{
    return ngx_http_logout_argument(r, "refresh") == "off" ? 0
                                                           : refresh_seconds;
}


std::string_view hostname()
{
    // the cycle may be exchanged by a signal handler, its name may not
    return to_view(const_cast<const ngx_str_t&>(ngx_cycle->hostname));
}


void write(ngx_http_request_t* r, StatusFormat format,
           const logout::Metrics& metrics, std::pmr::string& out)
{
    switch (format) {
    case StatusFormat::prometheus:
        write_prometheus(metrics, logout::Exposition::text, out);
        break;
    case StatusFormat::openmetrics:
        write_prometheus(metrics, logout::Exposition::openmetrics, out);
        break;
    case StatusFormat::json:
        write_metrics_json(metrics, out);
        break;
    case StatusFormat::html:
        write_status_page(metrics, {hostname(), refresh_of(r)}, out);
        break;
    }
}


std::optional<StatusFormat> format_of(ngx_http_request_t* r)
{
    const std::string_view word = ngx_http_logout_argument(r, "format");

    return word.empty()
               ? logout::status_format(ngx_http_logout_header(r, "accept"))
               : logout::find_status_format(word);
}


std::string_view policy_of(ngx_http_request_t* r, StatusFormat format)
{
    if (format != StatusFormat::html) {
        return {};
    }

    const ngx_str_t policy = copy_to_pool(r->pool, logout::page_policy());

    if (policy.data == nullptr) {
        throw std::bad_alloc();
    }

    return to_view(policy);
}


ngx_int_t answer(ngx_http_request_t* r)
{
    const auto format = format_of(r);
    if (!format) {
        return NGX_HTTP_BAD_REQUEST;
    }

    auto* const memory = create_in_pool<PoolMemory>(r->pool, r->pool);
    auto* const body = create_in_pool<std::pmr::string>(r->pool, memory);
    logout::Metrics metrics(memory);

    ngx_http_logout_collect(ngx_http_logout_main_conf(r), metrics, memory);
    body->reserve(16 * 1024);
    write(r, *format, metrics, *body);

    return ngx_http_logout_send_document(
        r, {NGX_HTTP_OK, content_type(*format), policy_of(r, *format), *body});
}


ngx_int_t status_handler(ngx_http_request_t* r) noexcept
{
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    const ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    try {
        return answer(r);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "logout_status: %s",
                      e.what());
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}

}  // namespace


char* ngx_http_logout_status(ngx_conf_t* cf, ngx_command_t*, void*)
{
    auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    if (clcf->handler != nullptr) {
        return const_cast<char*>("conflicts with another handler of this"
                                 " location");
    }

    clcf->handler = status_handler;
    return NGX_CONF_OK;
}
