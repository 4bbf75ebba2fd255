#include "core/revocation/table.hpp"

#include <algorithm>
#include <new>

namespace logout {

namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto relaxed = std::memory_order_relaxed;

constexpr std::uint64_t magic_number = 0x6b6f766572'676f6c;  // "logrevok"
constexpr std::uint64_t layout_version = 1;

// With each insertion: more than are ever inserted into one.
constexpr std::size_t swept_with_insertion = 4;

constexpr std::uint64_t every_byte = 0x0101010101010101;
constexpr std::uint64_t every_high_bit = 0x8080808080808080;


// A bucket's word: six tags, then `far`, then the distance. A bit in `far`, of
// those that the tags are divided into, is set if keys of such a tag that
// belong here are in one of the next buckets; the distance is the largest.
constexpr unsigned far_shift = 48;
constexpr unsigned distance_shift = 56;
constexpr std::size_t max_distance = 255;

std::uint8_t byte_of(std::uint64_t word, std::size_t i)
{
    return static_cast<std::uint8_t>(word >> 8 * i);
}


constexpr std::uint64_t tag_bytes = (std::uint64_t{1} << far_shift) - 1;


std::uint64_t with_byte(std::uint64_t word, std::size_t i, std::uint8_t byte)
{
    return (word & ~(std::uint64_t{0xff} << 8 * i)) | std::uint64_t{byte}
                                                          << 8 * i;
}


std::size_t distance_in(std::uint64_t word)
{
    return word >> distance_shift;
}


std::uint64_t far_bit(std::uint8_t tag)
{
    return std::uint64_t{1} << (far_shift + tag % 8);
}


// Not 0, which is the tag of a free slot.
std::uint8_t tag_of(std::uint64_t second)
{
    return std::max<std::uint8_t>(1, byte_of(second, 7));
}


// The high bits of the bytes that are `tag`; perhaps of one next to them.
std::uint64_t bytes_that_are(std::uint8_t tag, std::uint64_t word)
{
    const std::uint64_t difference = word ^ tag * every_byte;

    return (difference - every_byte) & ~difference & every_high_bit;
}


// A value: `since` in 41 bits, from 2020 to 2089; how long it lasts from then
// on in 22, as seconds or, with the highest of them set, as minutes; and one
// that is always set, so that no value is 0.
constexpr Milliseconds epoch = 1577836800000;
constexpr Milliseconds max_since = (Milliseconds{1} << 41) - 1;
constexpr unsigned since_shift = 23;
constexpr unsigned lasting_shift = 1;
constexpr std::uint64_t in_minutes = 1 << 21;
constexpr std::uint64_t max_units = in_minutes - 1;
constexpr Milliseconds second = 1000;
constexpr Milliseconds minute = 60 * second;


std::uint64_t encode_lasting(Milliseconds lasting)
{
    const std::uint64_t seconds = (lasting + second - 1) / second;

    if (seconds <= max_units) {
        return seconds;
    }

    const std::uint64_t minutes = (lasting + minute - 1) / minute;

    return in_minutes | std::min(minutes, max_units);
}


Milliseconds decode_lasting(std::uint64_t bits)
{
    const std::uint64_t units = bits & max_units;

    return units * ((bits & in_minutes) != 0 ? minute : second);
}


std::uint64_t encode(const Revocation& revocation)
{
    const Milliseconds since =
        std::clamp(revocation.since, epoch, epoch + max_since);
    const Milliseconds lasting = std::max(revocation.expires, since) - since;

    return (since - epoch) << since_shift |
           encode_lasting(std::min(lasting, revocation_max_lifetime))
               << lasting_shift |
           1;
}


Revocation decode(std::uint64_t value)
{
    const Milliseconds since = epoch + (value >> since_shift);
    const std::uint64_t lasting =
        value >> lasting_shift & (in_minutes | max_units);

    return {since, since + decode_lasting(lasting)};
}


bool has_expired(std::uint64_t value, Milliseconds now)
{
    return decode(value).expires <= now;
}


Revocation later_of(const Revocation& a, const Revocation& b)
{
    return {std::max(a.since, b.since), std::max(a.expires, b.expires)};
}

}  // namespace


