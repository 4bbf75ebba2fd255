// TLS through nginx's own layer.

#ifndef LOGOUT_REDIS_TLS_HPP
#define LOGOUT_REDIS_TLS_HPP

#include "redis/ngx.hpp"

#include <cstdint>

namespace logout::redis {

struct Endpoint;

enum class TlsVerify : std::uint8_t {
    nothing,
    chain,  // it leads to a trusted certificate, whoever it is for
    all,
};

// `ssl on` and what belongs to it; lives in the configuration's pool.
struct TlsConf {
    ngx_ssl_t* context;
    ngx_str_t name;  // for SNI and the certificate; empty: the server's host
    TlsVerify verify;
};

// The last session of a server, to be resumed by the next handshake.
class TlsSession {
public:
    TlsSession() = default;
    ~TlsSession();

    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // The next connection is to another server.
    void forget();

    void keep(ngx_connection_t* connection);

#if (NGX_SSL)
    void offer(ngx_connection_t* connection) const;

private:
    ngx_ssl_session_t* session_ = nullptr;
#endif
};

// Starts the handshake with `server`. What the server objects to is
// written to `alert`, now or later, as text that lives forever. NGX_OK: done;
// NGX_AGAIN: `handler` is called when it is; NGX_ERROR: it failed.
ngx_int_t start_tls(ngx_connection_t* connection, const TlsConf& tls,
                    const Endpoint& server, TlsSession& session,
                    const char** alert, ngx_connection_handler_pt handler,
                    ngx_connection_handler_pt save_session);

// Judges a handshake that is done: nullptr if the connection is secure and
// the server is who it should be, the reason otherwise.
const char* judge_tls(ngx_connection_t* connection, const TlsConf& tls,
                      const Endpoint& server);

// Ends TLS on a connection about to be closed, without waiting for the peer.
void end_tls(ngx_connection_t* connection);

}  // namespace logout::redis

#endif
