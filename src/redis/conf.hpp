// A Redis deployment as configured: what the block logout_redis NAME { ... }
// of nginx.conf was compiled to.

#ifndef LOGOUT_REDIS_CONF_HPP
#define LOGOUT_REDIS_CONF_HPP

#include "redis/ngx.hpp"
#include "redis/tls.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace logout::redis {

constexpr ngx_msec_t default_connect_timeout = 200;
constexpr ngx_msec_t default_timeout = 250;
constexpr ngx_uint_t default_max_pending = 4096;
constexpr time_t default_tcp_keepalive = 60;
constexpr in_port_t default_port = 6379;

// One `server`.
struct Endpoint {
    ngx_str_t name;  // as written in the configuration, for the log
    ngx_str_t host;
    in_port_t port;
    bool is_name;     // `host` is neither an address nor a path, to be resolved
    ngx_str_t place;  // where it is configured, "FILE:LINE"; empty: learned
    ngx_addr_t* addresses;
    ngx_uint_t address_count;
    ngx_str_t other_name;  // that its certificate may have; empty: none
};

// What servers announce as `host` is reached at `place`.
struct AddressMapping {
    ngx_str_t host;
    in_port_t port;
    bool keeps_port;  // it stands for each port, which stays what it is
    Endpoint place;
};

constexpr in_port_t default_sentinel_port = 26379;

// By what a changed file is recognized.
struct FileStamp {
    dev_t device;
    ino_t inode;
    off_t size;
    time_t seconds;
    long nanoseconds;
};

// Who nginx is to a server.
struct LoginConf {
    ngx_str_t username;  // empty: the default user
    ngx_str_t password;  // empty: no AUTH
    ngx_str_t file;      // that has the password, with a NUL; empty: none
    FileStamp stamp;     // of the file, when it was read
};

// Everything in it lives in the configuration's pool.
struct StoreConf {
    ngx_str_t name;
    ngx_array_t servers;  // of Endpoint; of a cluster: some of its nodes
    bool cluster;
    ngx_array_t sentinels;  // of Endpoint; they know the server, then
    ngx_str_t master_name;  // what the sentinels call it
    TlsConf* sentinel_tls;

    // of servers that other servers announce
    ngx_array_t address_map;        // of AddressMapping
    bool redirects_are_bound;       // to these, and to what is written here
    ngx_array_t redirect_networks;  // of ngx_cidr_t
    ngx_array_t redirect_names;     // of ngx_str_t, "NAME" or "*.NAME"

    ngx_uint_t database;
    LoginConf login;
    LoginConf sentinel_login;
    ngx_msec_t connect_timeout;  // from connect() until ready for commands
    ngx_msec_t timeout;          // one command, from queueing to reply
    time_t tcp_keepalive;        // idle seconds until the peer is asked
    ngx_uint_t max_pending;      // commands queued or in flight, per worker
    bool reads_stream;           // replies are long

    ngx_resolver_t* resolver;  // nullptr: names are resolved once, here
    bool resolver_is_lent;     // it is that of a location, not the block's
    TlsConf* tls;              // nullptr: plain text
    ngx_uint_t wait_replicas;  // that must have followed a delete; 0: any
    ngx_msec_t wait_time;      // at most, for that

    // RESP, ready to be sent; empty where not needed
    ngx_str_t select_command;
    ngx_str_t wait_command;
};

// The stores of a configuration, which keeps them as an array of StoreConf*;
// nullptr: it has none.
class StoreConfs {
public:
    explicit StoreConfs(const ngx_array_t* array)
        : first_(array == nullptr
                     ? nullptr
                     : static_cast<StoreConf* const*>(array->elts)),
          count_(array == nullptr ? 0 : array->nelts)
    {
    }

    StoreConf* const* begin() const { return first_; }
    StoreConf* const* end() const { return first_ + count_; }
    std::size_t size() const { return count_; }

    StoreConf& operator[](std::size_t i) const { return *first_[i]; }

    // Where the one called `name` is; end() if there is none.
    StoreConf* const* find(std::string_view name) const
    {
        return std::find_if(begin(), end(), [name](const StoreConf* store) {
            return view(store->name) == name;
        });
    }

private:
    StoreConf* const* first_;
    std::size_t count_;
};

}  // namespace logout::redis

#endif
