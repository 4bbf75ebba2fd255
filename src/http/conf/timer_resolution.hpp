// timer_resolution makes timeouts longer than they are configured: a warning.

#ifndef NGX_HTTP_LOGOUT_CONF_TIMER_RESOLUTION_HPP
#define NGX_HTTP_LOGOUT_CONF_TIMER_RESOLUTION_HPP

#include "http/ngx.hpp"

struct ngx_http_logout_main_conf_t;

// Remembers where `timeout`, which is kept as long as the configuration, is
// set: by the directive that is being read, or by default in the block that is.
// The last call for a timeout counts. Returns NGX_CONF_ERROR without memory.
char* ngx_http_logout_note_timeout(ngx_conf_t* cf, const char* name,
                                   const ngx_msec_t& timeout);

// Warns of each timeout that may take half as long again, or more. nginx's
// configuration has been read as a whole: timer_resolution may stand anywhere
// in it.
void ngx_http_logout_check_timer_resolution(
    ngx_cycle_t* cycle, const ngx_http_logout_main_conf_t* lmcf);

#endif
