// The entries of a queue of deferred deletions, in memory that several
// processes share and that may be a file. Any of them may be killed at any
// instruction: an entry is there or is not, and what else is known of it
// (places in orders, free memory) is made anew from the entries by whoever
// comes next.

#ifndef LOGOUT_REDIS_DEFERRED_TABLE_HPP
#define LOGOUT_REDIS_DEFERRED_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout::redis {

// Times are milliseconds since 1970: an entry may outlive the machine's start.
using DeferredTime = std::uint64_t;

// How long a worker that took an entry may be silent about it before another
// takes it again, in milliseconds. A command that takes longer is sent twice,
// which does no harm.
constexpr DeferredTime deferred_claim_time = 2000;

struct DeferredStatistics {
    std::uint64_t length;   // entries waiting
    std::uint64_t oldest;   // age of the entry queued first, milliseconds
    std::uint64_t done;     // entries ended by a reply of Redis
    std::uint64_t refused;  // not queued: there was no room
    std::uint64_t dropped;  // given up: they had become too old
};

// An entry to be queued. Its text is the store's name, and the pieces, one
// behind the other.
struct NewDeferred {
    std::string_view store;
    const std::string_view* pieces;
    std::size_t piece_count;
    DeferredTime delay;
    DeferredTime lifetime;
    bool is_command;
    bool is_again;  // of the share that is half of the room at most
};

// An entry that is there.
struct DeferredEntry {
    std::uint32_t place;
    std::uint64_t id;
    std::size_t store_length;
    std::size_t key_length;
    bool is_command;
};

// A view of such memory; it holds nothing. All but length() is for who holds
// the lock, between begin() and end().
class DeferredTable {
public:
    // The memory's meaning: changes with that of any byte.
    static constexpr unsigned layout = 3;

    // What a table of `limit` bytes of entries needs.
    static std::size_t size_for(std::size_t limit);

    // `memory` is aligned for any type; zeros are a table without room.
    DeferredTable(void* memory, std::size_t size);

    // Begins a piece of work. If the last one was not ended, it is mended
    // first. Returns how many entries were lost by that: broken ones only.
    std::uint32_t begin();
    void end();

    // Makes the orders and the free memory anew from the entries, whatever the
    // memory holds. Returns how many entries were broken, and are lost.
    std::uint32_t rebuild();

    // From now on there is all the memory, of which `limit` bytes are used.
    // Makes everything anew: as rebuild().
    std::uint32_t set_limit(std::size_t limit);

    // Returns false if there is no room, which is counted.
    bool add(const NewDeferred& entry, DeferredTime now);

    // The next entry that is due, or that has become too old. It keeps its
    // place until it is claimed or removed. Returns false if there is none.
    bool next_due(DeferredTime now, DeferredEntry& entry) const;
    bool is_too_old(const DeferredEntry& entry, DeferredTime now) const;

    // `text` has room for both lengths.
    void copy_text(const DeferredEntry& entry, char* text) const;

    // If the caller dies, the entry is due again.
    void claim(const DeferredEntry& entry, DeferredTime now);

    // Each does nothing if the entry is gone: it ends one, moves it, or lets
    // it take the place that it had before it was claimed.
    void finish(std::uint32_t place, std::uint64_t id);
    void move(std::uint32_t place, std::uint64_t id, DeferredTime due);
    void put_back(std::uint32_t place, std::uint64_t id);

    void drop(const DeferredEntry& entry);

    // Drops what was queued first, as far as it is too old. Returns how many.
    std::uint64_t drop_old(DeferredTime now);

    // Whether `process` is the one that works on the queue now; it stays so
    // as long as it asks at least every deferred_claim_time.
    bool lead(std::int64_t process, DeferredTime now);
    void stop_leading(std::int64_t process);

    // Without the lock: about how many entries wait.
    std::uint32_t length() const;

    DeferredStatistics statistics(DeferredTime now) const;

private:
    struct Header;
    struct Block;
    class Orders;

    Header& header() const;
    Block& block(std::uint32_t place) const;
    std::uint32_t block_count() const;
    std::uint32_t blocks_in_memory() const;

    std::uint32_t checksum(std::uint32_t place) const;
    bool mark_chain(std::uint32_t place) const;
    std::uint32_t mark_entries() const;
    void collect_free() const;
    void enter(std::uint32_t place) const;
    void remove(std::uint32_t place) const;
    bool is_there(std::uint32_t place, std::uint64_t id) const;
    DeferredEntry describe(std::uint32_t place) const;

    unsigned char* memory_;
    std::size_t size_;
};

}  // namespace logout::redis

#endif
