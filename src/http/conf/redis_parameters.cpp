#include "http/conf/redis_parameters.hpp"

#include "core/base/did_you_mean.hpp"
#include "http/conf/timer_resolution.hpp"

using logout::redis::LoginConf;

namespace {

constexpr ngx_uint_t max_pending_limit = 1024 * 1024;
constexpr ngx_uint_t replicas_limit = 1000;
constexpr ngx_int_t keepalive_limit = 32767;  // seconds, Linux' own


char* set_flag(ngx_conf_t* cf, ngx_flag_t& flag)
{
    ngx_str_t& value = ngx_http_logout_argument(cf, 1);

    if (to_view(value) == "on") {
        flag = 1;
    } else if (to_view(value) == "off") {
        flag = 0;
    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be \"on\" or \"off\"",
                           &value, &ngx_http_logout_argument(cf, 0));
        return ngx_http_logout_conf_error();
    }

    return NGX_CONF_OK;
}


char* set_number(ngx_conf_t* cf, ngx_uint_t least, ngx_uint_t most,
                 ngx_uint_t& number)
{
    ngx_str_t& value = ngx_http_logout_argument(cf, 1);
    ngx_int_t n = ngx_atoi(value.data, value.len);

    if (n == NGX_ERROR || (ngx_uint_t) n < least || (ngx_uint_t) n > most) {
        return ngx_http_logout_invalid_value(cf, 1);
    }

    number = (ngx_uint_t) n;

    return NGX_CONF_OK;
}


char* set_time(ngx_conf_t* cf, ngx_uint_t index, ngx_msec_t& time)
{
    ngx_int_t n = ngx_parse_time(&ngx_http_logout_argument(cf, index), 0);

    if (n == NGX_ERROR || n == 0) {
        return ngx_http_logout_invalid_value(cf, index);
    }

    time = (ngx_msec_t) n;

    return NGX_CONF_OK;
}


char* set_text(ngx_conf_t* cf, ngx_str_t& text)
{
    if (ngx_http_logout_argument(cf, 1).len == 0) {
        return ngx_http_logout_invalid_value(cf, 1);
    }

    text = ngx_http_logout_argument(cf, 1);

    return NGX_CONF_OK;
}


char* set_database(ngx_conf_t* cf, RedisBlock& block)
{
    return set_number(cf, 0, NGX_MAX_INT32_VALUE, block.store->database);
}


char* set_username(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.store->login.username);
}


char* two_passwords()
{
    return const_cast<char*>("a password and a password file exclude each "
                             "other");
}


char* set_password(ngx_conf_t* cf, RedisBlock& block)
{
    LoginConf& login = block.store->login;

    return login.password.len != 0 ? two_passwords()
                                   : set_text(cf, login.password);
}


char* set_password_file(ngx_conf_t* cf, RedisBlock& block)
{
    LoginConf& login = block.store->login;

    return login.password.len != 0
               ? two_passwords()
               : ngx_http_logout_redis_password_file(cf, login);
}


char* set_sentinel_username(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.store->sentinel_login.username);
}


char* set_sentinel_password(ngx_conf_t* cf, RedisBlock& block)
{
    LoginConf& login = block.store->sentinel_login;

    return login.password.len != 0 ? two_passwords()
                                   : set_text(cf, login.password);
}


char* set_sentinel_password_file(ngx_conf_t* cf, RedisBlock& block)
{
    LoginConf& login = block.store->sentinel_login;

    return login.password.len != 0
               ? two_passwords()
               : ngx_http_logout_redis_password_file(cf, login);
}


char* set_server(ngx_conf_t* cf, RedisBlock& block)
{
    return ngx_http_logout_redis_endpoint(cf, 1, logout::redis::default_port,
                                          block.store->servers);
}


char* set_sentinel(ngx_conf_t* cf, RedisBlock& block)
{
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        char* result = ngx_http_logout_redis_endpoint(
            cf, i, logout::redis::default_sentinel_port,
            block.store->sentinels);

        if (result != NGX_CONF_OK) {
            return result;
        }
    }

    return NGX_CONF_OK;
}


char* set_master_name(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.store->master_name);
}


char* set_cluster(ngx_conf_t* cf, RedisBlock& block)
{
    ngx_flag_t cluster = 0;
    char* result = set_flag(cf, cluster);

    block.store->cluster = cluster != 0;

    return result;
}


char* set_sentinel_ssl(ngx_conf_t* cf, RedisBlock& block)
{
    return set_flag(cf, block.sentinel_ssl);
}


char* set_timeout(ngx_conf_t* cf, const char* name, ngx_msec_t& timeout)
{
    char* const result = set_time(cf, 1, timeout);

    return result == NGX_CONF_OK
               ? ngx_http_logout_note_timeout(cf, name, timeout)
               : result;
}


