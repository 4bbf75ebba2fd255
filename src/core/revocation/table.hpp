// The exact set of what has been revoked, in memory that processes share.
//
// Any number of readers look up without a lock while one writer at a time
// changes the table; the caller sees to that with a lock of his own. Reader or
// writer may be killed at any instruction: a reader leaves nothing behind, and
// what a writer leaves is a table that is right for every reader, in which the
// change is there or is not. Nobody ever waits for the dead. There are no
// pointers in it: a process may see it at any address, and a file that is
// mapped may hold it.
//
// Layout: a head, a word for each bucket, and the buckets, of six slots each.
// The word has eight bits of each key in the bucket (tags), and says whether,
// and how far, keys that belong here have gone on to the next buckets. Who
// looks up a key that is not there reads one word, and nothing else in 19 of 20
// cases. Keys are the result of a keyed hash, so they spread evenly, whoever
// chose the values. 25.3 bytes for each slot: 1,324,000 in 32 MiB.
//
// Why no lock is needed. A slot is a key of two words and a value of one. A
// value of 0 says that the slot is free. The writer, for a new key:
//
//   1. value = 0                              another had expired in the slot
//   2. the tag and the distance, in one word each
//   3. key, both words                                               (release)
//   4. value = what it is to be                                      (release)
//
// The reader: value (acquire), key (acquire), value again. If both values are
// equal and not 0, key and value belong together:
//
//   * Who reads what 4 wrote, sees 3 and 2, which came before it.
//   * Who reads a word of the key that a later 3 wrote, sees the 1 before it:
//     that read is an acquire and that write a release of the same object, so
//     the one synchronises with the other (C++17, 4.7.1). The second read of
//     the value then gives that 1 or something later, and not what the first
//     one gave. This is the seqlock of Boehm, "Can seqlocks get along with
//     programming language memory models?" (MSPC 2012), with the value in the
//     place of the sequence number, and with acquire loads of the data in the
//     place of a fence behind them. It rests on the rules of the language only.
//     x86-64 needs no instruction for any of it. AArch64, which does reorder
//     loads with loads and stores with stores, has ldar and stlr: no load is
//     performed before an ldar that precedes it, and no store after an stlr
//     that follows it.
//   * A later value can be equal to the earlier one only if a slot was emptied
//     and got an entry of the same millisecond while a reader was between two
//     loads. Then either the key is wholly old or wholly new, and the value is
//     right for both; or it is half of each, and equal to none that is looked
//     for, unless two keys agree in 64 bits.
//
// A changed expiry or mark is one store of the value. A removed entry is a
// value of 0. Entries are never moved, so that none is ever missed. A writer
// that dies between 1 and 4 has left a free slot; a tag or distance that is too
// many makes look-ups slower, until sweep() comes by, and not wrong. What else
// a dead writer can have left is a count that is off by one: the next writer
// sees that there was one, and counts again.

#ifndef LOGOUT_REVOCATION_TABLE_HPP
#define LOGOUT_REVOCATION_TABLE_HPP

#include "core/revocation/key.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace logout {

// Time in milliseconds since 1970.
using Milliseconds = std::uint64_t;

// An entry in the table.
struct Revocation {
    // When it was ended; for a user, the mark: what was issued before it is
    // refused.
    Milliseconds since;

    Milliseconds expires;
};

// The longest time that an entry can last: nearly four years.
constexpr Milliseconds revocation_max_lifetime =
    Milliseconds{(1 << 21) - 1} * 60 * 1000;

enum class TableChange {
    inserted,
    raised,     // it was there: lasts longer now, or has a later mark
    unchanged,  // it was there, and lasts as long or longer
    full,       // nothing has been changed
};

// An entry of a Redis stream, as "MILLISECONDS-SEQUENCE".
struct StreamPlace {
    std::uint64_t milliseconds = 0;
    std::uint64_t sequence = 0;
};

// A view of the table in memory; cheap to copy. The memory is aligned to 64
// bytes, and stays as long as this is used.
class RevocationTable {
public:
    // The least memory that a table can be made in.
    static constexpr std::size_t min_size = 64 * 1024;

    // Makes an empty table. `secret` is random. `size` is at least min_size.
    static RevocationTable create(void* memory, std::size_t size,
                                  const Bits128& secret);

    // The table that is in `memory` already, from another process or a file.
    // Nothing if there is none, or one of another version or size; `problem`
    // says why (static, a sentence without a full stop).
    static std::optional<RevocationTable> adopt(void* memory, std::size_t size,
                                                const char*& problem);


