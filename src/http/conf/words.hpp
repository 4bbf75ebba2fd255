// Directives whose arguments are words of a list.

#ifndef NGX_HTTP_LOGOUT_WORDS_HPP
#define NGX_HTTP_LOGOUT_WORDS_HPP

#include "http/ngx.hpp"


// Setters as nginx's ngx_conf_set_enum_slot() and ngx_conf_set_bitmask_slot(),
// with the same tables, that say which words there are.
char* ngx_http_logout_set_word(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_set_words(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

#endif
