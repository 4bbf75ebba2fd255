// The values inside logout_redis { ... } that take more than a line to read:
// addresses and the password file.

#include "http/conf/redis_parameters.hpp"

#include "redis/learned_endpoint.hpp"
#include "redis/login.hpp"

#include <new>

using logout::redis::AddressMapping;
using logout::redis::Endpoint;
using logout::redis::LoginConf;
using logout::redis::StoreConf;

namespace {

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


// Returns false with the reason logged.
bool parse_host(ngx_conf_t* cf, const ngx_str_t& value, in_port_t default_port,
                ngx_url_t& url)
{
    url.url = value;
    url.default_port = default_port;
    url.no_resolve = 1;

    if (ngx_parse_url(cf->pool, &url) == NGX_OK && url.uri.len == 0) {
        return true;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                       url.err != nullptr ? url.err : "invalid address",
                       &value);
    return false;
}


Endpoint make_endpoint(ngx_conf_t* cf, const ngx_str_t& value, ngx_url_t& url)
{
    const bool name = is_name(url);

    // one that is not found now needs a resolver, which may follow
    if (name) {
        (void) ngx_inet_resolve_host(cf->pool, &url);
    }

    return {value,        without_brackets(url.host),
            url.port,     name && !is_local(url.host),
            place_of(cf), url.addrs,
            url.naddrs,   {}};
}


bool is_host_pattern(std::string_view text)
{
    if (text.substr(0, 2) == "*.") {
        text.remove_prefix(2);
    }

    return !text.empty() && text.size() <= logout::redis::host_max_length &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_") == text.npos;
}


template <typename Value>
bool push(ngx_array_t& array, const Value& value)
{
    auto* const place = static_cast<Value*>(ngx_array_push(&array));

    if (place == nullptr) {
        return false;
    }

    *place = value;
    return true;
}


// Returns false with the reason logged.
bool take_password(ngx_conf_t* cf, const ngx_str_t& name, LoginConf& login)
{
    const logout::redis::PasswordFile file =
        logout::redis::read_password_file(name);

    if (file.call != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, file.error, "%s \"%V\" failed",
                           file.call, &name);
        return false;
    }

    if (file.others_may_read) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the password file \"%V\" is readable by others",
                           &name);
    }

    if (file.problem != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s \"%V\" %s", file.subject,
                           &name, file.problem);
        return false;
    }

    login.file = name;
    login.stamp = file.stamp;
    login.password = copy_to_pool(cf->pool, file.password);

    return login.password.len != 0;
}

}  // namespace


char* ngx_http_logout_redis_endpoint(ngx_conf_t* cf, ngx_uint_t index,
                                     in_port_t default_port,
                                     ngx_array_t& endpoints)
{
    const ngx_str_t& value = ngx_http_logout_argument(cf, index);
    ngx_url_t url = {};

    return parse_host(cf, value, default_port, url) &&
                   push(endpoints, make_endpoint(cf, value, url))
               ? NGX_CONF_OK
               : ngx_http_logout_conf_error();
}


char* ngx_http_logout_redis_mapping(ngx_conf_t* cf, ngx_array_t& mappings)
{
    const ngx_str_t& value = ngx_http_logout_argument(cf, 2);
    ngx_url_t from = {};
    ngx_url_t to = {};

    if (!parse_host(cf, ngx_http_logout_argument(cf, 1), 0, from) ||
        !parse_host(cf, value, from.port, to)) {
        return ngx_http_logout_conf_error();
    }

    if (from.family == AF_UNIX) {
        return ngx_http_logout_invalid_value(cf, 1);
    }

    if (to.family == AF_UNIX) {
        return ngx_http_logout_invalid_value(cf, 2);
    }

    if (from.no_port && !to.no_port) {
        return const_cast<char*>("\"map_address\" names a port to connect to, "
                                 "and none that it is for");
    }

    return push(mappings,
                AddressMapping{without_brackets(from.host), from.port,
                               from.no_port != 0, make_endpoint(cf, value, to)})
               ? NGX_CONF_OK
               : ngx_http_logout_conf_error();
}


char* ngx_http_logout_redis_redirect_to(ngx_conf_t* cf, StoreConf& store)
{
    store.redirects_are_bound = true;

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        ngx_str_t& value = ngx_http_logout_argument(cf, i);
        ngx_cidr_t network = {};
        const ngx_int_t result = ngx_ptocidr(&value, &network);

        if (result == NGX_DONE) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "low address bits of %V are meaningless",
                               &value);
        }

        if (result != NGX_ERROR) {
            if (!push(store.redirect_networks, network)) {
                return ngx_http_logout_conf_error();
            }
            continue;
        }

        if (!is_host_pattern(to_view(value))) {
            return ngx_http_logout_invalid_value(cf, i);
        }

        if (!push(store.redirect_names, value)) {
            return ngx_http_logout_conf_error();
        }
    }

    return NGX_CONF_OK;
}


char* ngx_http_logout_redis_password_file(ngx_conf_t* cf, LoginConf& login)
{
    ngx_str_t name = ngx_http_logout_argument(cf, 1);

    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK) {
        return ngx_http_logout_conf_error();
    }

    try {
        return take_password(cf, name, login) ? NGX_CONF_OK
                                              : ngx_http_logout_conf_error();
    } catch (const std::bad_alloc&) {
        return ngx_http_logout_conf_error();
    }
}