char* set_connect_timeout(ngx_conf_t* cf, RedisBlock& block)
{
    return set_timeout(cf, "connect_timeout", block.store->connect_timeout);
}


char* set_timeout(ngx_conf_t* cf, RedisBlock& block)
{
    return set_timeout(cf, "timeout", block.store->timeout);
}


char* set_tcp_keepalive(ngx_conf_t* cf, RedisBlock& block)
{
    const ngx_int_t seconds =
        ngx_parse_time(&ngx_http_logout_argument(cf, 1), 1);

    if (seconds == NGX_ERROR || seconds < 1 || seconds > keepalive_limit) {
        return ngx_http_logout_invalid_value(cf, 1);
    }

    block.store->tcp_keepalive = seconds;

    return NGX_CONF_OK;
}


char* set_max_pending(ngx_conf_t* cf, RedisBlock& block)
{
    return set_number(cf, 1, max_pending_limit, block.store->max_pending);
}


char* set_wait_replicas(ngx_conf_t* cf, RedisBlock& block)
{
    char* result =
        set_number(cf, 1, replicas_limit, block.store->wait_replicas);

    return result == NGX_CONF_OK ? set_time(cf, 2, block.store->wait_time)
                                 : result;
}


char* set_resolver(ngx_conf_t* cf, RedisBlock& block)
{
    block.store->resolver = ngx_resolver_create(
        cf, &ngx_http_logout_argument(cf, 1), cf->args->nelts - 1);

    return block.store->resolver == nullptr ? ngx_http_logout_conf_error()
                                            : NGX_CONF_OK;
}


char* set_ssl(ngx_conf_t* cf, RedisBlock& block)
{
    return set_flag(cf, block.ssl);
}


char* set_ssl_verify(ngx_conf_t* cf, RedisBlock& block)
{
    using logout::redis::TlsVerify;

    if (to_view(ngx_http_logout_argument(cf, 1)) == "chain") {
        block.ssl_verify = TlsVerify::chain;
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "with \"ssl_verify chain\" whoever has any"
                           " certificate of these authorities can take Redis'"
                           " place");
        return NGX_CONF_OK;
    }

    ngx_flag_t all = 0;
    char* const result = set_flag(cf, all);

    block.ssl_verify = all ? TlsVerify::all : TlsVerify::nothing;

    return result;
}


char* set_ssl_name(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.ssl_name);
}


char* set_sentinel_ssl_name(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.sentinel_ssl_name);
}


char* set_ssl_password_file(ngx_conf_t* cf, RedisBlock& block)
{
#if (NGX_SSL)
    block.ssl_passwords =
        ngx_ssl_read_password_file(cf, &ngx_http_logout_argument(cf, 1));

    return block.ssl_passwords == nullptr ? ngx_http_logout_conf_error()
                                          : NGX_CONF_OK;
#else
    // "ssl on" is refused, and this without it
    return NGX_CONF_OK;
#endif
}


char* set_ssl_trusted_certificate(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.ssl_trusted_certificate);
}


char* set_ssl_certificate(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.ssl_certificate);
}


char* set_ssl_certificate_key(ngx_conf_t* cf, RedisBlock& block)
{
    return set_text(cf, block.ssl_certificate_key);
}


char* map_address(ngx_conf_t* cf, RedisBlock& block)
{
    return ngx_http_logout_redis_mapping(cf, block.store->address_map);
}


char* set_redirect_to(ngx_conf_t* cf, RedisBlock& block)
{
    return ngx_http_logout_redis_redirect_to(cf, *block.store);
}


struct Parameter {
    std::string_view name;
    ngx_uint_t values_min;
    ngx_uint_t values_max;
    bool repeatable;
    RedisNeed need;
    char* (*set)(ngx_conf_t* cf, RedisBlock& block);
};

constexpr ngx_uint_t many = NGX_CONF_MAX_ARGS;

constexpr RedisNeed none = RedisNeed::nothing;
constexpr RedisNeed ssl = RedisNeed::ssl;
constexpr RedisNeed sentinel = RedisNeed::sentinel;
constexpr RedisNeed announcements = RedisNeed::announcements;

