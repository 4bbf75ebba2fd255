// One connection to one Redis server: carries out what the state machine of
// logout_redis_state.hpp decides, with nginx's sockets, timers and events.

#ifndef LOGOUT_REDIS_CONNECTION_HPP
#define LOGOUT_REDIS_CONNECTION_HPP

#include "logout_redis_conf.hpp"
#include "logout_redis_counters.hpp"
#include "logout_redis_ngx.hpp"
#include "logout_redis_output.hpp"
#include "logout_redis_pending.hpp"
#include "logout_redis_reply.hpp"
#include "logout_redis_state.hpp"

namespace logout::redis {

class Connection;

// Who uses a connection. Neither function may destroy it.
class ConnectionOwner {
public:
    // `pending` was answered with replies.root() and is off the connection.
    // False: that cannot be the reply to this command, the connection fails
    // and `pending` with it.
    virtual bool replied(Connection& connection, Pending& pending,
                         const ReplyReader& replies) = 0;

    // `pending` will not be answered and is off the connection.
    virtual void unavailable(Pending& pending) = 0;

    virtual StoreCounters& counters() = 0;

protected:
    ~ConnectionOwner() = default;
};

struct ConnectionSettings {
    ngx_str_t store;  // its name, for the log
    ngx_str_t auth_command;
    ngx_str_t select_command;
    ngx_msec_t connect_timeout;
    std::size_t output_capacity;
    ReplyLimits limits;
};

class Connection {
public:
    // `endpoint` and `log` outlive the connection.
    Connection(ConnectionOwner& owner, const ConnectionSettings& settings,
               const Endpoint& endpoint, ngx_log_t* log);
    ~Connection();

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // False while the server is known to be down: queue nothing.
    bool accepts() const { return !link_.down(); }

    // Queues `pending` with a command of `count` arguments; it leaves at the
    // end of this turn of the event loop. False: no room, nothing is queued.
    bool queue(Pending& pending, const std::string_view* arguments,
               std::size_t count);

    // Queues the command NAME KEY for a pending that was just answered, whose
    // last argument was the key.
    bool queue_again(Pending& pending, std::string_view name);

    // Remembered until the next connect: the server may be another then.
    bool lacks_unlink() const { return lacks_unlink_; }
    void without_unlink() { lacks_unlink_ = true; }

    // A command missed its deadline: everything queued fails, the server is
    // down until it answers again.
    void expire();

    // Fails what is queued, without a call of anybody's: the worker leaves.
    void close();

    const Endpoint& endpoint() const { return endpoint_; }

private:
    // Why the last attempt ended; compared to log a new reason only once.
    struct Failure {
        FailureKind kind;
        ngx_err_t error;
        const char* what;
        char word[25];
    };

    static void wake_handler(ngx_event_t* event);
    static void timer_handler(ngx_event_t* event);
    static void read_handler(ngx_event_t* event);
    static void write_handler(ngx_event_t* event);

    void on_wake();
    void on_timer();
    void on_readable();
    void on_writable();

    void step(LinkEvent event);
    void act(LinkAction action);
    void fail(FailureKind kind, LinkEvent event, const char* what,
              ngx_err_t error = 0, std::string_view word = {});

    void open();
    void try_address();
    void opened();
    void shut();
    void serve();
    void back_off();
    void resume();

    void append(Pending& pending, std::size_t length);
    std::string_view key_of(const Pending& pending) const;

    void say(std::string_view command);
    bool send_all();
    bool send_some(std::string_view bytes, std::size_t& sent);

    bool receive();
    bool take_replies();
    bool take_step_reply();
    bool take_command_reply();

    void fail_queued();
    void fail_entries(ngx_queue_t* entries);
    void mark_idle();
    void log_down();

    bool has_queued() { return !ngx_queue_empty(&line_); }
    StoreCounters& counters() { return owner_.counters(); }

    ConnectionOwner& owner_;
    const ConnectionSettings& settings_;
    const Endpoint& endpoint_;
    ngx_log_t* log_;

    Link link_;
    OutputBuffer output_;
    ReplyReader replies_;
    ngx_queue_t line_;  // of Pending, in the order of their replies

    ngx_connection_t* connection_ = nullptr;
    std::uint32_t generation_ = 0;   // changes when connection_ is closed
    ngx_uint_t address_ = 0;         // index of the one in use
    ngx_uint_t tried_ = 0;           // addresses tried since the last success
    std::string_view step_command_;  // what is left to send of AUTH, ...

    ngx_event_t wake_;
    ngx_event_t timer_;  // deadline of connecting, or end of the back-off

    bool lacks_unlink_ = false;
    Failure failure_;
    bool told_down_ = false;  // the log says that the server is down
};

}  // namespace logout::redis

#endif