// Between its first and its last store, "writing" is set: if it is set when the
// next one begins, the last one died.
class RevocationTable::Writing {
public:
    explicit Writing(RevocationTable& table) : head_(*table.head_)
    {
        if (head_.writing.load(relaxed) != 0) {
            table.count_again();
            // it may have died before it said that there is a change
            head_.generation.fetch_add(1, release);
        }
        head_.writing.store(1, release);
    }

    ~Writing() { head_.writing.store(0, release); }

    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

private:
    Head& head_;
};


std::size_t RevocationTable::buckets_in(std::size_t size)
{
    // each array begins where a line does
    const std::size_t lost = sizeof(Head) + alignof(Head);

    return (size - lost) / (sizeof(Word) + sizeof(Bucket));
}


RevocationTable::RevocationTable(void* memory, std::size_t bucket_count)
    : head_(static_cast<Head*>(memory)),
      words_(reinterpret_cast<Word*>(head_ + 1))
{
    const std::size_t words = bucket_count * sizeof(Word);
    const std::size_t whole_lines =
        (words + alignof(Head) - 1) / alignof(Head) * alignof(Head);

    buckets_ = reinterpret_cast<Bucket*>(reinterpret_cast<char*>(words_) +
                                         whole_lines);
}


RevocationTable RevocationTable::create(void* memory, std::size_t size,
                                        const Bits128& secret)
{
    const std::size_t count = buckets_in(size);
    RevocationTable table(memory, count);
    Head& head = *new (memory) Head();

    head.layout = layout_version;
    head.size = size;
    head.bucket_count = count;
    head.secret = secret;

    for (std::size_t i = 0; i < count; ++i) {
        new (&table.words_[i]) Word(0);
        new (&table.buckets_[i]) Bucket();
    }

    head.magic.store(magic_number, release);
    return table;
}


std::optional<RevocationTable>
RevocationTable::adopt(void* memory, std::size_t size, const char*& problem)
{
    if (size < min_size) {
        problem = "the memory is too small for a table of revocations";
        return std::nullopt;
    }

    const Head& head = *static_cast<const Head*>(memory);

    if (head.magic.load(acquire) != magic_number) {
        problem = "there is no table of revocations";
        return std::nullopt;
    }
    if (head.layout != layout_version) {
        problem = "the table of revocations is one of another version";
        return std::nullopt;
    }
    if (head.size != size || head.bucket_count != buckets_in(size)) {
        problem = "the table of revocations is one of another size";
        return std::nullopt;
    }

    return RevocationTable(memory, head.bucket_count);
}


std::optional<Revocation> RevocationTable::find(const RevocationKey& key,
                                                Milliseconds now) const
{
    const auto found = look_up(key);

    if (!found || has_expired(found->value, now)) {
        return std::nullopt;
    }

    return decode(found->value);
}


bool RevocationTable::has_had(RevocationKind kind) const
{
    return (head_->kinds.load(acquire) >> static_cast<unsigned>(kind) & 1) != 0;
}


bool RevocationTable::has_had_any() const
{
    return head_->kinds.load(acquire) != 0;
}


std::uint64_t RevocationTable::generation() const
{
    return head_->generation.load(acquire);
}


std::size_t RevocationTable::capacity() const
{
    return head_->bucket_count * slots_per_bucket;
}


std::size_t RevocationTable::used() const
{
    return head_->used.load(relaxed);
}


// The bucket that `key` belongs to: its first word as a fraction of all.
std::size_t RevocationTable::home(const RevocationKey& key) const
{
    __extension__ using Wide = unsigned __int128;

    return static_cast<std::size_t>(Wide{key.first} * head_->bucket_count >>
                                    64);
}


std::size_t RevocationTable::behind(std::size_t bucket,
                                    std::size_t distance) const
{
    const std::size_t sum = bucket + distance;

    return sum < head_->bucket_count ? sum : sum - head_->bucket_count;
}


RevocationTable::Slot& RevocationTable::at(const Position& position) const
{
    return buckets_[position.bucket].slots[position.slot];
}


// The value of a slot if `key` is in it, or 0.
std::uint64_t RevocationTable::value_of(const Slot& slot,
                                        const RevocationKey& key)
{
    for (;;) {
        const std::uint64_t value = slot.value.load(acquire);

        if (value == 0) {
            return 0;
        }

        const bool equal = slot.first.load(acquire) == key.first &&
                           slot.second.load(acquire) == key.second;

        // if not, a writer has been here meanwhile, and is done or dead
        if (slot.value.load(relaxed) == value) {
            return equal ? value : 0;
        }
    }
}


