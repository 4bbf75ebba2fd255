// The commands that wait for a reply: a fixed number of entries, used again
// and again.

#ifndef LOGOUT_REDIS_PENDING_HPP
#define LOGOUT_REDIS_PENDING_HPP

#include "logout_redis.hpp"
#include "logout_redis_ngx.hpp"
#include "logout_redis_output.hpp"

#include <memory>

namespace logout::redis {

class Connection;

enum class CommandKind : std::uint8_t {
    unlink,  // UNLINK key
    del,     // DEL key
    other,   // a command of the store's user
    wait,    // WAIT, for the deletes before it
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
    OutputBuffer::Position begin;  // of the command in its output
    OutputBuffer::Position end;

    std::int64_t integer;  // of a delete that waits for its replicas
    ngx_msec_t queued;
    std::uint32_t key_length;  // of the last argument
    CommandKind kind;
    bool resent;
    bool on_hold;  // answered; whether replicas follow is not known yet
};

class PendingPool {
public:
    explicit PendingPool(std::size_t limit);

    PendingPool(const PendingPool&) = delete;
    PendingPool& operator=(const PendingPool&) = delete;

    // A new entry, the youngest; nullptr when all are in use.
    Pending* take(ReplyHandler handler, void* data);
    void give_back(Pending* pending);

    // nullptr when there is none.
    Pending* oldest();

    std::size_t in_use() const { return in_use_; }

private:
    std::size_t limit_;
    std::unique_ptr<Pending[]> entries_;  // allocated when first needed
    std::size_t touched_ = 0;             // entries that were ever in use
    std::size_t in_use_ = 0;
    ngx_queue_t free_;
    ngx_queue_t by_age_;
};

}  // namespace logout::redis

#endif
