#include "redis/deferred_table.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace logout::redis {

namespace {

constexpr std::size_t header_size = 256;
constexpr std::size_t block_size = 256;
constexpr std::uint32_t none = 0;  // places begin with 1

// Of one entry; what Redis is asked here is far shorter.
constexpr std::size_t longest_text = 256 * 1024;

// Beyond it nobody counts.
constexpr std::uint64_t largest_id = std::uint64_t{1} << 62;

// What makes a block the first of an entry: the last that is written of one
// that is added, and the first of one that is removed.
constexpr std::uint32_t entry_state = 0x74697571;

class Checksum {
public:
    void add(const void* data, std::size_t size)
    {
        const auto* byte = static_cast<const unsigned char*>(data);

        for (; size > 0; --size) {
            sum_ = (sum_ ^ *byte++) * 1099511628211U;  // FNV-1a
        }
    }

    std::uint32_t value() const
    {
        return static_cast<std::uint32_t>(sum_ ^ (sum_ >> 32));
    }

private:
    std::uint64_t sum_ = 14695981039346656037U;
};

}  // namespace


struct DeferredTable::Header {
    std::atomic<std::uint32_t> at_work;
    std::uint32_t block_count;
    std::uint32_t limit;  // blocks that may be in use
    std::uint32_t used;
    std::uint32_t used_again;
    std::uint32_t free;  // the first block; others follow by `next`
    std::uint32_t due;   // the first entry in the order of what is due
    std::uint32_t oldest;
    std::uint32_t newest;
    std::atomic<std::uint32_t> length;
    std::uint64_t last_id;
    std::int64_t leader;
    std::uint64_t leader_until;
    std::uint64_t done;
    std::uint64_t refused;
    std::uint64_t dropped;
};


// An entry is a chain of blocks. All but `state`, `next` and `mark` are of the
// first one only; the text begins behind them, and goes on in the others.
struct DeferredTable::Block {
    std::atomic<std::uint32_t> state;
    std::uint32_t next;
    std::uint32_t mark;  // while the table is made anew
    std::uint32_t checksum;

    std::uint64_t id;
    std::uint64_t queued;
    std::uint64_t expires;
    std::uint64_t delay;
    std::uint32_t store_length;
    std::uint32_t key_length;
    std::uint32_t is_command;
    std::uint32_t is_again;

    // what follows is not of the checksum: it changes
    std::uint64_t due;
    std::uint64_t place;  // what `due` was before the entry was claimed
    std::uint32_t child;  // the order of what is due
    std::uint32_t sibling;
    std::uint32_t before;
    std::uint32_t older;  // the order of ids
    std::uint32_t newer;
    std::uint32_t unused;

    static constexpr std::size_t part_begin = 16;

    bool is_entry() const
    {
        return state.load(std::memory_order_acquire) == entry_state;
    }

    unsigned char* bytes() { return reinterpret_cast<unsigned char*>(this); }
    std::size_t text_length() const
    {
        return static_cast<std::size_t>(store_length) + key_length;
    }
};


namespace {

// what the first block has room for, and each of the others
constexpr std::size_t text_begin = 104;
constexpr std::size_t first_text = block_size - text_begin;
constexpr std::size_t part_text = block_size - 16;


std::size_t blocks_for(std::size_t text)
{
    return text <= first_text
               ? 1
               : 1 + (text - first_text + part_text - 1) / part_text;
}

}  // namespace


// The entries by when they are due: a pairing heap, whose root is the first,
// and those that were queued before come before.
class DeferredTable::Orders {
public:
    explicit Orders(const DeferredTable& table, bool by_id = false)
        : table_(table), by_id_(by_id)
    {
    }

    void insert(std::uint32_t& root, std::uint32_t place) const
    {
        Block& block = table_.block(place);

        block.child = block.sibling = block.before = none;
        root = meld(root, place);
    }

    void remove(std::uint32_t& root, std::uint32_t place) const
    {
        Block& block = table_.block(place);

        if (place == root) {
            root = join(block.child);
            return;
        }

        Block& before = table_.block(block.before);
        (before.child == place ? before.child : before.sibling) = block.sibling;
        if (block.sibling != none) {
            table_.block(block.sibling).before = block.before;
        }

        root = meld(root, join(block.child));
    }

private:
    bool is_before(const Block& a, const Block& b) const
    {
        return by_id_ || a.due == b.due ? a.id < b.id : a.due < b.due;
    }

