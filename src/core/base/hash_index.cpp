#include "core/base/hash_index.hpp"

#include <cstring>
#include <utility>

namespace logout {

namespace {

// The multiplier and the final mix of MurmurHash3's 64-bit finalizer.
constexpr std::uint64_t multiplier = 0xff51afd7ed558ccd;


std::uint64_t mix(std::uint64_t hash, std::uint64_t word)
{
    hash = (hash ^ word) * multiplier;
    return hash ^ hash >> 32;
}


std::uint64_t load(const char* bytes)
{
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}


std::uint64_t load_short(const char* bytes, std::size_t size)
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < size; ++i) {
        word = word << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return word;
}

}  // namespace


std::uint32_t hash_text(std::string_view text, std::uint64_t seed)
{
    const char* bytes = text.data();
    std::size_t left = text.size();
    std::uint64_t hash = mix(seed, left);

    if (left < 8) {
        hash = mix(hash, load_short(bytes, left));
    } else {
        for (; left > 8; left -= 8, bytes += 8) {
            hash = mix(hash, load(bytes));
        }
        // the last eight, some of them for the second time
        hash = mix(hash, load(bytes + left - 8));
    }
    return static_cast<std::uint32_t>(mix(hash, 0));
}


void HashIndex::insert(std::uint32_t hash, std::uint32_t number)
{
    if (3 * (count_ + 1) > 2 * slots_.size()) {
        grow();
    }
    place({hash, number});
    ++count_;
}


void HashIndex::place(Slot slot)
{
    std::size_t i = slot.hash & mask();

    while (slots_[i].number != none) {
        i = (i + 1) & mask();
    }
    slots_[i] = slot;
}


void HashIndex::grow()
{
    std::pmr::vector<Slot> old(slots_.empty() ? 4 : 2 * slots_.size(),
                               slots_.get_allocator());

    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.number != none) {
            place(slot);
        }
    }
}

}  // namespace logout
