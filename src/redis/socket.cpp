#include "redis/socket.hpp"

#include <netinet/tcp.h>

namespace logout::redis {

namespace {

// A peer that vanished without a word is noticed after about twice the idle
// time.
constexpr int keepalive_probes = 3;


void set_option(ngx_socket_t fd, int level, int option, int value)
{
    // a socket that lacks the option works without it
    (void) setsockopt(fd, level, option, &value, sizeof(value));
}


void tune_tcp(ngx_socket_t fd, int keepalive)
{
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL,
               ngx_max(keepalive / keepalive_probes, 1));
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
#endif
}


bool watch(ngx_connection_t* connection)
{
    if (ngx_add_conn) {
        return ngx_add_conn(connection) == NGX_OK;
    }

    ngx_int_t event = NGX_LEVEL_EVENT;

    if (ngx_event_flags & NGX_USE_CLEAR_EVENT) {
        event = NGX_CLEAR_EVENT;
    }

    return ngx_add_event(connection->read, NGX_READ_EVENT, event) == NGX_OK &&
           ngx_add_event(connection->write, NGX_WRITE_EVENT, event) == NGX_OK;
}


Opening failed(ngx_connection_t* connection, const char* call)
{
    ngx_err_t error = ngx_socket_errno;

    ngx_close_connection(connection);

    return {nullptr, false, error, call};
}

}  // namespace


Opening open_connection(const ngx_addr_t& address, time_t keepalive,
                        ngx_log_t* log)
{
    ngx_socket_t fd = ngx_socket(address.sockaddr->sa_family, SOCK_STREAM, 0);

    if (fd == (ngx_socket_t) -1) {
        return {nullptr, false, ngx_socket_errno, "socket() failed"};
    }

    ngx_connection_t* connection = ngx_get_connection(fd, log);

    if (connection == nullptr) {
        (void) ngx_close_socket(fd);
        return {nullptr, false, 0, "no worker connection is free"};
    }

    connection->type = SOCK_STREAM;
    connection->recv = ngx_recv;
    connection->send = ngx_send;
    connection->recv_chain = ngx_recv_chain;
    connection->send_chain = ngx_send_chain;
    connection->log = log;
    connection->read->log = log;
    connection->write->log = log;
    // a peer's reset is told by this module, once, and not at each call
    connection->log_error = NGX_ERROR_INFO;
    connection->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    connection->start_time = ngx_current_msec;

    if (ngx_nonblocking(fd) == -1) {
        return failed(connection, ngx_nonblocking_n " failed");
    }

    if (address.sockaddr->sa_family != AF_UNIX) {
        tune_tcp(fd, static_cast<int>(keepalive));
    }

    if (!watch(connection)) {
        return failed(connection, "its events cannot be watched");
    }

    if (connect(fd, address.sockaddr, address.socklen) == 0) {
        connection->write->ready = 1;
        return {connection, true, 0, nullptr};
    }

    if (ngx_socket_errno != NGX_EINPROGRESS) {
        return failed(connection, "connect() failed");
    }

    return {connection, false, 0, nullptr};
}


ngx_err_t connection_error(ngx_connection_t* connection)
{
    int error = 0;
    socklen_t length = sizeof(error);

    // BSDs and Linux return 0 and set a pending error in `error`, Solaris
    // returns -1 and sets errno
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) ==
        -1) {
        return ngx_socket_errno;
    }

    return error;
}

}  // namespace logout::redis
