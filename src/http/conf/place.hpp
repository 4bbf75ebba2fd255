// Where a directive stands, for messages about it that come later.

#ifndef NGX_HTTP_LOGOUT_CONF_PLACE_HPP
#define NGX_HTTP_LOGOUT_CONF_PLACE_HPP

#include "http/ngx.hpp"

#include <string>


struct ConfPlace {
    explicit ConfPlace(ngx_conf_t* cf);

    std::string file;
    ngx_uint_t line;
};


// Says at "emerg" what is wrong at `place`.
void ngx_http_logout_conf_error(ngx_conf_t* cf, const ConfPlace& place,
                                const std::string& message);

#endif
