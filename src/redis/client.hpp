// Redis on nginx's event loop: hiredis for the protocol, nginx for the rest.
// Knows keys, commands and callbacks; nothing of HTTP.

#ifndef LOGOUT_REDIS_HPP
#define LOGOUT_REDIS_HPP

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
}

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout::redis {

// A Redis deployment as configured (logout_redis NAME { ... }). Lives in the
// configuration's pool; immutable after the configuration was read.
struct StoreConf;

// Who keeps what is counted: redis/counters.hpp.
class CounterBook;

// The client of one StoreConf in this worker.
struct Store;

// A command whose reply somebody waits for.
struct Pending;

class ReplyReader;

enum class ReplyStatus {
    integer,  // an integer reply: `integer`
    text,     // a status or bulk reply: `text`; an array has its size in
              // `integer`, and is in `array`
    nil,
    error,        // the server said no: `text` holds its first word (NOPERM)
    unavailable,  // no reply: not connected, connection lost, deadline missed
};

struct Reply {
    ReplyStatus status;
    std::int64_t integer;
    std::string_view text;  // valid only during the callback

    // False: a key was deleted, but fewer replicas than `wait_replicas` asks
    // for have said in time that they have followed.
    bool replicated = true;

    // The connection broke meanwhile, and the command was sent twice: a key
    // that was not there may have been deleted the first time.
    bool repeated = false;

    // What has the array as its root, as long as `text`; nullptr: there is
    // none.
    const ReplyReader* array = nullptr;
};

// What is wrong with a reply that is not the one that was asked for. Lives as
// long as `reply.text`.
inline std::string_view failure_of(const Reply& reply)
{
    switch (reply.status) {
    case ReplyStatus::error:
        return reply.text;
    case ReplyStatus::unavailable:
        return "no reply";
    case ReplyStatus::integer:
    case ReplyStatus::text:
    case ReplyStatus::nil:
        break;
    }

    return "unexpected reply";
}

// Called exactly once for each Pending, never from within the call that
// created it, unless forget() came first. Must not throw.
using ReplyHandler = void (*)(void* data, const Reply& reply);

// Queues the deletion of `key` (UNLINK, or DEL where the server lacks or
// forbids UNLINK); it leaves with everything else queued in this turn of the
// event loop. `key` is copied. Returns nullptr if the store is known to be
// down or its queue is full: nothing was queued, the handler is not called.
Pending* delete_key(Store* store, std::string_view key, ReplyHandler handler,
                    void* data);

// The same for any command that may be sent twice without harm.
// `arguments[0]` is its name; `arguments[1]`, or `arguments[3]` of an EVAL, or
// `arguments[6]` of an XREAD with BLOCK and COUNT, if there, is the key that
// decides the node of a cluster.
Pending* send_command(Store* store, const std::string_view* arguments,
                      std::size_t count, ReplyHandler handler, void* data);

// Whether every server of the store is known to be down: what is queued now is
// refused.
bool is_down(const Store* store);

// The handler will not be called; the command still runs.
void forget(Pending* pending);

// The same for who waits no longer. Returns what is known by now: of a delete
// that waits for replicas that the key is gone, else `unavailable`.
Reply give_up(Pending* pending);

// Called in init_process and exit_process for every store of the cycle.
// The result lives in the cycle's pool, `book` longer; nullptr: what is counted
// is lost.
Store* create_store(const StoreConf* conf, ngx_cycle_t* cycle,
                    CounterBook* book);
void close_store(Store* store);

}  // namespace logout::redis

#endif