    // For readers.

    RevocationKeys keys() const { return RevocationKeys(head_->secret); }

    // The entry of `key`. What has expired at `now` is not there.
    std::optional<Revocation> find(const RevocationKey& key,
                                   Milliseconds now) const;

    // Whether there has ever been an entry of this kind: where not, no key need
    // be made to look for.
    bool has_had(RevocationKind kind) const;
    bool has_had_any() const;

    // Changes after each entry that is inserted or raised: who watches what
    // lasts (live connections) looks again then.
    std::uint64_t generation() const;

    // Slots, and those that are taken: by entries, of which some may have
    // expired. Insertion begins to fail when nearly all are taken.
    std::size_t capacity() const;
    std::size_t used() const;


    // For one writer at a time.

    // Ends what `key` stands for, or sets a mark. Expires at `expires`, at the
    // second or, beyond 24 days, at the minute after it. The later time counts
    // if there is an entry.
    TableChange insert(RevocationKind kind, const RevocationKey& key,
                       const Revocation& revocation, Milliseconds now);

    // Takes back an entry that is older than `before`. False if there is none.
    // For a session id that an application has given out anew: an entry that
    // was made after that is another one, and stays.
    bool lift(const RevocationKey& key, Milliseconds before);

    // Frees the slots of what has expired, in the next `buckets` buckets.
    // insert() does some of it, too. Returns how many were freed.
    std::size_t sweep(std::size_t buckets, Milliseconds now);

    // Buckets, for a sweep of the whole table.
    std::size_t buckets() const { return head_->bucket_count; }

    // Checks every entry, and mends what a reader would not find: after adopt()
    // of a file, which the system may have written in part when the machine
    // went down. Returns the number of entries that were of no use. Readers may
    // read meanwhile.
    std::size_t repair();


    // What belongs to the table but says nothing to it, for who fills it from a
    // stream: how far, and when Redis answered last. Zero at first. Set the
    // place after the entries up to there are inserted: a writer that dies
    // leaves a place that is not behind what the table has.
    StreamPlace stream_place() const;
    void set_stream_place(const StreamPlace& place);

    Milliseconds stream_answered() const;
    void set_stream_answered(Milliseconds now);

private:
    using Word = std::atomic<std::uint64_t>;

    static_assert(Word::is_always_lock_free && sizeof(Word) == 8);

    struct Slot {
        Word first;
        Word second;
        Word value;
    };

    static constexpr std::size_t slots_per_bucket = 6;

    struct Bucket {
        Slot slots[slots_per_bucket];
    };

    struct alignas(64) Head {
        Word magic;  // written last
        std::uint64_t layout;
        std::uint64_t size;
        std::uint64_t bucket_count;
        Bits128 secret;
        Word kinds;  // what readers read, in the same line as what is above

        alignas(64) Word writing;  // not 0: a writer is at it, or has died
        Word generation;
        Word used;
        Word swept;  // the bucket that is swept next
        Word stream_milliseconds;
        Word stream_sequence;
        Word stream_answered;
    };

    class Writing;

    struct Position {
        std::size_t bucket;
        std::size_t slot;
        std::size_t distance;  // in buckets from where the key belongs
    };

    struct Found {
        Position position;
        std::uint64_t value;
    };

    RevocationTable(void* memory, std::size_t bucket_count);

    static std::size_t buckets_in(std::size_t size);

    std::size_t home(const RevocationKey& key) const;
    std::size_t behind(std::size_t bucket, std::size_t distance) const;
    Slot& at(const Position& position) const;

    static std::uint64_t value_of(const Slot& slot, const RevocationKey& key);

    std::optional<Found> look_up(const RevocationKey& key) const;
    std::optional<Position> free_position(const RevocationKey& key,
                                          Milliseconds now) const;

    void put(const Position& position, const RevocationKey& key,
             std::uint64_t value);
    void set_far(std::size_t bucket, std::uint8_t tag, std::size_t distance);
    void free_slot(std::size_t bucket, std::size_t slot);
    std::size_t sweep_next(std::size_t buckets, Milliseconds now);
    std::size_t sweep_bucket(std::size_t bucket, Milliseconds now);
    void correct_far(std::size_t bucket);
    std::size_t repair_bucket(std::size_t bucket);
    void count_again();

    Head* head_;
    Word* words_;
    Bucket* buckets_;
};

}  // namespace logout

#endif
