// Threads that look up while others change the table, for ThreadSanitizer:
//
//   race [CHANGES]
//
// All that is shared in a table is atomic, in which ThreadSanitizer sees no
// race. What it sees is whether the order that readers rely on is there: a note
// that is not atomic is made before an entry is inserted, and read after it was
// found.

#include "tap.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

using logout::Milliseconds;
using logout::RevocationTable;

namespace {

constexpr std::size_t table_size = RevocationTable::min_size;
constexpr Milliseconds start = 1800000000000;
constexpr Milliseconds second = 1000;
constexpr std::size_t keys = 2000;
constexpr std::size_t writers = 2;
constexpr std::size_t readers = 2;


Milliseconds lifetime(std::size_t key)
{
    return (1 + key % 977) * second;
}


class Race {
public:
    explicit Race(std::uint64_t changes) : changes_(changes) {}

    bool run()
    {
        std::vector<std::thread> threads;

        for (std::size_t i = 0; i < writers; ++i) {
            threads.emplace_back([this, i] { write(i); });
        }
        for (std::size_t i = 0; i < readers; ++i) {
            threads.emplace_back([this, i] { read(writers + i); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }

        std::printf("# %llu look-ups, %llu of them with success\n",
                    static_cast<unsigned long long>(looks_.load()),
                    static_cast<unsigned long long>(found_.load()));
        return wrong_.load() == 0 && found_.load() > 0;
    }

private:
    // The note of a key is made once: its first entry publishes it.
    void write(std::size_t seed)
    {
        std::mt19937_64 random(seed);

        for (std::uint64_t i = 0; i < changes_; ++i) {
            const std::lock_guard<std::mutex> guard(lock_);
            const Milliseconds time = time_.fetch_add(second) + second;
            const std::size_t key = random() % keys;

            if (notes_[key] == 0) {
                notes_[key] = time;
            }
            if (i % 3 == 0) {
                table_.lift(key_of(key), time);
            } else {
                table_.insert(table_kind, key_of(key),
                              {time, time + lifetime(key)}, time);
            }
        }
        done_.fetch_add(1);
    }

    void read(std::size_t seed)
    {
        std::mt19937_64 random(seed);

        while (done_.load(std::memory_order_relaxed) < writers) {
            const std::size_t key = random() % keys;
            const auto found = table_.find(key_of(key), 0);

            looks_.fetch_add(1, std::memory_order_relaxed);
            if (found) {
                found_.fetch_add(1, std::memory_order_relaxed);
                wrong_.fetch_add(
                    found->expires == found->since + lifetime(key) &&
                            notes_[key] != 0 && notes_[key] <= found->since
                        ? 0
                        : 1,
                    std::memory_order_relaxed);
            }
            wrong_.fetch_add(table_.find(key_of(keys + key), 0) ? 1 : 0,
                             std::memory_order_relaxed);
        }
    }

    const std::uint64_t changes_;
    RevocationTable table_ = RevocationTable::create(shared_memory(table_size),
                                                     table_size, table_secret);
    std::mutex lock_;
    std::atomic<Milliseconds> time_{start};
    std::vector<Milliseconds> notes_ = std::vector<Milliseconds>(keys);
    std::atomic<std::size_t> done_{0};
    std::atomic<std::uint64_t> looks_{0};
    std::atomic<std::uint64_t> found_{0};
    std::atomic<std::uint64_t> wrong_{0};
};

// Two keys that take turns in one slot, where they have the same tag: a reader
// who has the time of one must not take it for the other's.
class Turns {
public:
    explicit Turns(std::uint64_t changes) : changes_(changes)
    {
        while (!are_alike(key_of(0), key_of(other_))) {
            ++other_;
        }
    }

    bool run()
    {
        std::thread reader([this] { read(); });

        const logout::RevocationKey one = key_of(0);
        const logout::RevocationKey other = key_of(other_);

        for (std::uint64_t i = 0; i < changes_; ++i) {
            take_turn(one, time_of(0));
            take_turn(other, time_of(other_));
        }
        done_.store(true);
        reader.join();
        std::printf("# found %llu times\n",
                    static_cast<unsigned long long>(found_));
        return wrong_ == 0;
    }

private:
    // In table.cpp: the bucket is the first word as a fraction, the tag the
    // highest byte of the second.
    bool are_alike(const logout::RevocationKey& a,
                   const logout::RevocationKey& b) const
    {
        return bucket(a) == bucket(b) && a.second >> 56 == b.second >> 56;
    }

    std::uint64_t bucket(const logout::RevocationKey& key) const
    {
        return (key.first >> 32) * table_.buckets() >> 32;
    }

    Milliseconds time_of(std::size_t key) const
    {
        return (key == 0 ? 100 : 200) * second;
    }

    void take_turn(const logout::RevocationKey& key, Milliseconds time)
    {
        table_.insert(table_kind, key, {start, start + time}, start);
        table_.lift(key, start + second);
    }

    void read()
    {
        const logout::RevocationKey one = key_of(0);
        const logout::RevocationKey other = key_of(other_);

        while (!done_.load(std::memory_order_relaxed)) {
            look(one, time_of(0));
            look(other, time_of(other_));
        }
    }

    void look(const logout::RevocationKey& key, Milliseconds time)
    {
        const auto found = table_.find(key, 0);

        if (found) {
            ++found_;
            wrong_ += found->expires == start + time ? 0 : 1;
        }
    }

    const std::uint64_t changes_;
    RevocationTable table_ = RevocationTable::create(shared_memory(table_size),
                                                     table_size, table_secret);
    std::size_t other_ = 1;
    std::atomic<bool> done_{false};
    std::uint64_t found_ = 0;
    std::uint64_t wrong_ = 0;
};

}  // namespace


int main(int count, char** arguments)
{
    const std::uint64_t changes = argument(count, arguments, 20000);

    tap(Race(changes).run(),
        "readers see whole entries, and what was before them");
    tap(Turns(3 * changes).run(), "no entry has the time of another");
    return tap_done(2);
}