    // Both are roots; either may be none.
    std::uint32_t meld(std::uint32_t a, std::uint32_t b) const
    {
        if (a == none || b == none) {
            return a == none ? b : a;
        }

        if (is_before(table_.block(b), table_.block(a))) {
            std::swap(a, b);
        }

        Block& parent = table_.block(a);
        Block& child = table_.block(b);

        child.before = a;
        child.sibling = parent.child;
        if (parent.child != none) {
            table_.block(parent.child).before = b;
        }

        parent.child = b;
        parent.sibling = parent.before = none;
        return a;
    }

    // Makes one of siblings: pairs first, then all, from the last pair on.
    std::uint32_t join(std::uint32_t first) const
    {
        std::uint32_t pairs = none;

        while (first != none) {
            const std::uint32_t second = table_.block(first).sibling;
            const std::uint32_t rest =
                second != none ? table_.block(second).sibling : none;

            cut(first);
            if (second != none) {
                cut(second);
            }

            const std::uint32_t pair = meld(first, second);
            table_.block(pair).sibling = pairs;
            pairs = pair;
            first = rest;
        }

        std::uint32_t root = none;

        while (pairs != none) {
            const std::uint32_t pair = pairs;

            pairs = table_.block(pair).sibling;
            cut(pair);
            root = meld(root, pair);
        }

        return root;
    }

    void cut(std::uint32_t place) const
    {
        table_.block(place).sibling = table_.block(place).before = none;
    }

    const DeferredTable& table_;
    bool by_id_;
};


namespace {

// Goes over the bytes of an entry's text, block by block.
template <typename Block, typename Next, typename Take>
void each_piece(Block* block, std::size_t length, Next next, Take take)
{
    std::size_t begin = text_begin;

    while (length > 0) {
        const std::size_t here = std::min(length, block_size - begin);

        take(block->bytes() + begin, here);
        length -= here;
        begin = Block::part_begin;
        if (length > 0) {
            block = next(*block);
        }
    }
}

}  // namespace


std::size_t DeferredTable::size_for(std::size_t limit)
{
    return header_size + limit / block_size * block_size;
}


DeferredTable::DeferredTable(void* memory, std::size_t size)
    : memory_(static_cast<unsigned char*>(memory)), size_(size)
{
    static_assert(sizeof(Header) <= header_size);
    static_assert(sizeof(Block) == text_begin);
    static_assert(offsetof(Block, id) == Block::part_begin);
    static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
}


DeferredTable::Header& DeferredTable::header() const
{
    return *reinterpret_cast<Header*>(memory_);
}


DeferredTable::Block& DeferredTable::block(std::uint32_t place) const
{
    return *reinterpret_cast<Block*>(memory_ + header_size +
                                     (place - std::size_t{1}) * block_size);
}


std::uint32_t DeferredTable::blocks_in_memory() const
{
    return static_cast<std::uint32_t>(
        std::min<std::size_t>((size_ - header_size) / block_size, 0x7fffffff));
}


// As far as this process sees.
std::uint32_t DeferredTable::block_count() const
{
    return std::min(header().block_count, blocks_in_memory());
}


