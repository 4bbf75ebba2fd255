// The client of one Redis deployment in one worker: which connection a command
// takes, what its reply means, and when it has waited long enough.

#ifndef LOGOUT_REDIS_STORE_HPP
#define LOGOUT_REDIS_STORE_HPP

#include "logout_redis.hpp"
#include "logout_redis_conf.hpp"
#include "logout_redis_connection.hpp"
#include "logout_redis_counters.hpp"
#include "logout_redis_pending.hpp"

namespace logout::redis {

struct Store final : public ConnectionOwner {
public:
    Store(const StoreConf& conf, ngx_cycle_t* cycle);
    ~Store();

    Pending* send(CommandKind kind, const std::string_view* arguments,
                  std::size_t count, ReplyHandler handler, void* data);
    Pending* unlink(std::string_view key, ReplyHandler handler, void* data);

    const StoreCounters& counted() const { return *counters_; }
    void count_in(StoreCounters* place);

    bool replied(Connection& connection, Pending& pending,
                 const ReplyReader& replies) override;
    void unavailable(Pending& pending) override;
    StoreCounters& counters() override { return *counters_; }

private:
    // The last error reply to one kind of command, to log a change only.
    struct Refusal {
        char word[25];
        ngx_msec_t logged;
    };

    static void deadline_handler(ngx_event_t* event);
    void on_deadline();
    void watch_deadline();

    bool send_as_del(Connection& connection, Pending& pending);
    void finish(Pending& pending, const Reply& reply);
    void note_error(const Connection& connection, CommandKind kind,
                    std::string_view word);
    void note_success(const Connection& connection, CommandKind kind);
    Refusal& refusal_of(CommandKind kind);

    const StoreConf& conf_;
    ngx_log_t* log_;
    StoreCounters own_counters_ = {};
    StoreCounters* counters_ = &own_counters_;

    PendingPool pool_;
    ngx_event_t deadline_;  // of the oldest command

    ConnectionSettings settings_;
    Connection connection_;

    Refusal delete_refusal_ = {};
    Refusal command_refusal_ = {};
};

}  // namespace logout::redis

#endif
