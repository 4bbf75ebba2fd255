#include "redis/deferred_queue.hpp"

#include <cstddef>

namespace logout::redis {

// In shared memory, so only of types that mean the same in every worker.
struct DeferredQueue {
    ngx_rbtree_t by_due;  // of Entry::due
    ngx_rbtree_t by_id;   // of Entry::id; entries get theirs in order
    ngx_rbtree_node_t sentinel;
    ngx_uint_t next_id;
    ngx_atomic_t length;
    ngx_pid_t leader;
    ngx_msec_t leader_until;
    DeferredStatistics statistics;
};

namespace {

struct Entry {
    ngx_rbtree_node_t due;  // its key is a time of ngx_current_msec
    ngx_rbtree_node_t id;
    ngx_msec_t place;  // what `due` was before the entry was claimed
    ngx_msec_t queued;
    time_t expires;
    size_t store_length;
    size_t key_length;
    bool is_command;

    // the store's name and the key follow; in place of the key, the words of a
    // command, each behind its length
    u_char* text() { return reinterpret_cast<u_char*>(this + 1); }
};

// Change this with the meaning of a member of these structures. Their sizes are
// compared anyway.
constexpr unsigned layout_version = 1;

static_assert(offsetof(Entry, due) == 0, "entry_of_due() casts");


class Lock {
public:
    explicit Lock(ngx_slab_pool_t* pool) : pool_(pool)
    {
        ngx_shmtx_lock(&pool_->mutex);
    }

    ~Lock() { ngx_shmtx_unlock(&pool_->mutex); }

    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    ngx_slab_pool_t* pool_;
};


Entry* entry_of_due(ngx_rbtree_node_t* node)
{
    return reinterpret_cast<Entry*>(node);
}


Entry* entry_of_id(ngx_rbtree_node_t* node)
{
    return reinterpret_cast<Entry*>(reinterpret_cast<u_char*>(node) -
                                    offsetof(Entry, id));
}


bool is_after(ngx_msec_t a, ngx_msec_t b)
{
    return static_cast<ngx_msec_int_t>(a - b) > 0;
}


Entry* first_due(DeferredQueue* queue)
{
    if (queue->by_due.root == &queue->sentinel) {
        return nullptr;
    }

    return entry_of_due(ngx_rbtree_min(queue->by_due.root, &queue->sentinel));
}


Entry* first_queued(DeferredQueue* queue)
{
    if (queue->by_id.root == &queue->sentinel) {
        return nullptr;
    }

    return entry_of_id(ngx_rbtree_min(queue->by_id.root, &queue->sentinel));
}


Entry* find_entry(DeferredQueue* queue, ngx_uint_t id)
{
    ngx_rbtree_node_t* node = queue->by_id.root;

    while (node != &queue->sentinel && node->key != id) {
        node = id < node->key ? node->left : node->right;
    }

    return node != &queue->sentinel ? entry_of_id(node) : nullptr;
}


void remove_entry(DeferredQueue* queue, ngx_slab_pool_t* pool, Entry* entry)
{
    ngx_rbtree_delete(&queue->by_due, &entry->due);
    ngx_rbtree_delete(&queue->by_id, &entry->id);
    ngx_slab_free_locked(pool, entry);
    (void) ngx_atomic_fetch_add(&queue->length, -1);
}


bool is_too_old(const Entry& entry)
{
    return entry.expires < ngx_time();
}


void drop_entry(DeferredQueue* queue, ngx_slab_pool_t* pool, Entry* entry)
{
    remove_entry(queue, pool, entry);
    ++queue->statistics.dropped;
}


void move_entry(DeferredQueue* queue, Entry* entry, ngx_msec_t due)
{
    ngx_rbtree_delete(&queue->by_due, &entry->due);
    entry->due.key = due;
    ngx_rbtree_insert(&queue->by_due, &entry->due);
}


bool copy_entry(Entry* entry, ngx_pool_t* memory, DeferredKey& key)
{
    const size_t length = entry->store_length + entry->key_length;
    auto* const text = static_cast<u_char*>(ngx_pnalloc(memory, length));

    if (text == nullptr) {
        return false;
    }

    ngx_memcpy(text, entry->text(), length);

    key.id = entry->id.key;
    key.store = {entry->store_length, text};
    key.key = {entry->key_length, text + entry->store_length};
    key.is_command = entry->is_command;
    return true;
}


// Queues an entry with room for its key, which the caller writes. nullptr:
// there is no memory.
u_char* add_entry(DeferredQueue* queue, ngx_slab_pool_t* pool,
                  std::string_view store, std::size_t key_length,
                  ngx_msec_t delay, time_t lifetime, bool is_command)
{
    auto* const entry = static_cast<Entry*>(
        ngx_slab_alloc_locked(pool, sizeof(Entry) + store.size() + key_length));
    if (entry == nullptr) {
        ++queue->statistics.refused;
        return nullptr;
    }

    entry->queued = ngx_current_msec;
    entry->expires = ngx_time() + lifetime;
    entry->store_length = store.size();
    entry->key_length = key_length;
    entry->is_command = is_command;
    ngx_memcpy(entry->text(), store.data(), store.size());

    entry->due.key = ngx_current_msec + delay;
    ngx_rbtree_insert(&queue->by_due, &entry->due);
    entry->id.key = ++queue->next_id;
    ngx_rbtree_insert(&queue->by_id, &entry->id);
    (void) ngx_atomic_fetch_add(&queue->length, 1);

    return entry->text() + store.size();
}


std::size_t size_of(const std::string_view* words, std::size_t count)
{
    std::size_t size = 0;

    for (std::size_t i = 0; i < count; ++i) {
        size += sizeof(std::size_t) + words[i].size();
    }

    return size;
}

}  // namespace


std::string deferred_layout()
{
    return std::to_string(layout_version) + "_" +
           std::to_string(sizeof(DeferredQueue)) + "_" +
           std::to_string(sizeof(Entry));
}


DeferredQueue* create_deferred_queue(ngx_slab_pool_t* pool)
{
    auto* const queue = static_cast<DeferredQueue*>(
        ngx_slab_calloc(pool, sizeof(DeferredQueue)));

    if (queue != nullptr) {
        ngx_rbtree_init(&queue->by_due, &queue->sentinel,
                        ngx_rbtree_insert_timer_value);
        ngx_rbtree_init(&queue->by_id, &queue->sentinel,
                        ngx_rbtree_insert_value);
    }

    return queue;
}


bool defer_key(DeferredQueue* queue, ngx_slab_pool_t* pool,
               std::string_view store, std::string_view key, ngx_msec_t delay,
               time_t lifetime)
{
    const Lock lock(pool);
    u_char* const place =
        add_entry(queue, pool, store, key.size(), delay, lifetime, false);

    if (place == nullptr) {
        return false;
    }

    ngx_memcpy(place, key.data(), key.size());
    return true;
}


bool defer_command(DeferredQueue* queue, ngx_slab_pool_t* pool,
                   std::string_view store, const std::string_view* words,
                   std::size_t count, time_t lifetime)
{
    if (count > deferred_words_max) {
        return false;
    }

    const Lock lock(pool);
    u_char* place =
        add_entry(queue, pool, store, size_of(words, count), 0, lifetime, true);

    if (place == nullptr) {
        return false;
    }

    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t length = words[i].size();

        place = ngx_cpymem(place, &length, sizeof(length));
        place = ngx_cpymem(place, words[i].data(), length);
    }

