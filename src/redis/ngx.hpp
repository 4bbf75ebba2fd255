// nginx's core and event headers for the Redis client: nothing of HTTP.

#ifndef LOGOUT_REDIS_NGX_HPP
#define LOGOUT_REDIS_NGX_HPP

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
}

#include <string_view>

namespace logout::redis {

inline std::string_view view(const ngx_str_t& text)
{
    return {reinterpret_cast<const char*>(text.data), text.len};
}


// Borrows: the result points into `text`, which must outlive it.
inline ngx_str_t ngx_text(std::string_view text)
{
    return {text.size(),
            reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
}


inline void init_event(ngx_event_t& event, ngx_event_handler_pt handler,
                       void* data, ngx_log_t* log)
{
    ngx_memzero(&event, sizeof(event));
    event.data = data;
    event.handler = handler;
    event.log = log;
}


inline void stop_timer(ngx_event_t& timer)
{
    if (timer.timer_set) {
        ngx_del_timer(&timer);
    }
}


// ngx_add_timer() leaves a timer that is set alone if the new time is less than
// 300 ms away from the old one, which is all the difference here.
inline void start_timer(ngx_event_t& timer, ngx_msec_t delay)
{
    stop_timer(timer);
    ngx_add_timer(&timer, delay);
}

}  // namespace logout::redis

#endif
