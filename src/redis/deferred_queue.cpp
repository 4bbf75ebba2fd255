#include "redis/deferred_queue.hpp"

#include <array>
#include <cstring>

namespace logout::redis {

namespace {

DeferredTime time_now()
{
    const ngx_time_t* const now = ngx_timeofday();

    return static_cast<DeferredTime>(now->sec) * 1000 + now->msec;
}


DeferredTime milliseconds(time_t seconds)
{
    return static_cast<DeferredTime>(seconds) * 1000;
}


bool copy_entry(const DeferredTable& table, const DeferredEntry& entry,
                ngx_pool_t* pool, DeferredKey& key)
{
    auto* const text = static_cast<u_char*>(
        ngx_pnalloc(pool, entry.store_length + entry.key_length));

    if (text == nullptr) {
        return false;
    }

    table.copy_text(entry, reinterpret_cast<char*>(text));

    key.id = {entry.place, entry.id};
    key.store = {entry.store_length, text};
    key.key = {entry.key_length, text + entry.store_length};
    key.is_command = entry.is_command;
    return true;
}

}  // namespace


// The lock, as long as this lives, and the table behind it.
class DeferredQueue::Work {
public:
    explicit Work(DeferredMemory& memory)
        : memory_(memory), locked_(memory.lock()),
          table_(memory.data(), memory.size())
    {
        if (locked_) {
            report(table_.begin());
        }
    }

    ~Work()
    {
        if (locked_) {
            table_.end();
            memory_.unlock();
        }
    }

    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    explicit operator bool() const { return locked_; }
    DeferredTable* operator->() { return &table_; }
    const DeferredTable& table() const { return table_; }

private:
    static void report(std::uint32_t broken)
    {
        if (broken > 0) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "logout_zone: %uD deferred deletions were broken, and"
                          " are lost",
                          broken);
        }
    }

    DeferredMemory& memory_;
    bool locked_;
    DeferredTable table_;
};


std::string deferred_layout()
{
    return std::to_string(DeferredTable::layout);
}


std::size_t read_deferred_words(const DeferredKey& key, std::string_view* words)
{
    const u_char* place = key.key.data;
    const u_char* const end = place + key.key.len;
    std::size_t count = 0;

    while (count < deferred_words_max) {
        std::size_t length;

        if (static_cast<std::size_t>(end - place) < sizeof(length)) {
            break;
        }

        std::memcpy(&length, place, sizeof(length));
        place += sizeof(length);
        if (length > static_cast<std::size_t>(end - place)) {
            break;
        }

        words[count++] = {reinterpret_cast<const char*>(place), length};
        place += length;
    }

    return count;
}


bool DeferredQueue::prepare(std::size_t limit, std::uint32_t& broken)
{
    Work work(memory_);

    broken = work ? work->set_limit(limit) : 0;
    return static_cast<bool>(work);
}


bool DeferredQueue::add(const NewDeferred& entry)
{
    Work work(memory_);

    return work && work->add(entry, time_now());
}


bool DeferredQueue::defer_key(std::string_view store, std::string_view key,
                              time_t lifetime)
{
    return add({store, &key, 1, 0, milliseconds(lifetime), false, false});
}


bool DeferredQueue::defer_key_again(std::string_view store,
                                    std::string_view key, ngx_msec_t delay,
                                    time_t lifetime)
{
    return add({store, &key, 1, delay, milliseconds(lifetime), false, true});
}


bool DeferredQueue::defer_command(std::string_view store,
                                  const std::string_view* words,
                                  std::size_t count, time_t lifetime)
{
    if (count > deferred_words_max) {
        return false;
    }

    // each word behind its length
    std::array<std::size_t, deferred_words_max> lengths;
    std::array<std::string_view, 2 * deferred_words_max> pieces;

    for (std::size_t i = 0; i < count; ++i) {
        lengths[i] = words[i].size();
        pieces[2 * i] = {reinterpret_cast<const char*>(&lengths[i]),
                         sizeof(lengths[i])};
        pieces[2 * i + 1] = words[i];
    }

    return add({store, pieces.data(), 2 * count, 0, milliseconds(lifetime),
                true, false});
}


std::uint32_t DeferredQueue::length() const
{
    return DeferredTable(memory_.data(), memory_.size()).length();
}


bool DeferredQueue::lead()
{
    Work work(memory_);

    return work && work->lead(ngx_pid, time_now());
}


void DeferredQueue::stop_leading()
{
    Work work(memory_);

    if (work) {
        work->stop_leading(ngx_pid);
    }
}


std::size_t DeferredQueue::claim(ngx_pool_t* pool, DeferredKey* keys,
                                 std::size_t count, std::uint64_t& dropped)
{
    Work work(memory_);
    const DeferredTime now = time_now();
    std::size_t claimed = 0;
    DeferredEntry entry;

    while (work && claimed < count && work->next_due(now, entry)) {
        if (work->is_too_old(entry, now)) {
            work->drop(entry);
            ++dropped;
            continue;
        }

        if (!copy_entry(work.table(), entry, pool, keys[claimed])) {
            break;
        }

        work->claim(entry, now);
        ++claimed;
    }

    return claimed;
}


std::uint64_t DeferredQueue::drop_old()
{
    Work work(memory_);

    return work ? work->drop_old(time_now()) : 0;
}


void DeferredQueue::finish(DeferredId entry)
{
    Work work(memory_);

    if (work) {
        work->finish(entry.place, entry.id);
    }
}


void DeferredQueue::retry(DeferredId entry, ngx_msec_t delay)
{
    Work work(memory_);

    if (work) {
        work->move(entry.place, entry.id, time_now() + delay);
    }
}


void DeferredQueue::put_back(DeferredId entry)
{
    Work work(memory_);

    if (work) {
        work->put_back(entry.place, entry.id);
    }
}


DeferredStatistics DeferredQueue::statistics()
{
    Work work(memory_);

    return work ? work->statistics(time_now()) : DeferredStatistics{};
}

}  // namespace logout::redis
