// One connection to one Redis server: carries out what the state machine of
// redis/link.hpp decides, and matches replies to commands.

#ifndef LOGOUT_REDIS_CONNECTION_HPP
#define LOGOUT_REDIS_CONNECTION_HPP

#include "redis/channel.hpp"
#include "redis/conf.hpp"
#include "redis/counters.hpp"
#include "redis/ngx.hpp"
#include "redis/output.hpp"
#include "redis/pending.hpp"
#include "redis/reply.hpp"
#include "redis/link.hpp"
#include "redis/login.hpp"

namespace logout::redis {

class Connection;

enum class Answer {
    done,      // the command is off the connection
    hold,      // it waits for replicas: confirmed() follows
    queued,    // it was queued again, on this or another connection
    moved,     // it has to be sent again, to another server, like all others
    misled,    // this is the wrong server, and no other is known: it fails
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

    // Something was sent that is not a reply. False: the connection fails.
    virtual bool pushed(Connection& connection, const ReplyReader& replies) = 0;

    // The server is known to be down from now on, or serves again.
    virtual void link_changed(Connection& connection, bool down) = 0;

    // A connection that nobody waited on was closed.
    virtual void dropped(Connection& connection) = 0;

    // Where a connection to `server` counts, as long as the worker lives.
    virtual ServerCounters& counters_of(const Endpoint& server) = 0;

protected:
    ~ConnectionOwner() = default;
};

// Who knows where the server is, if that is not configured.
class Locator {
public:
    // Answers with located() or not_located(), maybe before it returns.
    virtual void locate(Connection& connection) = 0;

    // `connection` does not wait for the answer any more.
    virtual void forget(Connection& connection) = 0;

protected:
    ~Locator() = default;
};

struct ConnectionSettings {
    ngx_str_t store;  // its name, for the log
    Login* login;
    ngx_str_t select_command;
    ngx_str_t wait_command;  // empty: replicas are not waited for
    std::int64_t wait_replicas;
    bool verify_master;
    bool takes_pushes;        // a subscription: much comes that is no reply
    ngx_msec_t step_timeout;  // from connected until ready
    std::size_t output_capacity;
    ReplyLimits limits;
    ChannelSettings channel;
};

class Connection final : private ChannelUser {
public:
    // Everything but `log` outlives the connection. With a `locator`,
    // `endpoint` is only what the log calls the server until it is located.
    Connection(ConnectionOwner& owner, const ConnectionSettings& settings,
               const Endpoint& endpoint, ngx_log_t* log,
               Locator* locator = nullptr);
    ~Connection();

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // False while the server is known to be down: queue nothing.
    bool accepts() const { return !link_.down(); }

    // Queues `pending`, whose kind is set, with a command of `count` arguments;
    // it leaves at the end of this turn of the event loop. False: no room,
    // nothing is queued.
    bool queue(Pending& pending, const std::string_view* arguments,
               std::size_t count);

    // The same with a delete of `key`.
    bool queue(Pending& pending, KeyCommand command, std::string_view key);

    // Queues another command for a delete that was just answered.
    bool queue_again(Pending& pending, KeyCommand command);

    // Queues the command of `pending`, which `from` just answered, preceded by
    // ASKING if `asks`.
    bool adopt(Pending& pending, const Connection& from, bool asks);

    // Remembered until the next connect: the server may be another then.
    bool lacks_unlink() const { return lacks_unlink_; }
    void without_unlink() { lacks_unlink_ = true; }

    // A delete that is answered now will be confirmed by a WAIT. Not so for a
    // while after one that fell short: it would keep everybody waiting.
    bool will_wait() const { return wait_in_line_ || !wait_paused(); }

    // `pending` missed its deadline. Everything queued fails, and the server is
    // down until it answers again.
    void expire(Pending& pending);

    // Another server is to be used: what is queued is sent to it, once it is
    // located.
    void move();

    // The server has said that it is read-only: where the next connection leads
    // to is verified, if the server tells, and begins at another address.
    void doubt();

    // How many addresses the server has, as far as is known.
    ngx_uint_t address_count() const { return channel_.address_count(); }

    // Connects, with nothing to send.
    void connect();

    // Closes a connection that nobody uses.
    void retire();

    void located(const Endpoint& endpoint);
    void not_located(const char* why);

    const Endpoint& endpoint() const { return *endpoint_; }
    ServerCounters& counters() { return *counters_; }
    bool is_used() { return has_queued(); }

private:
    // Why the last attempt ended; compared to log a new reason only once.
    struct Failure {
        FailureKind kind;
        ngx_err_t error;
        const char* what;
        char word[48];
        const char* meaning;  // of the error that `word` begins; or nullptr
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
              ngx_err_t error = 0, std::string_view word = {},
              const char* meaning = nullptr);
    void fail_by_refusal(const char* what, std::string_view error);
    void fail_by_alert();
    void fail_sending(ngx_err_t error);
    void note_failure(const Failure& failure);
    void set_down(bool down);
    void log_down();
    void log_back();
    void count_for(const Endpoint& server);
    void count_no_more();

    void open();
    void shut();
    void serve();
    void back_off();
    void resume();
    void say(std::string_view command);

    void append(Pending& pending, std::size_t length);
    std::string_view key_of(const Pending& pending) const;
    std::string_view command_of(const Pending& pending) const;
    void append_wait();
    void let_go(Pending& pending);
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
    bool refused_or_unasked();
    bool accept_step();
    void misled();
    bool verification_refused(std::string_view error);
    void answered();

    void release_held();
    void fail_queued();
    void fail_entries(ngx_queue_t* entries);
    void mark_idle();

    bool has_queued()
    {
        return !ngx_queue_empty(&line_) || !ngx_queue_empty(&held_);
    }

    ConnectionOwner& owner_;
    ServerCounters* counters_ = nullptr;
    const ConnectionSettings& settings_;
    const Endpoint* endpoint_;
    Locator* locator_;
    bool locating_ = false;
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

    std::uint32_t generation_ = 0;  // changes when the channel is shut
    std::shared_ptr<const std::string> auth_;  // as it was sent last
    std::string_view step_command_;  // what is left to send of AUTH, ...

    ngx_event_t wake_;
    ngx_event_t timer_;  // deadline of the steps, or end of the back-off

    bool lacks_unlink_ = false;
    bool wants_next_address_ = false;
    bool keeps_its_role_ = false;  // it does not answer ROLE
    bool doubted_ = false;  // it was read-only, and has done nothing since
    Failure failure_;
    bool told_down_ = false;   // the log says that the server is down
    bool down_ = false;        // as told to the owner
    bool has_served_ = false;  // from this server
};

}  // namespace logout::redis

#endif
