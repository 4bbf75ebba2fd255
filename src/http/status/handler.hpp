// The directive logout_status.

#ifndef NGX_HTTP_LOGOUT_STATUS_HPP
#define NGX_HTTP_LOGOUT_STATUS_HPP

#include "http/ngx.hpp"

char* ngx_http_logout_status(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

#endif
