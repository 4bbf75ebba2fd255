// The commands that wait for a reply: a fixed number of entries, used again
// and again.

#ifndef LOGOUT_REDIS_PENDING_HPP
#define LOGOUT_REDIS_PENDING_HPP

#include "redis/client.hpp"
#include "redis/counters.hpp"
#include "redis/ngx.hpp"
#include "redis/output.hpp"

#include <memory>

namespace logout::redis {

class Connection;

enum class CommandKind : std::uint8_t {
    unlink,    // UNLINK key
    del,       // DEL key
    other,     // a command of the store's user
    wait,      // WAIT, for the deletes before it
    internal,  // of whoever routes commands: its handler is not called
};

inline bool is_delete(CommandKind kind)
{
    return kind == CommandKind::unlink || kind == CommandKind::del;
}

struct Pending {

    ngx_queue_t by_age;    // in the pool, oldest first
    ngx_queue_t in_order;  // on the connection, in the order of replies

    ReplyHandler handler;  // nullptr: forgotten
    void* data;

    Connection* connection;
    ServerCounters* counted_for;   // once it is queued, unless internal
    OutputBuffer::Position begin;  // of the command in its output
    OutputBuffer::Position end;

    std::int64_t integer;  // of a delete that waits for its replicas
    ngx_msec_t queued;
    std::uint32_t key_length;  // of the key of a delete
    CommandKind kind;
    bool resent;
    bool asks;   // the command is preceded by ASKING, which is
    bool asked;  // answered first
    std::uint8_t redirections;
    bool on_hold;  // answered; whether replicas follow is not known yet
};

class PendingPool {
public:
    // `timeout` in milliseconds: how long a command may take.
    PendingPool(std::size_t limit, ngx_msec_t timeout, ngx_log_t* log);
    ~PendingPool();

    PendingPool(const PendingPool&) = delete;
    PendingPool& operator=(const PendingPool&) = delete;

    // A new entry, the youngest; nullptr when all are in use. Unless it is
    // given back in time, its connection is told.
    Pending* take(CommandKind kind, ReplyHandler handler, void* data);
    void give_back(Pending* pending);

private:
    static void deadline_handler(ngx_event_t* event);
    void on_deadline();
    void watch_deadline();
    Pending* oldest();

    std::size_t limit_;
    ngx_msec_t timeout_;
    std::unique_ptr<Pending[]> entries_;  // allocated when first needed
    std::size_t touched_ = 0;             // entries that were ever in use
    std::size_t waited_for_ = 0;  // entries in use that are not internal
    ngx_queue_t free_;
    ngx_queue_t by_age_;
    ngx_event_t deadline_;  // of the oldest command
};

}  // namespace logout::redis

#endif
