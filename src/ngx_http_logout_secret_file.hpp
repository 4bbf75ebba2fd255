// Files that hold a secret: session secrets, Redis passwords.

#ifndef NGX_HTTP_LOGOUT_SECRET_FILE_HPP
#define NGX_HTTP_LOGOUT_SECRET_FILE_HPP

#include "ngx_http_logout_ngx.hpp"

#include <string>
#include <string_view>


// Reads the file `path`, relative to the configuration file's directory, into
// `content`. Says what is wrong and returns false if it is missing, empty or
// larger than 64 KiB; warns if others may read it.
bool ngx_http_logout_read_secret_file(ngx_conf_t* cf, std::string_view path,
                                      std::string& content);

#endif