std::optional<RevocationTable::Found>
RevocationTable::look_up(const RevocationKey& key) const
{
    const std::uint8_t tag = tag_of(key.second);
    const std::size_t first = home(key);
    std::uint64_t word = words_[first].load(acquire);
    const std::size_t last = (word & far_bit(tag)) != 0 ? distance_in(word) : 0;

    for (std::size_t distance = 0;; ++distance) {
        const std::size_t bucket = behind(first, distance);

        if (distance != 0) {
            word = words_[bucket].load(acquire);
        }

        for (std::uint64_t bytes = bytes_that_are(tag, word) & tag_bytes;
             bytes != 0; bytes &= bytes - 1) {
            const Position position = {
                bucket, static_cast<std::size_t>(__builtin_ctzll(bytes)) / 8,
                distance};
            const std::uint64_t value = value_of(at(position), key);

            if (value != 0) {
                return Found{position, value};
            }
        }

        if (distance == last) {
            return std::nullopt;
        }
    }
}


std::optional<RevocationTable::Position>
RevocationTable::free_position(const RevocationKey& key, Milliseconds now) const
{
    const std::size_t first = home(key);
    const std::size_t last = std::min(max_distance, head_->bucket_count - 1);

    for (std::size_t distance = 0; distance <= last; ++distance) {
        const std::size_t bucket = behind(first, distance);

        for (std::size_t slot = 0; slot < slots_per_bucket; ++slot) {
            const Position position = {bucket, slot, distance};
            const std::uint64_t value = at(position).value.load(relaxed);

            if (value == 0 || has_expired(value, now)) {
                return position;
            }
        }
    }

    return std::nullopt;
}


TableChange RevocationTable::insert(RevocationKind kind,
                                    const RevocationKey& key,
                                    const Revocation& revocation,
                                    Milliseconds now)
{
    const Writing writing(*this);

    sweep_next(swept_with_insertion, now);

    if (const auto found = look_up(key)) {
        const std::uint64_t later =
            encode(later_of(decode(found->value), revocation));

        if (later == found->value) {
            return TableChange::unchanged;
        }

        at(found->position).value.store(later, release);
        head_->generation.fetch_add(1, release);
        return TableChange::raised;
    }

    const auto position = free_position(key, now);

    if (!position) {
        return TableChange::full;
    }

    if (!has_had(kind)) {
        head_->kinds.fetch_or(std::uint64_t{1} << static_cast<unsigned>(kind),
                              release);
    }
    put(*position, key, encode(revocation));
    head_->generation.fetch_add(1, release);
    return TableChange::inserted;
}


// The order of these stores is what the readers rely on.
void RevocationTable::put(const Position& position, const RevocationKey& key,
                          std::uint64_t value)
{
    Slot& slot = at(position);
    Word& word = words_[position.bucket];
    const std::uint8_t tag = tag_of(key.second);

    if (slot.value.load(relaxed) == 0) {
        head_->used.fetch_add(1, relaxed);
    } else {
        slot.value.store(0, release);
    }

    word.store(with_byte(word.load(relaxed), position.slot, tag), release);
    if (position.distance != 0) {
        set_far(home(key), tag, position.distance);
    }

    slot.first.store(key.first, release);
    slot.second.store(key.second, release);
    slot.value.store(value, release);
}


void RevocationTable::set_far(std::size_t bucket, std::uint8_t tag,
                              std::size_t distance)
{
    const std::uint64_t word = words_[bucket].load(relaxed) | far_bit(tag);
    const std::size_t longest = std::max(distance_in(word), distance);

    words_[bucket].store(with_byte(word, 7, static_cast<std::uint8_t>(longest)),
                         release);
}


bool RevocationTable::lift(const RevocationKey& key, Milliseconds before)
{
    const Writing writing(*this);
    const auto found = look_up(key);

    if (!found || decode(found->value).since >= before) {
        return false;
    }

    free_slot(found->position.bucket, found->position.slot);
    return true;
}


void RevocationTable::free_slot(std::size_t bucket, std::size_t slot)
{
    Word& word = words_[bucket];

    buckets_[bucket].slots[slot].value.store(0, release);
    word.store(with_byte(word.load(relaxed), slot, 0), release);
    head_->used.fetch_sub(1, relaxed);
}


