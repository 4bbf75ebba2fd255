// The client of one Redis deployment in one worker: what a reply means, and
// what is counted and logged.

#ifndef LOGOUT_REDIS_STORE_HPP
#define LOGOUT_REDIS_STORE_HPP

#include "redis/client.hpp"
#include "redis/conf.hpp"
#include "redis/connection.hpp"
#include "redis/counters.hpp"
#include "redis/error_words.hpp"
#include "redis/pending.hpp"
#include "redis/router.hpp"

namespace logout::redis {

struct Store final : public ConnectionOwner {
public:
    // Throws std::bad_alloc.
    Store(const StoreConf& conf, ngx_cycle_t* cycle, CounterBook* book);

    Pending* unlink(std::string_view key, ReplyHandler handler, void* data);
    Pending* send(const std::string_view* arguments, std::size_t count,
                  ReplyHandler handler, void* data);

    bool is_down() const { return router_->is_down(); }

    Answer replied(Connection& connection, Pending& pending,
                   const ReplyReader& replies) override;
    void confirmed(Pending& pending, std::int64_t replicas) override;
    void unavailable(Pending& pending) override;
    bool pushed(Connection& connection, const ReplyReader& replies) override;
    void link_changed(Connection& connection, bool down) override;
    void dropped(Connection& connection) override;
    ServerCounters& counters_of(const Endpoint& server) override;

private:
    // What the log says about one kind of command. It is told of a change, and
    // once a second at most.
    struct Told {
        bool may_tell();

        char refusal[error_word_limit + 1];  // empty: none
        const char* meaning;
        ngx_msec_t when;
    };

    // Both return nullptr where the command cannot be sent, which is counted.
    Pending* take(Connection* connection, CommandKind kind,
                  ReplyHandler handler, void* data);
    Pending* count_queued(Pending* pending, bool queued);

    Answer hold(const Connection& connection, Pending& pending);
    Answer refused(Connection& connection, Pending& pending,
                   std::string_view text);
    bool send_as_del(Connection& connection, Pending& pending);
    void answer(Connection& connection, Pending& pending, const Reply& reply);
    void finish(Pending& pending, const Reply& reply);
    void note_replicas(const Pending& pending, bool enough);
    void tell_refusal(const Connection& connection, CommandKind kind,
                      std::string_view error);
    void tell_accepted(const Connection& connection, CommandKind kind);

    Told& told_of(CommandKind kind)
    {
        return is_delete(kind) ? told_of_deletes_ : told_of_commands_;
    }

    const StoreConf& conf_;
    ngx_log_t* log_;
    CounterBook* book_;  // or nullptr

    // where there is no room in the book
    StoreCounters own_counters_ = {};
    ServerCounters own_server_counters_ = {};
    StoreCounters* counters_ = &own_counters_;

    PendingPool pool_;
    Login login_;
    ConnectionSettings settings_;
    std::unique_ptr<Router> router_;

    Told told_of_deletes_ = {};
    Told told_of_commands_ = {};
    Told told_of_replicas_ = {};
};

}  // namespace logout::redis

#endif
