// The directives inside logout_redis NAME { ... }.

#ifndef NGX_HTTP_LOGOUT_REDIS_PARAMETERS_HPP
#define NGX_HTTP_LOGOUT_REDIS_PARAMETERS_HPP

#include "http/ngx.hpp"
#include "redis/conf.hpp"

// A block while it is read.
struct RedisBlock {
    logout::redis::StoreConf* store;
    ngx_uint_t seen;  // bits: which directives were given

    ngx_flag_t ssl;
    ngx_flag_t sentinel_ssl;  // NGX_CONF_UNSET: as `ssl`
    logout::redis::TlsVerify ssl_verify;
    ngx_str_t ssl_name;
    ngx_str_t sentinel_ssl_name;
    ngx_str_t ssl_trusted_certificate;
    ngx_str_t ssl_certificate;
    ngx_str_t ssl_certificate_key;
    ngx_array_t* ssl_passwords;  // of that key; nullptr: none
};

// Handles the directive in cf->args: the setter of all that a block may hold.
// `conf` is the RedisBlock.
char* ngx_http_logout_redis_parameter(ngx_conf_t* cf, ngx_command_t* cmd,
                                      void* conf);

// What some parameters mean nothing without.
enum class RedisNeed {
    nothing,
    ssl,
    sentinel,
    announcements,  // a sentinel, or a cluster
};

// Refuses parameters that were given and need `missing`, which was not.
char* ngx_http_logout_redis_check_needs(ngx_conf_t* cf, const RedisBlock& block,
                                        RedisNeed missing);

// Says `why` the block cannot be used.
char* ngx_http_logout_redis_refuse(ngx_conf_t* cf, const RedisBlock& block,
                                   const char* why);

// Judges the whole block, and prepares what its store needs to be used.
char* ngx_http_logout_redis_complete(ngx_conf_t* cf, RedisBlock& block);

// Makes `ssl` and what belongs to it the store's TLS.
char* ngx_http_logout_redis_complete_tls(ngx_conf_t* cf, RedisBlock& block);

// Reads the address in cf->args[index] and adds it to `endpoints`.
char* ngx_http_logout_redis_endpoint(ngx_conf_t* cf, ngx_uint_t index,
                                     in_port_t default_port,
                                     ngx_array_t& endpoints);

// Reads "FROM TO", two hosts with or without a port, and adds it to `mappings`.
char* ngx_http_logout_redis_mapping(ngx_conf_t* cf, ngx_array_t& mappings);

// Reads networks and names, to which alone servers may redirect.
char* ngx_http_logout_redis_redirect_to(ngx_conf_t* cf,
                                        logout::redis::StoreConf& store);

// Reads the file in cf->args[1].
char* ngx_http_logout_redis_password_file(ngx_conf_t* cf,
                                          logout::redis::LoginConf& login);

// cf->args[index].
inline ngx_str_t& ngx_http_logout_argument(ngx_conf_t* cf, ngx_uint_t index)
{
    return static_cast<ngx_str_t*>(cf->args->elts)[index];
}


inline char* ngx_http_logout_conf_error()
{
    return static_cast<char*>(NGX_CONF_ERROR);
}


// Says that the argument is wrong.
char* ngx_http_logout_invalid_value(ngx_conf_t* cf, ngx_uint_t index);

#endif
