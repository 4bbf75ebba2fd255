// One connection to one Redis server: carries out what the state machine of
// logout_redis_state.hpp decides, and matches replies to commands.

#ifndef LOGOUT_REDIS_CONNECTION_HPP
#define LOGOUT_REDIS_CONNECTION_HPP

#include "logout_redis_channel.hpp"
#include "logout_redis_conf.hpp"
#include "logout_redis_counters.hpp"
#include "logout_redis_ngx.hpp"
#include "logout_redis_output.hpp"
#include "logout_redis_pending.hpp"
#include "logout_redis_reply.hpp"
#include "logout_redis_state.hpp"

namespace logout::redis {

class Connection;

enum class Answer {
    done,      // the command is off the connection
    hold,      // it waits for replicas: confirmed() follows
    again,     // it was queued again
    nonsense,  // that cannot be the reply to this command: the connection fails
};

// Who uses a connection. None of these may destroy it.
class ConnectionOwner {
public:
    // `pending` was answered with replies.root() and is off the connection.
    virtual Answer replied(Connection& connection, Pending& pending,
                           const ReplyReader& replies) = 0;

    // `replicas` have what `pending` changed, which was on hold.
    virtual void confirmed(Pending& pending, std::int64_t replicas) = 0;

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
    ngx_str_t wait_command;  // empty: replicas are not waited for
    std::int64_t wait_replicas;
    bool verify_master;
    ngx_msec_t step_timeout;  // from connected until ready
    std::size_t output_capacity;
    ReplyLimits limits;
    ChannelSettings channel;
};

class Connection final : private ChannelUser {
public:
    // `settings`, `endpoint` and `log` outlive the connection.
    Connection(ConnectionOwner& owner, const ConnectionSettings& settings,
               const Endpoint& endpoint, ngx_log_t* log);
    ~Connection();

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // False while the server is known to be down: queue nothing.
    bool accepts() const { return !link_.down(); }

    // Queues `pending`, whose kind and key_length are set, with a command of
    // `count` arguments; it leaves at the end of this turn of the event loop.
    // False: no room, nothing is queued.
    bool queue(Pending& pending, const std::string_view* arguments,
               std::size_t count);

    // Queues the command NAME KEY for a pending that was just answered, whose
    // last argument was the key.
    bool queue_again(Pending& pending, std::string_view name);

    // Remembered until the next connect: the server may be another then.
    bool lacks_unlink() const { return lacks_unlink_; }
    void without_unlink() { lacks_unlink_ = true; }

    // A delete that is answered now will be confirmed by a WAIT. Not so for a
    // while after one that fell short: it would keep everybody waiting.
    bool will_wait() const { return wait_in_line_ || !wait_paused(); }

    // `pending`, which was on hold, is not any more.
    void let_go(Pending& pending);

    // A command missed its deadline: everything queued fails, the server is
    // down until it answers again.
    void expire();

    const Endpoint& endpoint() const { return endpoint_; }

private:
    // Why the last attempt ended; compared to log a new reason only once.
    struct Failure {
        FailureKind kind;
        ngx_err_t error;
        const char* what;
        char word[48];
    };

    static void wake_handler(ngx_event_t* event);
    static void timer_handler(ngx_event_t* event);

    void channel_connected() override;
    void channel_secured() override;
    void channel_failed(FailureKind kind, ngx_err_t error,
                        const char* what) override;
    void channel_readable() override;
    void channel_writable() override;
    void channel_retired() override;

    void on_wake();
    void on_timer();

    void step(LinkEvent event);
    void act(LinkAction action);
    void fail(FailureKind kind, LinkEvent event, const char* what,
              ngx_err_t error = 0, std::string_view word = {});
    void fail_by_alert();
    void note_failure(const Failure& failure);
    void log_down();

    void open();
    void shut();
    void serve();
    void back_off();
    void resume();
    void say(std::string_view command);

    void append(Pending& pending, std::size_t length);
    std::string_view key_of(const Pending& pending) const;
    void append_wait();
    bool wait_paused() const;

    bool send_all();
    bool send_some(std::string_view bytes, std::size_t& sent);
    bool receive();
    bool take_replies();
    bool take_step_reply();
    bool take_command_reply();
    bool take_answer(Pending& pending);
    void take_wait_reply();
    bool unasked();

    void release_held();
    void fail_queued();
    void fail_entries(ngx_queue_t* entries);
    void mark_idle();

    bool has_queued()
    {
        return !ngx_queue_empty(&line_) || !ngx_queue_empty(&held_);
    }

    StoreCounters& counters() { return owner_.counters(); }

    ConnectionOwner& owner_;
    const ConnectionSettings& settings_;
    const Endpoint& endpoint_;
    ngx_log_t* log_;

    Channel channel_;
    Link link_;
    OutputBuffer output_;
    ReplyReader replies_;
    ngx_queue_t line_;  // of Pending, in the order of their replies
    ngx_queue_t held_;  // answered, waiting for the reply to WAIT
    Pending wait_;
    bool wait_in_line_ = false;
    bool wait_due_ = false;  // deletes were queued since the last WAIT

    bool wait_short_ = false;  // the last WAIT fell short, then
    ngx_msec_t wait_short_since_ = 0;

    std::uint32_t generation_ = 0;   // changes when the channel is shut
    std::string_view step_command_;  // what is left to send of AUTH, ...

    ngx_event_t wake_;
    ngx_event_t timer_;  // deadline of the steps, or end of the back-off

    bool lacks_unlink_ = false;
    Failure failure_;
    bool told_down_ = false;  // the log says that the server is down
};

}  // namespace logout::redis

#endif
