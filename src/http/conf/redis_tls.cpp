// `ssl on` inside logout_redis { ... } and what belongs to it.

#include "http/conf/redis_parameters.hpp"

using logout::redis::Endpoint;
using logout::redis::TlsConf;
using logout::redis::TlsVerify;

#if (NGX_SSL)

namespace {

// Certificates between the server's and the trusted one.
constexpr ngx_int_t chain_depth = 8;


bool has_unix_server(const ngx_array_t& endpoints)
{
    const Endpoint* servers = static_cast<const Endpoint*>(endpoints.elts);

    for (ngx_uint_t i = 0; i < endpoints.nelts; i++) {
        if (servers[i].address_count != 0 &&
            servers[i].addresses[0].sockaddr->sa_family == AF_UNIX) {
            return true;
        }
    }

    return false;
}


ngx_ssl_t* create_context(ngx_conf_t* cf)
{
    void* memory = ngx_pcalloc(cf->pool, sizeof(ngx_ssl_t));
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(cf->pool, 0);

    if (memory == nullptr || cleanup == nullptr) {
        return nullptr;
    }

    ngx_ssl_t* ssl = static_cast<ngx_ssl_t*>(memory);

    ssl->log = cf->log;

    if (ngx_ssl_create(ssl, NGX_SSL_TLSv1_2 | NGX_SSL_TLSv1_3, nullptr) !=
        NGX_OK) {
        return nullptr;
    }

    cleanup->handler = ngx_ssl_cleanup_ctx;
    cleanup->data = ssl;

    return ssl;
}


bool trust(ngx_conf_t* cf, RedisBlock& block, ngx_ssl_t* ssl)
{
    if (block.ssl_trusted_certificate.len != 0) {
        return ngx_ssl_trusted_certificate(cf, ssl,
                                           &block.ssl_trusted_certificate,
                                           chain_depth) == NGX_OK;
    }

    if (SSL_CTX_set_default_verify_paths(ssl->ctx) == 0) {
        ngx_ssl_error(
            NGX_LOG_EMERG, cf->log, 0,
            const_cast<char*>("SSL_CTX_set_default_verify_paths() failed"));
        return false;
    }

    return true;
}

}  // namespace


char* ngx_http_logout_redis_complete_tls(ngx_conf_t* cf, RedisBlock& block)
{
    bool sentinel_ssl =
        block.sentinel_ssl == NGX_CONF_UNSET ? block.ssl : block.sentinel_ssl;

    if ((block.ssl && has_unix_server(block.store->servers)) ||
        (sentinel_ssl && has_unix_server(block.store->sentinels))) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"ssl on\" with a \"unix:\" server");
    }

    if (block.ssl_verify == TlsVerify::nothing &&
        block.ssl_trusted_certificate.len != 0) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"ssl_trusted_certificate\" with \"ssl_verify off\"");
    }

    if (!sentinel_ssl && block.sentinel_ssl_name.len != 0) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"sentinel_ssl_name\" without TLS for the sentinels");
    }

    if (block.ssl_passwords != nullptr && block.ssl_certificate_key.len == 0) {
        return ngx_http_logout_redis_refuse(
            cf, block, "\"ssl_password_file\" without \"ssl_certificate_key\"");
    }

    if ((block.ssl_certificate.len == 0) !=
        (block.ssl_certificate_key.len == 0)) {
        return ngx_http_logout_redis_refuse(
            cf, block,
            "\"ssl_certificate\" and \"ssl_certificate_key\" go "
            "together: one is missing");
    }

    ngx_ssl_t* ssl = create_context(cf);

    if (ssl == nullptr) {
        return ngx_http_logout_conf_error();
    }

    if (block.ssl_certificate.len != 0 &&
        ngx_ssl_certificate(cf, ssl, &block.ssl_certificate,
                            &block.ssl_certificate_key,
                            block.ssl_passwords) != NGX_OK) {
        return ngx_http_logout_conf_error();
    }

    if (block.ssl_verify != TlsVerify::nothing && !trust(cf, block, ssl)) {
        return ngx_http_logout_conf_error();
    }

    if (ngx_ssl_client_session_cache(cf, ssl, 1) != NGX_OK) {
        return ngx_http_logout_conf_error();
    }

    TlsConf* const tls =
        static_cast<TlsConf*>(ngx_palloc(cf->pool, 2 * sizeof(TlsConf)));

    if (tls == nullptr) {
        return ngx_http_logout_conf_error();
    }

    tls[0] = {ssl, block.ssl_name, block.ssl_verify};
    tls[1] = {ssl, block.sentinel_ssl_name, block.ssl_verify};
    block.store->tls = block.ssl ? &tls[0] : nullptr;
    block.store->sentinel_tls = sentinel_ssl ? &tls[1] : nullptr;

    return NGX_CONF_OK;
}

#else

char* ngx_http_logout_redis_complete_tls(ngx_conf_t* cf, RedisBlock& block)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"ssl on\" in logout_redis \"%V\" needs an nginx "
                       "built with TLS (--with-http_ssl_module)",
                       &block.store->name);

    return ngx_http_logout_conf_error();
}

#endif