// clang-format off
constexpr Parameter parameters[] = {
    {"server",                  1, 1, true, none, set_server},
    {"database",                1, 1, false, none, set_database},
    {"username",                1, 1, false, none, set_username},
    {"password",                1, 1, false, none, set_password},
    {"password_file",           1, 1, false, none, set_password_file},
    {"connect_timeout",         1, 1, false, none, set_connect_timeout},
    {"timeout",                 1, 1, false, none, set_timeout},
    {"tcp_keepalive",           1, 1, false, none, set_tcp_keepalive},
    {"max_pending",             1, 1, false, none, set_max_pending},
    {"wait_replicas",           2, 2, false, none, set_wait_replicas},
    {"resolver",                1, many, false, none, set_resolver},

    {"cluster",                 1, 1, false, none, set_cluster},
    {"map_address",             2, 2, true, announcements, map_address},
    {"redirect_to",             1, many, true, announcements, set_redirect_to},

    {"sentinel",                1, many, true, none, set_sentinel},
    {"master_name",             1, 1, false, sentinel, set_master_name},
    {"sentinel_username",       1, 1, false, sentinel, set_sentinel_username},
    {"sentinel_password",       1, 1, false, sentinel, set_sentinel_password},
    {"sentinel_password_file",  1, 1, false, sentinel,
     set_sentinel_password_file},
    {"sentinel_ssl",            1, 1, false, sentinel, set_sentinel_ssl},
    {"sentinel_ssl_name",       1, 1, false, sentinel, set_sentinel_ssl_name},

    {"ssl",                     1, 1, false, none, set_ssl},
    {"ssl_verify",              1, 1, false, ssl, set_ssl_verify},
    {"ssl_name",                1, 1, false, ssl, set_ssl_name},
    {"ssl_trusted_certificate", 1, 1, false, ssl, set_ssl_trusted_certificate},
    {"ssl_certificate",         1, 1, false, ssl, set_ssl_certificate},
    {"ssl_certificate_key",     1, 1, false, ssl, set_ssl_certificate_key},
    {"ssl_password_file",       1, 1, false, ssl, set_ssl_password_file},
};
// clang-format on

constexpr std::size_t parameter_count =
    sizeof(parameters) / sizeof(parameters[0]);


char* unknown_parameter(ngx_conf_t* cf)
{
    ngx_str_t& name = ngx_http_logout_argument(cf, 0);
    std::string_view names[parameter_count];

    for (std::size_t i = 0; i < parameter_count; i++) {
        names[i] = parameters[i].name;
    }

    std::string_view nearest =
        logout::nearest_word(to_view(name), names, parameter_count);

    if (nearest.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"logout_redis\"",
                           &name);

    } else {
        ngx_str_t suggestion = to_ngx_str(nearest);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"logout_redis\", "
                           "did you mean \"%V\"?",
                           &name, &suggestion);
    }

    return ngx_http_logout_conf_error();
}


char* set(ngx_conf_t* cf, RedisBlock& block, std::size_t index)
{
    const Parameter& parameter = parameters[index];
    ngx_str_t& name = ngx_http_logout_argument(cf, 0);
    ngx_uint_t values = cf->args->nelts - 1;

    if (values < parameter.values_min || values > parameter.values_max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           &name);
        return ngx_http_logout_conf_error();
    }

    if (!parameter.repeatable && (block.seen & (1u << index))) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" directive is duplicate", &name);
        return ngx_http_logout_conf_error();
    }

    block.seen |= 1u << index;

    char* result = parameter.set(cf, block);

    if (result != NGX_CONF_OK && result != NGX_CONF_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", result);
        return ngx_http_logout_conf_error();
    }

    return result;
}


const char* name_of(RedisNeed need)
{
    switch (need) {
    case RedisNeed::ssl:
        return "ssl on";
    case RedisNeed::sentinel:
        return "sentinel";
    case RedisNeed::announcements:
        return "sentinel\" or \"cluster on";
    case RedisNeed::nothing:
        break;
    }

    return "";
}

}  // namespace


char* ngx_http_logout_invalid_value(ngx_conf_t* cf, ngx_uint_t index)
{
    ngx_conf_log_error(
        NGX_LOG_EMERG, cf, 0, "invalid value \"%V\" in \"%V\" directive",
        &ngx_http_logout_argument(cf, index), &ngx_http_logout_argument(cf, 0));

    return ngx_http_logout_conf_error();
}


char* ngx_http_logout_redis_parameter(ngx_conf_t* cf, ngx_command_t* /* cmd */,
                                      void* conf)
{
    std::string_view name = to_view(ngx_http_logout_argument(cf, 0));

    if (name == "include") {
        return ngx_conf_include(cf, nullptr, conf);
    }

    for (std::size_t i = 0; i < parameter_count; i++) {
        if (parameters[i].name == name) {
            return set(cf, *static_cast<RedisBlock*>(conf), i);
        }
    }

    return unknown_parameter(cf);
}


char* ngx_http_logout_redis_check_needs(ngx_conf_t* cf, const RedisBlock& block,
                                        RedisNeed missing)
{
    for (std::size_t i = 0; i < parameter_count; i++) {
        if (parameters[i].need == missing && (block.seen & (1u << i))) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%s\" without \"%s\" in logout_redis \"%V\"",
                               parameters[i].name.data(), name_of(missing),
                               &block.store->name);
            return ngx_http_logout_conf_error();
        }
    }

    return NGX_CONF_OK;
}
