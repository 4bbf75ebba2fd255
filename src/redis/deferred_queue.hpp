// Deletions that are to be done later, in shared memory: they outlive the
// worker that queued them, and a reload.

#ifndef LOGOUT_REDIS_DEFERRED_HPP
#define LOGOUT_REDIS_DEFERRED_HPP

#include "redis/ngx.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace logout::redis {

// How long a worker that took an entry may be silent about it before another
// takes it again, in milliseconds. A command that takes longer is sent twice,
// which does no harm.
constexpr ngx_msec_t deferred_claim_time = 2000;

// A queue, ordered by when its entries are due. Lives in a slab pool; all
// functions lock the pool.
struct DeferredQueue;

// Two builds of this module that say the same here can work on one queue.
std::string deferred_layout();

// The words that a queued command can have.
constexpr std::size_t deferred_words_max = 64;

// One entry, as a worker takes it out to do it: a key to delete, or a command.
struct DeferredKey {
    ngx_uint_t id;
    ngx_str_t store;  // a logout_redis NAME
    ngx_str_t key;    // of a command: its words, for read_deferred_words()
    bool is_command;
};

// Reads the words of a command, of which there is room for deferred_words_max.
// They point into `key.key`. Returns how many.
std::size_t read_deferred_words(const DeferredKey& key,
                                std::string_view* words);

struct DeferredStatistics {
    ngx_uint_t length;   // entries waiting
    ngx_msec_t oldest;   // age of the entry queued first, milliseconds
    ngx_uint_t done;     // entries ended by a reply of Redis
    ngx_uint_t refused;  // not queued: the zone was full
    ngx_uint_t dropped;  // given up: they had become too old
};

// Creates an empty queue. Returns nullptr if the pool is full.
DeferredQueue* create_deferred_queue(ngx_slab_pool_t* pool);

// Queues the deletion of `key` in `store`, to be done in `delay` milliseconds
// and given up `lifetime` seconds from now. Returns false if there is no room.
bool defer_key(DeferredQueue* queue, ngx_slab_pool_t* pool,
               std::string_view store, std::string_view key, ngx_msec_t delay,
               time_t lifetime);

// Queues a command that may be sent twice without harm, to be done at once.
// Returns false if there is no room, or it has too many words.
bool defer_command(DeferredQueue* queue, ngx_slab_pool_t* pool,
                   std::string_view store, const std::string_view* words,
                   std::size_t count, time_t lifetime);

// Whether an entry may be due: one read, without the lock.
bool has_deferred(const DeferredQueue* queue);

// Whether this worker is the one that works on the queue now; it stays so as
// long as it asks at least every deferred_claim_time.
bool lead_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool);

// Lets another worker lead at once, if this one does.
void stop_leading_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool);

// Takes up to `count` entries that are due, copies them to `memory` and claims
// them for this worker. Returns how many. Entries that are too old are dropped
// instead; their number is added to `dropped`.
std::size_t claim_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool,
                           ngx_pool_t* memory, DeferredKey* keys,
                           std::size_t count, ngx_uint_t& dropped);

// Drops what was queued first, as far as it is too old. Returns how many.
ngx_uint_t drop_old_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool);

// Ends a claimed entry: it is done, it is to be tried again after `delay`
// milliseconds, or it takes its place in the queue again.
void finish_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool,
                     ngx_uint_t id);
void retry_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool, ngx_uint_t id,
                    ngx_msec_t delay);
void put_back_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool,
                       ngx_uint_t id);

DeferredStatistics deferred_statistics(DeferredQueue* queue,
                                       ngx_slab_pool_t* pool);

}  // namespace logout::redis

#endif
