// An index from texts to numbers, for tables that are built while the
// configuration is read and only looked up afterwards.

#ifndef LOGOUT_HASH_INDEX_HPP
#define LOGOUT_HASH_INDEX_HPP

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace logout {

// A hash of `text`; different seeds give unrelated hashes. Not cryptographic:
// who looks texts up cannot add any, so that the most that a chosen text can
// cost is the longest row of neighbours that the configuration itself made.
std::uint32_t hash_text(std::string_view text, std::uint64_t seed);

// Open addressing with linear probing, at most two thirds full. Holds hashes
// and numbers only: the texts stay with the caller, who compares them.
class HashIndex {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    // `memory` outlives the index.
    explicit HashIndex(std::pmr::memory_resource* memory) : slots_(memory) {}

    // A copy in other memory, which outlives it.
    HashIndex(const HashIndex& other, std::pmr::memory_resource* memory)
        : slots_(other.slots_, memory), count_(other.count_)
    {
    }

    // The number under `hash` for which `is_wanted(number)` is true, or none.
    template <typename Predicate>
    std::uint32_t find(std::uint32_t hash, Predicate is_wanted) const
    {
        if (slots_.empty()) {
            return none;
        }
        for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
            const Slot& slot = slots_[i];
            if (slot.number == none ||
                (slot.hash == hash && is_wanted(slot.number))) {
                return slot.number;
            }
        }
    }

    // Adds `number`, which is less than none, under `hash`.
    void insert(std::uint32_t hash, std::uint32_t number);

    bool empty() const { return count_ == 0; }

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = none;
    };

    std::size_t mask() const { return slots_.size() - 1; }
    void place(Slot slot);
    void grow();

    std::pmr::vector<Slot> slots_;  // a power of two of them, or none
    std::size_t count_ = 0;
};

}  // namespace logout

#endif
