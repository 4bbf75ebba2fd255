#include "http/conf/redis_block.hpp"

#include "http/conf/redis_parameters.hpp"
#include "http/conf/timer_resolution.hpp"

using logout::redis::AddressMapping;
using logout::redis::Endpoint;
using logout::redis::StoreConf;

namespace {

StoreConf* add_store(ngx_conf_t* cf, ngx_array_t*& stores, ngx_str_t name)
{
    if (stores == nullptr) {
        stores = ngx_array_create(cf->pool, 2, sizeof(StoreConf*));
        if (stores == nullptr) {
            return nullptr;
        }
    }

    StoreConf** place = static_cast<StoreConf**>(ngx_array_push(stores));
    void* memory = ngx_pcalloc(cf->pool, sizeof(StoreConf));

    if (place == nullptr || memory == nullptr) {
        return nullptr;
    }

    /*
     * set by ngx_pcalloc(): cluster, master_name, database, login,
     * sentinel_login, resolver, tls, sentinel_tls, wait_replicas,
     * redirects_are_bound, and the commands
     */
    StoreConf* store = static_cast<StoreConf*>(memory);

    store->name = name;
    store->connect_timeout = logout::redis::default_connect_timeout;
    store->timeout = logout::redis::default_timeout;
    store->tcp_keepalive = logout::redis::default_tcp_keepalive;
    store->max_pending = logout::redis::default_max_pending;

    if (ngx_array_init(&store->servers, cf->pool, 1, sizeof(Endpoint)) !=
            NGX_OK ||
        ngx_array_init(&store->sentinels, cf->pool, 3, sizeof(Endpoint)) !=
            NGX_OK ||
        ngx_array_init(&store->address_map, cf->pool, 1,
                       sizeof(AddressMapping)) != NGX_OK ||
        ngx_array_init(&store->redirect_networks, cf->pool, 1,
                       sizeof(ngx_cidr_t)) != NGX_OK ||
        ngx_array_init(&store->redirect_names, cf->pool, 1,
                       sizeof(ngx_str_t)) != NGX_OK) {
        return nullptr;
    }

    *place = store;

    return store;
}

}  // namespace


char* ngx_http_logout_redis_block(ngx_conf_t* cf, ngx_command_t* /* cmd */,
                                  void* conf)
{
    ngx_array_t*& stores = *ngx_http_logout_stores(conf);
    ngx_str_t name = ngx_http_logout_argument(cf, 1);

    if (name.len == 0) {
        return ngx_http_logout_invalid_value(cf, 1);
    }

    const logout::redis::StoreConfs others(stores);

    if (others.find(to_view(name)) != others.end()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate logout_redis \"%V\"", &name);
        return ngx_http_logout_conf_error();
    }

    RedisBlock block = {};

    block.store = add_store(cf, stores, name);
    block.ssl_verify = logout::redis::TlsVerify::all;
    block.sentinel_ssl = NGX_CONF_UNSET;

    if (block.store == nullptr ||
        ngx_http_logout_note_timeout(cf, "connect_timeout",
                                     block.store->connect_timeout) !=
            NGX_CONF_OK ||
        ngx_http_logout_note_timeout(cf, "timeout", block.store->timeout) !=
            NGX_CONF_OK) {
        return ngx_http_logout_conf_error();
    }

    ngx_conf_t outer = *cf;

    cf->handler = ngx_http_logout_redis_parameter;
    cf->handler_conf = reinterpret_cast<char*>(&block);

    char* result = ngx_conf_parse(cf, nullptr);

    *cf = outer;

    return result == NGX_CONF_OK ? ngx_http_logout_redis_complete(cf, block)
                                 : result;
}