    return true;
}


void stop_leading_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool)
{
    const Lock lock(pool);

    if (queue->leader == ngx_pid) {
        queue->leader_until = ngx_current_msec;
    }
}


std::size_t read_deferred_words(const DeferredKey& key, std::string_view* words)
{
    const u_char* place = key.key.data;
    const u_char* const end = place + key.key.len;
    std::size_t count = 0;

    while (place < end && count < deferred_words_max) {
        std::size_t length;

        ngx_memcpy(&length, place, sizeof(length));
        place += sizeof(length);
        words[count++] = {reinterpret_cast<const char*>(place), length};
        place += length;
    }

    return count;
}


bool has_deferred(const DeferredQueue* queue)
{
    return queue->length > 0;
}


bool lead_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool)
{
    const Lock lock(pool);

    if (queue->leader != ngx_pid &&
        is_after(queue->leader_until, ngx_current_msec)) {
        return false;
    }

    queue->leader = ngx_pid;
    queue->leader_until = ngx_current_msec + deferred_claim_time;
    return true;
}


std::size_t claim_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool,
                           ngx_pool_t* memory, DeferredKey* keys,
                           std::size_t count, ngx_uint_t& dropped)
{
    const Lock lock(pool);
    std::size_t claimed = 0;

    while (claimed < count) {
        Entry* const entry = first_due(queue);

        if (entry == nullptr || is_after(entry->due.key, ngx_current_msec)) {
            break;
        }

        if (is_too_old(*entry)) {
            drop_entry(queue, pool, entry);
            ++dropped;
            continue;
        }

        if (!copy_entry(entry, memory, keys[claimed])) {
            break;
        }

        // if this worker dies, the entry is due again
        entry->place = entry->due.key;
        move_entry(queue, entry, ngx_current_msec + deferred_claim_time);
        ++claimed;
    }

    return claimed;
}


ngx_uint_t drop_old_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool)
{
    const Lock lock(pool);
    ngx_uint_t dropped = 0;

    for (Entry* entry = first_queued(queue);
         entry != nullptr && is_too_old(*entry); entry = first_queued(queue)) {
        drop_entry(queue, pool, entry);
        ++dropped;
    }

    return dropped;
}


void finish_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool, ngx_uint_t id)
{
    const Lock lock(pool);
    Entry* const entry = find_entry(queue, id);

    if (entry != nullptr) {
        remove_entry(queue, pool, entry);
        ++queue->statistics.done;
    }
}


void retry_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool, ngx_uint_t id,
                    ngx_msec_t delay)
{
    const Lock lock(pool);
    Entry* const entry = find_entry(queue, id);

    if (entry != nullptr) {
        move_entry(queue, entry, ngx_current_msec + delay);
    }
}


void put_back_deferred(DeferredQueue* queue, ngx_slab_pool_t* pool,
                       ngx_uint_t id)
{
    const Lock lock(pool);
    Entry* const entry = find_entry(queue, id);

    if (entry != nullptr) {
        move_entry(queue, entry, entry->place);
    }
}


DeferredStatistics deferred_statistics(DeferredQueue* queue,
                                       ngx_slab_pool_t* pool)
{
    const Lock lock(pool);
    DeferredStatistics statistics = queue->statistics;

    const Entry* const first = first_queued(queue);

    statistics.length = queue->length;
    statistics.oldest = first != nullptr ? ngx_current_msec - first->queued : 0;

    return statistics;
}

}  // namespace logout::redis
