#include "http/conf/timer_resolution.hpp"

#include "http/conf.hpp"

namespace {

struct TimeoutPlace {
    const char* name;
    const ngx_msec_t* timeout;
    ngx_str_t file;
    ngx_uint_t line;
};


TimeoutPlace* place_of(ngx_array_t& places, const ngx_msec_t& timeout)
{
    auto* const all = static_cast<TimeoutPlace*>(places.elts);

    for (ngx_uint_t i = places.nelts; i > 0; --i) {
        if (all[i - 1].timeout == &timeout) {
            return &all[i - 1];
        }
    }

    return static_cast<TimeoutPlace*>(ngx_array_push(&places));
}

}  // namespace


char* ngx_http_logout_note_timeout(ngx_conf_t* cf, const char* name,
                                   const ngx_msec_t& timeout)
{
    ngx_array_t*& places = ngx_http_logout_main_conf(cf)->timeouts;

    if (places == nullptr) {
        places = ngx_array_create(cf->pool, 4, sizeof(TimeoutPlace));
        if (places == nullptr) {
            return static_cast<char*>(NGX_CONF_ERROR);
        }
    }

    TimeoutPlace* const place = place_of(*places, timeout);

    if (place == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    // what "nginx -g" says is in no file
    *place = {name, &timeout, ngx_null_string, 0};

    if (cf->conf_file != nullptr) {
        place->file = cf->conf_file->file.name;
        place->line = cf->conf_file->line;
    }

    return NGX_CONF_OK;
}


void ngx_http_logout_check_timer_resolution(
    ngx_cycle_t* cycle, const ngx_http_logout_main_conf_t* lmcf)
{
    const auto* const core = reinterpret_cast<const ngx_core_conf_t*>(
        ngx_get_conf(cycle->conf_ctx, ngx_core_module));
    const ngx_msec_t resolution = core->timer_resolution;

    if (resolution == 0 || lmcf->timeouts == nullptr) {
        return;
    }

    const auto* const places =
        static_cast<const TimeoutPlace*>(lmcf->timeouts->elts);

    for (ngx_uint_t i = 0; i < lmcf->timeouts->nelts; ++i) {
        const TimeoutPlace& place = places[i];
        const ngx_msec_t timeout = *place.timeout;

        if (resolution >= timeout / 2) {
            // as at parsing: the new log's level need not be "warn"
            ngx_log_error(NGX_LOG_WARN, cycle->old_cycle->log, 0,
                          "\"timer_resolution\" of %M ms may make \"%s\" of "
                          "%M ms take %M ms in %V:%ui",
                          resolution, place.name, timeout, timeout + resolution,
                          &place.file, place.line);
        }
    }
}
