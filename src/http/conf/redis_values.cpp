// The values inside logout_redis { ... } that take more than a line to read:
// addresses and the password file.

#include "http/conf/redis_parameters.hpp"

#include <sys/stat.h>

using logout::redis::Endpoint;

namespace {

constexpr std::size_t password_max_length = 4096;


bool is_name(const ngx_url_t& url)
{
    return url.family == AF_INET &&
           ngx_inet_addr(url.host.data, url.host.len) == INADDR_NONE;
}


// No resolver is asked for these names (RFC 6761, section 6.3).
bool is_local(const ngx_str_t& host)
{
    return to_view(host) == "localhost";
}


// "FILE:LINE"
ngx_str_t place_of(ngx_conf_t* cf)
{
    const ngx_str_t& file = cf->conf_file->file.name;
    const std::size_t size = file.len + 1 + NGX_INT_T_LEN;
    auto* const text = static_cast<u_char*>(ngx_pnalloc(cf->pool, size));

    if (text == nullptr) {
        return ngx_null_string;
    }

    const u_char* const end =
        ngx_snprintf(text, size, "%V:%ui", &file, cf->conf_file->line);

    return {static_cast<std::size_t>(end - text), text};
}


ngx_str_t without_brackets(ngx_str_t host)
{
    if (host.len > 2 && host.data[0] == '[') {
        host.data++;
        host.len -= 2;
    }

    return host;
}


char* file_error(ngx_conf_t* cf, const char* what, ngx_str_t* name)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "%s \"%V\" failed", what,
                       name);

    return ngx_http_logout_conf_error();
}


// Reads the file's first line; at most one byte too many, to notice that.
char* read_password(ngx_conf_t* cf, ngx_str_t* name, ngx_fd_t fd,
                    ngx_str_t& password)
{
    ngx_file_info_t info;

    if (ngx_fd_info(fd, &info) == NGX_FILE_ERROR) {
        return file_error(cf, ngx_fd_info_n, name);
    }

    if (info.st_mode & S_IROTH) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the password file \"%V\" is readable by others",
                           name);
    }

    u_char* buffer =
        static_cast<u_char*>(ngx_pnalloc(cf->pool, password_max_length + 1));

    if (buffer == nullptr) {
        return ngx_http_logout_conf_error();
    }

    ssize_t n = ngx_read_fd(fd, buffer, password_max_length + 1);

    if (n == -1) {
        return file_error(cf, ngx_read_fd_n, name);
    }

    std::string_view line(reinterpret_cast<char*>(buffer),
                          static_cast<std::size_t>(n));
    line = line.substr(0, line.find_first_of("\r\n"));

    if (line.empty() || line.size() > password_max_length) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the first line of the password file \"%V\" is %s",
                           name, line.empty() ? "empty" : "too long");
        return ngx_http_logout_conf_error();
    }

    password = to_ngx_str(line);

    return NGX_CONF_OK;
}

}  // namespace


char* ngx_http_logout_redis_endpoint(ngx_conf_t* cf, ngx_uint_t index,
                                     in_port_t default_port,
                                     ngx_array_t& endpoints)
{
    ngx_str_t& value = ngx_http_logout_argument(cf, index);
    ngx_url_t url = {};

    url.url = value;
    url.default_port = default_port;
    url.no_resolve = 1;

    if (ngx_parse_url(cf->pool, &url) != NGX_OK || url.uri.len != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                           url.err != nullptr ? url.err : "invalid address",
                           &value);
        return ngx_http_logout_conf_error();
    }

    Endpoint* endpoint = static_cast<Endpoint*>(ngx_array_push(&endpoints));

    if (endpoint == nullptr) {
        return ngx_http_logout_conf_error();
    }

    bool name = is_name(url);

    // one that is not found now needs a resolver, which may follow
    if (name) {
        (void) ngx_inet_resolve_host(cf->pool, &url);
    }

    *endpoint = {value,        without_brackets(url.host),
                 url.port,     name && !is_local(url.host),
                 place_of(cf), url.addrs,
                 url.naddrs};

    return NGX_CONF_OK;
}


char* ngx_http_logout_redis_password_file(ngx_conf_t* cf, ngx_str_t& password)
{
    ngx_str_t name = ngx_http_logout_argument(cf, 1);

    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK) {
        return ngx_http_logout_conf_error();
    }

    ngx_fd_t fd = ngx_open_file(name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        return file_error(cf, ngx_open_file_n, &name);
    }

    char* result = read_password(cf, &name, fd, password);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", &name);
    }

    return result;
}
