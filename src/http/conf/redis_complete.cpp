// Judges a logout_redis { ... } that was read, and prepares its commands.

#include "http/conf/redis_parameters.hpp"

#include <hiredis/hiredis.h>

#include <initializer_list>

using logout::redis::LoginConf;
using logout::redis::StoreConf;

namespace {

// Formats a command once and for all.
bool prepare(ngx_pool_t* pool, std::initializer_list<std::string_view> words,
             ngx_str_t& command)
{
    constexpr std::size_t most = 3;
    const char* arguments[most];
    std::size_t lengths[most];
    int count = 0;

    for (std::string_view word : words) {
        arguments[count] = word.data();
        lengths[count] = word.size();
        count++;
    }

    char* text = nullptr;
    int length = redisFormatCommandArgv(&text, count, arguments, lengths);

    if (length < 0) {
        return false;
    }

    command = copy_to_pool(pool, {text, static_cast<std::size_t>(length)});
    redisFreeCommand(text);

    return command.len != 0;
}


struct Decimal {
    explicit Decimal(ngx_uint_t number)
        : length(static_cast<std::size_t>(ngx_sprintf(digits, "%ui", number) -
                                          digits))
    {
    }

    std::string_view text() const
    {
        return {reinterpret_cast<const char*>(digits), length};
    }

    u_char digits[NGX_INT_T_LEN];
    std::size_t length;
};


bool prepare_commands(ngx_pool_t* pool, const RedisBlock& block)
{
    StoreConf& store = *block.store;

    if (store.database != 0 &&
        !prepare(pool, {"SELECT", Decimal(store.database).text()},
                 store.select_command)) {
        return false;
    }

    return store.wait_replicas == 0 ||
           prepare(pool,
                   {"WAIT", Decimal(store.wait_replicas).text(),
                    Decimal(store.wait_time).text()},
                   store.wait_command);
}


char* check_servers(ngx_conf_t* cf, const RedisBlock& block)
{
    const StoreConf& store = *block.store;
    bool sentinel = store.sentinels.nelts != 0;

    if (sentinel && store.servers.nelts != 0) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"server\" and \"sentinel\" exclude each other");
    }

    if (sentinel && store.cluster) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"cluster on\" and \"sentinel\" exclude each other");
    }

    if (sentinel && store.master_name.len == 0) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"sentinel\" without \"master_name\"");
    }

    if (!sentinel && store.servers.nelts == 0) {
        return ngx_http_logout_redis_refuse(cf, block, "no \"server\"");
    }

    if (!store.cluster && store.servers.nelts > 1) {
        return ngx_http_logout_redis_refuse(
            cf, block, "several \"server\" without \"cluster on\"");
    }

    if (store.cluster && store.database != 0) {
        return ngx_http_logout_redis_refuse(cf, block,
                                            "\"database\" with \"cluster on\"");
    }

    return NGX_CONF_OK;
}


char* check_users(ngx_conf_t* cf, const RedisBlock& block)
{
    const LoginConf& login = block.store->login;
    const LoginConf& sentinel = block.store->sentinel_login;

    if (login.username.len != 0 && login.password.len == 0) {
        return ngx_http_logout_redis_refuse(cf, block,
                                            "\"username\" without a password");
    }

    if (sentinel.username.len != 0 && sentinel.password.len == 0) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"sentinel_username\" without a password");
    }

    return NGX_CONF_OK;
}

}  // namespace


char* ngx_http_logout_redis_refuse(ngx_conf_t* cf, const RedisBlock& block,
                                   const char* why)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in logout_redis \"%V\"", why,
                       &block.store->name);

    return ngx_http_logout_conf_error();
}


char* ngx_http_logout_redis_complete(ngx_conf_t* cf, RedisBlock& block)
{
    StoreConf& store = *block.store;
    bool ssl = block.ssl || block.sentinel_ssl == 1;

    if (!ssl && ngx_http_logout_redis_check_needs(cf, block, RedisNeed::ssl) !=
                    NGX_CONF_OK) {
        return ngx_http_logout_conf_error();
    }

    if (store.sentinels.nelts == 0 &&
        ngx_http_logout_redis_check_needs(cf, block, RedisNeed::sentinel) !=
            NGX_CONF_OK) {
        return ngx_http_logout_conf_error();
    }

    if (store.sentinels.nelts == 0 && !store.cluster &&
        ngx_http_logout_redis_check_needs(
            cf, block, RedisNeed::announcements) != NGX_CONF_OK) {
        return ngx_http_logout_conf_error();
    }

    if (check_servers(cf, block) != NGX_CONF_OK ||
        check_users(cf, block) != NGX_CONF_OK) {
        return ngx_http_logout_conf_error();
    }

    // a delete may wait for the WAIT before its own
    if (store.wait_replicas != 0 && store.wait_time * 2 > store.timeout) {
        return ngx_http_logout_redis_refuse(
            cf, block,
            "the time of \"wait_replicas\" is more than half of "
            "\"timeout\"");
    }

    if (ssl && ngx_http_logout_redis_complete_tls(cf, block) != NGX_CONF_OK) {
        return ngx_http_logout_conf_error();
    }

    return prepare_commands(cf->pool, block) ? NGX_CONF_OK
                                             : ngx_http_logout_conf_error();
}
