// Opens a connection of nginx's without blocking. nginx's own
// ngx_event_connect_peer() logs every attempt, which is too much while a
// server is away and connecting is tried again and again.

#ifndef LOGOUT_REDIS_SOCKET_HPP
#define LOGOUT_REDIS_SOCKET_HPP

#include "redis/ngx.hpp"

namespace logout::redis {

struct Opening {
    ngx_connection_t* connection;  // nullptr: failed, see `error`
    bool connected;                // already: no need to wait
    ngx_err_t error;
    const char* problem;  // what failed
};

// After `keepalive` idle seconds the peer is asked whether it is there. The
// connection has no pool, `log` as its log, and no handlers.
Opening open_connection(const ngx_addr_t& address, time_t keepalive,
                        ngx_log_t* log);

// Why the connection could not be made; 0 if it could.
ngx_err_t connection_error(ngx_connection_t* connection);

}  // namespace logout::redis

#endif