std::uint32_t DeferredTable::begin()
{
    const bool broken = header().at_work.load() != 0;

    header().at_work.store(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return broken ? rebuild() : 0;
}


void DeferredTable::end()
{
    std::atomic_thread_fence(std::memory_order_seq_cst);
    header().at_work.store(0);
}


std::uint32_t DeferredTable::checksum(std::uint32_t place) const
{
    Block& first = block(place);
    Checksum sum;

    sum.add(first.bytes() + Block::part_begin,
            offsetof(Block, due) - Block::part_begin);
    each_piece(
        &first, first.text_length(),
        [this](Block& part) { return &block(part.next); },
        [&](unsigned char* bytes, std::size_t size) { sum.add(bytes, size); });

    return sum.value();
}


// Marks the blocks of an entry as its own, if they can be.
bool DeferredTable::mark_chain(std::uint32_t place) const
{
    const Block& first = block(place);

    if (first.text_length() > longest_text) {
        return false;
    }

    std::size_t left = blocks_for(first.text_length());
    const std::size_t count = left;
    std::uint32_t part = place;

    while (left > 0 && part != none && part <= block_count() &&
           block(part).mark == none &&
           (part == place || !block(part).is_entry())) {
        block(part).mark = place;
        part = block(part).next;
        --left;
    }

    if (left == 0 && part == none && first.id != 0 && first.id <= largest_id &&
        checksum(place) == first.checksum) {
        return true;
    }

    part = place;
    for (std::size_t i = left; i < count; ++i) {
        block(part).mark = none;
        part = block(part).next;
    }

    return false;
}


std::uint32_t DeferredTable::mark_entries() const
{
    std::uint32_t broken = 0;

    for (std::uint32_t place = 1; place <= block_count(); ++place) {
        block(place).mark = none;
    }

    for (std::uint32_t place = 1; place <= block_count(); ++place) {
        Block& first = block(place);

        if (first.is_entry() && !mark_chain(place)) {
            first.state.store(0, std::memory_order_release);
            ++broken;
        }
    }

    return broken;
}


// The lowest come first. What is of no entry is none of one.
void DeferredTable::collect_free() const
{
    header().free = none;

    for (std::uint32_t place = block_count(); place > 0; --place) {
        Block& one = block(place);

        if (one.mark == none) {
            one.state.store(0, std::memory_order_release);
            one.next = header().free;
            header().free = place;
        }
    }
}


std::uint32_t DeferredTable::rebuild()
{
    Header& head = header();
    const std::uint32_t broken = mark_entries();
    std::uint32_t by_id = none;

    collect_free();
    head.used = head.used_again = 0;
    head.due = head.oldest = head.newest = none;
    head.length.store(0);
    if (head.last_id > largest_id) {
        head.last_id = 0;
    }

    for (std::uint32_t place = 1; place <= block_count(); ++place) {
        if (block(place).is_entry()) {
            Orders(*this, true).insert(by_id, place);
        }
    }

    while (by_id != none) {
        const std::uint32_t place = by_id;

        Orders(*this, true).remove(by_id, place);
        head.last_id = std::max(head.last_id, block(place).id);
        enter(place);
    }

    return broken;
}


// Gives an entry its places in both orders; it is the newest.
void DeferredTable::enter(std::uint32_t place) const
{
    Header& head = header();
    Block& entry = block(place);
    const auto count =
        static_cast<std::uint32_t>(blocks_for(entry.text_length()));

    Orders(*this).insert(head.due, place);

    entry.older = head.newest;
    entry.newer = none;
    (head.newest != none ? block(head.newest).newer : head.oldest) = place;
    head.newest = place;

    head.used += count;
    head.used_again += entry.is_again != 0 ? count : 0;
    head.length.fetch_add(1);
}


void DeferredTable::remove(std::uint32_t place) const
{
    Header& head = header();
    Block& entry = block(place);
    const std::size_t count = blocks_for(entry.text_length());
    std::uint32_t last = place;

    entry.state.store(0, std::memory_order_release);
    Orders(*this).remove(head.due, place);

    (entry.older != none ? block(entry.older).newer : head.oldest) =
        entry.newer;
    (entry.newer != none ? block(entry.newer).older : head.newest) =
        entry.older;

    for (std::size_t i = 1; i < count; ++i) {
        last = block(last).next;
    }
    block(last).next = head.free;
    head.free = place;

    head.used -= static_cast<std::uint32_t>(count);
    head.used_again -=
        entry.is_again != 0 ? static_cast<std::uint32_t>(count) : 0;
    head.length.fetch_sub(1);
}


std::uint32_t DeferredTable::set_limit(std::size_t limit)
{
    Header& head = header();

    head.block_count = std::max(head.block_count, blocks_in_memory());
    head.limit = static_cast<std::uint32_t>(
        std::min<std::size_t>(limit / block_size, block_count()));
    return rebuild();
}


bool DeferredTable::add(const NewDeferred& entry, DeferredTime now)
{
    Header& head = header();
    std::size_t length = entry.store.size();

    for (std::size_t i = 0; i < entry.piece_count; ++i) {
        length += entry.pieces[i].size();
    }

    const std::size_t count = blocks_for(length);

    if (head.used + count > head.limit || length > longest_text ||
        (entry.is_again && head.used_again + count > head.limit / 2)) {
        ++head.refused;
        return false;
    }

    // the free blocks are a chain already
    const std::uint32_t place = head.free;
    std::uint32_t last = place;

    for (std::size_t i = 1; i < count; ++i) {
        last = block(last).next;
    }
    head.free = block(last).next;
    block(last).next = none;

    Block& first = block(place);

    first.id = ++head.last_id;
    first.queued = now;
    first.expires = now + entry.lifetime;
    first.delay = entry.delay;
    first.store_length = static_cast<std::uint32_t>(entry.store.size());
    first.key_length = static_cast<std::uint32_t>(length - entry.store.size());
    first.is_command = entry.is_command ? 1 : 0;
    first.is_again = entry.is_again ? 1 : 0;
    first.due = first.place = now + entry.delay;

    std::string_view left = entry.store;
    const std::string_view* piece = entry.pieces;

    each_piece(
        &first, length, [this](Block& part) { return &block(part.next); },
        [&](unsigned char* bytes, std::size_t size) {
            while (size > 0) {
                while (left.empty()) {
                    left = *piece++;
                }

                const std::size_t here = std::min(size, left.size());
                std::memcpy(bytes, left.data(), here);
                left.remove_prefix(here);
                bytes += here;
                size -= here;
            }
        });

    first.checksum = checksum(place);
    first.state.store(entry_state, std::memory_order_release);
    enter(place);
    return true;
}


DeferredEntry DeferredTable::describe(std::uint32_t place) const
{
    const Block& entry = block(place);

    return {place, entry.id, entry.store_length, entry.key_length,
            entry.is_command != 0};
}


// An entry that is due later than it can be shows that the clock was set back.
bool DeferredTable::next_due(DeferredTime now, DeferredEntry& entry) const
{
    const std::uint32_t place = header().due;

    if (place == none) {
        return false;
    }

    const Block& first = block(place);

    if (first.due > now &&
        first.due - now <= std::max(first.delay, deferred_claim_time)) {
        return false;
    }

    entry = describe(place);
    return true;
}


bool DeferredTable::is_too_old(const DeferredEntry& entry,
                               DeferredTime now) const
{
    return block(entry.place).expires < now;
}


void DeferredTable::copy_text(const DeferredEntry& entry, char* text) const
{
    each_piece(
        &block(entry.place), entry.store_length + entry.key_length,
        [this](Block& part) { return &block(part.next); },
        [&](unsigned char* bytes, std::size_t size) {
            std::memcpy(text, bytes, size);
            text += size;
        });
}


void DeferredTable::claim(const DeferredEntry& entry, DeferredTime now)
{
    block(entry.place).place = block(entry.place).due;
    move(entry.place, entry.id, now + deferred_claim_time);
}


bool DeferredTable::is_there(std::uint32_t place, std::uint64_t id) const
{
    return place != none && place <= block_count() && block(place).is_entry() &&
           block(place).id == id;
}


void DeferredTable::finish(std::uint32_t place, std::uint64_t id)
{
    if (is_there(place, id)) {
        remove(place);
        ++header().done;
    }
}


void DeferredTable::move(std::uint32_t place, std::uint64_t id,
                         DeferredTime due)
{
    if (is_there(place, id)) {
        Orders(*this).remove(header().due, place);
        block(place).due = due;
        Orders(*this).insert(header().due, place);
    }
}


void DeferredTable::put_back(std::uint32_t place, std::uint64_t id)
{
    if (is_there(place, id)) {
        move(place, id, block(place).place);
    }
}


void DeferredTable::drop(const DeferredEntry& entry)
{
    remove(entry.place);
    ++header().dropped;
}


std::uint64_t DeferredTable::drop_old(DeferredTime now)
{
    std::uint64_t dropped = 0;

    for (std::uint32_t place = header().oldest;
         place != none && block(place).expires < now; place = header().oldest) {
        drop(describe(place));
        ++dropped;
    }

    return dropped;
}


bool DeferredTable::lead(std::int64_t process, DeferredTime now)
{
    Header& head = header();
    const bool is_led = head.leader_until > now &&
                        head.leader_until - now <= deferred_claim_time;

    if (head.leader != process && is_led) {
        return false;
    }

    head.leader = process;
    head.leader_until = now + deferred_claim_time;
    return true;
}


void DeferredTable::stop_leading(std::int64_t process)
{
    if (header().leader == process) {
        header().leader_until = 0;
    }
}


std::uint32_t DeferredTable::length() const
{
    return header().length.load(std::memory_order_relaxed);
}


DeferredStatistics DeferredTable::statistics(DeferredTime now) const
{
    const Header& head = header();
    const std::uint64_t first =
        head.oldest != none ? block(head.oldest).queued : now;

    return {length(), now > first ? now - first : 0, head.done, head.refused,
            head.dropped};
}

}  // namespace logout::redis
