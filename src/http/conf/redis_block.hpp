// The directive logout_redis NAME { ... }.

#ifndef NGX_HTTP_LOGOUT_REDIS_CONF_HPP
#define NGX_HTTP_LOGOUT_REDIS_CONF_HPP

#include "http/ngx.hpp"
#include "redis/conf.hpp"

// Where the main configuration keeps the stores: an array of
// logout::redis::StoreConf*, nullptr until the first logout_redis is read.
// Implemented by the module, which knows the type of `main_conf`.
ngx_array_t** ngx_http_logout_stores(void* main_conf);

// The setter of the directive; `conf` is the module's main configuration.
char* ngx_http_logout_redis_block(ngx_conf_t* cf, ngx_command_t* cmd,
                                  void* conf);

#endif