std::size_t RevocationTable::sweep(std::size_t buckets, Milliseconds now)
{
    const Writing writing(*this);

    return sweep_next(buckets, now);
}


std::size_t RevocationTable::sweep_next(std::size_t buckets, Milliseconds now)
{
    std::size_t bucket = head_->swept.load(relaxed) % head_->bucket_count;
    std::size_t freed = 0;

    for (std::size_t i = 0; i < buckets; ++i) {
        freed += sweep_bucket(bucket, now);
        bucket = behind(bucket, 1);
    }

    head_->swept.store(bucket, relaxed);
    return freed;
}


std::size_t RevocationTable::sweep_bucket(std::size_t bucket, Milliseconds now)
{
    std::size_t freed = 0;

    for (std::size_t i = 0; i < slots_per_bucket; ++i) {
        const std::uint64_t value =
            buckets_[bucket].slots[i].value.load(relaxed);

        if (value != 0 && has_expired(value, now)) {
            free_slot(bucket, i);
            ++freed;
        }
    }

    if (distance_in(words_[bucket].load(relaxed)) != 0) {
        correct_far(bucket);
    }

    return freed;
}


// What is said of keys that have gone on, from those that have.
void RevocationTable::correct_far(std::size_t bucket)
{
    const std::uint64_t word = words_[bucket].load(relaxed);
    const std::size_t last = distance_in(word);
    std::uint64_t correct = word & tag_bytes;

    for (std::size_t distance = 1; distance <= last; ++distance) {
        for (const Slot& slot : buckets_[behind(bucket, distance)].slots) {
            const RevocationKey key = {slot.first.load(relaxed),
                                       slot.second.load(relaxed)};

            if (slot.value.load(relaxed) != 0 && home(key) == bucket) {
                correct |= far_bit(tag_of(key.second));
                correct =
                    with_byte(correct, 7, static_cast<std::uint8_t>(distance));
            }
        }
    }

    words_[bucket].store(correct, release);
}


std::size_t RevocationTable::repair()
{
    const Writing writing(*this);
    std::size_t useless = 0;

    for (std::size_t bucket = 0; bucket < head_->bucket_count; ++bucket) {
        useless += repair_bucket(bucket);
    }

    count_again();
    return useless;
}


std::size_t RevocationTable::repair_bucket(std::size_t bucket)
{
    Word& word = words_[bucket];
    std::size_t useless = 0;

    for (std::size_t i = 0; i < slots_per_bucket; ++i) {
        const Slot& slot = buckets_[bucket].slots[i];
        const RevocationKey key = {slot.first.load(relaxed),
                                   slot.second.load(relaxed)};
        const std::size_t belongs = home(key);
        const std::size_t distance =
            behind(bucket, head_->bucket_count - belongs);

        if (slot.value.load(relaxed) == 0) {
            continue;
        }
        if (distance > max_distance) {
            free_slot(bucket, i);
            ++useless;
            continue;
        }

        const std::uint8_t tag = tag_of(key.second);

        word.store(with_byte(word.load(relaxed), i, tag), release);
        if (distance != 0) {
            set_far(belongs, tag, distance);
        }
    }

    return useless;
}


void RevocationTable::count_again()
{
    std::size_t used = 0;

    for (std::size_t i = 0; i < head_->bucket_count; ++i) {
        for (const Slot& slot : buckets_[i].slots) {
            used += slot.value.load(relaxed) != 0 ? 1 : 0;
        }
    }

    head_->used.store(used, relaxed);
}


StreamPlace RevocationTable::stream_place() const
{
    return {head_->stream_milliseconds.load(acquire),
            head_->stream_sequence.load(acquire)};
}


// Who dies on the way leaves a place that is not beyond the true one.
void RevocationTable::set_stream_place(const StreamPlace& place)
{
    head_->stream_sequence.store(0, release);
    head_->stream_milliseconds.store(place.milliseconds, release);
    head_->stream_sequence.store(place.sequence, release);
}


Milliseconds RevocationTable::stream_answered() const
{
    return head_->stream_answered.load(acquire);
}


void RevocationTable::set_stream_answered(Milliseconds now)
{
    head_->stream_answered.store(now, release);
}

}  // namespace logout
