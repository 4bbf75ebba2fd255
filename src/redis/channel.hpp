// Bytes to and from one server: resolves its name, connects to one address
// after the other, and secures the connection where that is configured.

#ifndef LOGOUT_REDIS_CHANNEL_HPP
#define LOGOUT_REDIS_CHANNEL_HPP

#include "redis/conf.hpp"
#include "redis/counters.hpp"
#include "redis/ngx.hpp"
#include "redis/tls.hpp"

#include <array>
#include <string_view>

namespace logout::redis {

// Who uses a channel.
class ChannelUser {
public:
    virtual void channel_connected() = 0;
    virtual void channel_secured() = 0;

    // It could not be connected or secured.
    virtual void channel_failed(FailureKind kind, ngx_err_t error,
                                const char* what) = 0;

    // Only when connected and, where that was asked for, secured.
    virtual void channel_readable() = 0;
    virtual void channel_writable() = 0;

    // nginx wants the connection closed: the worker is to leave.
    virtual void channel_retired() = 0;

protected:
    ~ChannelUser() = default;
};

struct ChannelSettings {
    ngx_msec_t connect_timeout;  // for each address
    ngx_resolver_t* resolver;    // nullptr: addresses are used as configured
    const TlsConf* tls;          // nullptr: no secure()
    time_t tcp_keepalive;        // idle seconds until the peer is asked
};

class Channel {
public:
    Channel(ChannelUser& user, const ChannelSettings& settings, ngx_log_t* log);
    ~Channel();

    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // The server to connect to, and to forget the one before. It must live as
    // long as it is the one.
    void set_endpoint(const Endpoint& endpoint);

    // Starts to connect. Ends in channel_connected() or channel_failed(),
    // maybe before it returns.
    void open();

    // Closes, and connects to the next of the addresses that open() found. Ends
    // like open(). To be called only if there is one that was not tried.
    bool has_next() const { return tried_ + 1 < address_count_; }
    void open_next();

    // How many open() found.
    ngx_uint_t address_count() const { return address_count_; }

    // Starts the TLS handshake. Ends in channel_secured() or channel_failed(),
    // maybe before it returns.
    void secure();

    // Closes at once. Nobody is called.
    void shut();

    bool is_open() const { return connection_ != nullptr; }

    // nginx closes idle connections when the worker is to leave.
    void set_idle(bool idle)
    {
        if (connection_ != nullptr) {
            connection_->idle = idle ? 1 : 0;
        }
    }

    // Like nginx's send() and recv() of a connection: a number of bytes,
    // NGX_AGAIN or NGX_ERROR; received 0: the peer closed the connection.
    ssize_t send(std::string_view bytes);
    ssize_t receive(u_char* buffer, std::size_t size);

    // The last receive() may have left bytes behind.
    bool has_more() const { return connection_->read->ready; }

    // What the server said in a TLS alert on this connection; nullptr: nothing.
    const char* alert() const { return alert_; }

    // Calls channel_readable() in the next turn of the event loop.
    void read_later();

    // To be called after reading or writing. False: nginx cannot watch it.
    bool watch();

private:
    static constexpr std::size_t most_addresses = 16;

    static void read_handler(ngx_event_t* event);
    static void write_handler(ngx_event_t* event);
    static void timeout_handler(ngx_event_t* event);
    static void resolved_handler(ngx_resolver_ctx_t* context);

    void on_event(bool readable);
    void on_resolved(ngx_resolver_ctx_t* context);

    void resolve();
    void take_addresses(const ngx_resolver_ctx_t& context);
    void try_address();
    void try_next(ngx_err_t error, const char* what);
    void fail(ngx_err_t error, const char* what);
    void connected();
    void handshaked();
    void close();
    bool connecting() const { return timeout_.timer_set; }

    ChannelUser& user_;
    const ChannelSettings& settings_;
    // What nginx says of each attempt to connect is not for the log: one line
    // tells that a server is down.
    ngx_log_t log_;

    const Endpoint* endpoint_ = nullptr;
    ngx_connection_t* connection_ = nullptr;
    ngx_resolver_ctx_t* resolving_ = nullptr;
    ngx_event_t timeout_;  // of connecting to one address

    // those of the endpoint, or what its name was resolved to
    const ngx_addr_t* addresses_ = nullptr;
    ngx_uint_t address_count_ = 0;
    ngx_uint_t address_ = 0;  // index of the one in use
    ngx_uint_t tried_ = 0;

    std::array<ngx_addr_t, most_addresses> resolved_;
    std::array<ngx_sockaddr_t, most_addresses> resolved_storage_;
    ngx_uint_t resolved_count_ = 0;

    TlsSession tls_session_;
    const char* alert_ = nullptr;
};

}  // namespace logout::redis

#endif
