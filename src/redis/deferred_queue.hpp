// Deletions that are to be done later, in memory that is shared: they outlive
// the worker that queued them, and a reload; in a file, nginx itself.

#ifndef LOGOUT_REDIS_DEFERRED_HPP
#define LOGOUT_REDIS_DEFERRED_HPP

#include "redis/deferred_table.hpp"
#include "redis/ngx.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace logout::redis {

// Two builds of this module that say the same here can work on one queue.
std::string deferred_layout();

// The words that a queued command can have.
constexpr std::size_t deferred_words_max = 64;

// The memory of a queue, and its lock among all the processes that have it. The
// system lets go of the lock when a process dies.
class DeferredMemory {
public:
    // Returns false if there is no lock to be had, which the log says. data()
    // and size() may be others from one lock to the next.
    virtual bool lock() = 0;
    virtual void unlock() = 0;

    virtual void* data() const = 0;
    virtual std::size_t size() const = 0;

    DeferredMemory() = default;
    DeferredMemory(const DeferredMemory&) = delete;
    DeferredMemory& operator=(const DeferredMemory&) = delete;

protected:
    ~DeferredMemory() = default;
};

// Which entry: it may be gone, and its place another's.
struct DeferredId {
    std::uint32_t place;
    std::uint64_t id;
};

// One entry, as a worker takes it out to do it: a key to delete, or a command.
struct DeferredKey {
    DeferredId id;
    ngx_str_t store;  // a logout_redis NAME
    ngx_str_t key;    // of a command: its words, for read_deferred_words()
    bool is_command;
};

// Reads the words of a command, of which there is room for deferred_words_max.
// They point into `key.key`. Returns how many.
std::size_t read_deferred_words(const DeferredKey& key,
                                std::string_view* words);

// A queue, ordered by when its entries are due. All functions take the lock;
// where there is none, nothing is there.
class DeferredQueue {
public:
    // `memory` lives as long as this.
    explicit DeferredQueue(DeferredMemory& memory) : memory_(memory) {}

    // Before the first use by a process and its children: `limit` bytes may be
    // used. Returns false without a lock.
    bool prepare(std::size_t limit, std::uint32_t& broken);

    // Queues the deletion of `key` in `store`, to be done at once and given up
    // `lifetime` seconds from now. Returns false if there is no room.
    bool defer_key(std::string_view store, std::string_view key,
                   time_t lifetime);

    // The same for a second deletion of a key, to be done in `delay`
    // milliseconds. These take half of the room at most: the other half is for
    // what was promised.
    bool defer_key_again(std::string_view store, std::string_view key,
                         ngx_msec_t delay, time_t lifetime);

    // Queues a command that may be sent twice without harm, to be done at once.
    // Returns false if there is no room, or it has too many words.
    bool defer_command(std::string_view store, const std::string_view* words,
                       std::size_t count, time_t lifetime);

    // About how many entries wait, without the lock.
    std::uint32_t length() const;

    // Whether this worker is the one that works on the queue now; it stays so
    // as long as it asks at least every deferred_claim_time.
    bool lead();

    // Lets another worker lead at once, if this one does.
    void stop_leading();

    // Takes up to `count` entries that are due, copies them to `pool` and
    // claims them for this worker. Returns how many. Entries that are too old
    // are dropped instead; their number is added to `dropped`.
    std::size_t claim(ngx_pool_t* pool, DeferredKey* keys, std::size_t count,
                      std::uint64_t& dropped);

    // Drops what was queued first, as far as it is too old. Returns how many.
    std::uint64_t drop_old();

    // Ends a claimed entry: it is done, it is to be tried again after `delay`
    // milliseconds, or it takes its place in the queue again.
    void finish(DeferredId entry);
    void retry(DeferredId entry, ngx_msec_t delay);
    void put_back(DeferredId entry);

    DeferredStatistics statistics();

private:
    class Work;

    bool add(const NewDeferred& entry);

    DeferredMemory& memory_;
};

}  // namespace logout::redis

#endif
