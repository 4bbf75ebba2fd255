// Files that a directive names and that are read with the configuration.

#ifndef NGX_HTTP_LOGOUT_FILE_HPP
#define NGX_HTTP_LOGOUT_FILE_HPP

#include "http/ngx.hpp"

#include <string>
#include <string_view>


// Reads the file `path`, relative to the configuration file's directory, into
// `content`. Says what is wrong and returns false if it is missing, empty or
// larger than `max_size`.
bool ngx_http_logout_read_file(ngx_conf_t* cf, std::string_view path,
                               off_t max_size, std::string& content);

// The same for the file `path` of the parameter `argument`, which holds secrets
// (logout::session_secrets(), 64 KiB at most) and not none: warns if others may
// read it.
bool ngx_http_logout_read_secret_file(ngx_conf_t* cf, std::string_view argument,
                                      std::string_view path,
                                      std::string& content);

#endif
