#include "http/conf/file.hpp"

#include "http/conf/directive.hpp"

#include "core/session/reader.hpp"

#include <sys/stat.h>


namespace {

constexpr off_t secret_file_max_size = 64 * 1024;

enum class Secrecy { for_everybody, secret };


bool check_info(ngx_conf_t* cf, ngx_file_t& file, ngx_file_info_t& info,
                off_t max_size, Secrecy secrecy)
{
    if (ngx_fd_info(file.fd, &info) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", &file.name);
        return false;
    }

    const off_t size = ngx_file_size(&info);
    if (!ngx_is_file(&info) || size == 0 || size > max_size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must be a file of 1 to %O bytes", &file.name,
                           max_size);
        return false;
    }

    if (secrecy == Secrecy::secret && (ngx_file_access(&info) & S_IROTH) != 0) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"%V\" holds a secret and can be read by others",
                           &file.name);
    }

    return true;
}


bool read_all(ngx_conf_t* cf, ngx_file_t& file, off_t size,
              std::string& content)
{
    content.resize(static_cast<std::size_t>(size));

    const ssize_t n = ngx_read_file(
        &file, reinterpret_cast<u_char*>(content.data()), content.size(), 0);
    if (n != static_cast<ssize_t>(size)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, n == NGX_ERROR ? ngx_errno : 0,
                           "could not read \"%V\"", &file.name);
        return false;
    }

    return true;
}


// ngx_conf_full_name() keeps an absolute name as it is, and open() wants a NUL.
ngx_str_t terminated(ngx_pool_t* pool, std::string_view path)
{
    auto* const data = static_cast<u_char*>(ngx_pcalloc(pool, path.size() + 1));

    if (data == nullptr) {
        return ngx_null_string;
    }

    ngx_memcpy(data, path.data(), path.size());
    return {path.size(), data};
}


bool read(ngx_conf_t* cf, std::string_view path, off_t max_size,
          Secrecy secrecy, std::string& content)
{
    ngx_file_t file = {};
    ngx_file_info_t info;

    file.name = terminated(cf->pool, path);
    file.log = cf->log;

    if (file.name.data == nullptr ||
        ngx_conf_full_name(cf->cycle, &file.name, 1) != NGX_OK) {
        return false;
    }

    file.fd = ngx_open_file(file.name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", &file.name);
        return false;
    }

    const bool done = check_info(cf, file, info, max_size, secrecy) &&
                      read_all(cf, file, ngx_file_size(&info), content);

    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", &file.name);
    }

    return done;
}

}  // namespace


bool ngx_http_logout_read_file(ngx_conf_t* cf, std::string_view path,
                               off_t max_size, std::string& content)
{
    return read(cf, path, max_size, Secrecy::for_everybody, content);
}


bool ngx_http_logout_read_secret_file(ngx_conf_t* cf, std::string_view argument,
                                      std::string_view path,
                                      std::string& content)
{
    if (!read(cf, path, secret_file_max_size, Secrecy::secret, content)) {
        return false;
    }

    return !logout::session_secrets(content).empty() ||
           ngx_http_logout_refuse(cf, argument,
                                  "there is no secret in the file");
}
