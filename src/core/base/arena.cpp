#include "core/base/arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace logout {

namespace {

constexpr std::size_t page_size = 4096;
constexpr std::size_t huge_page_size = 2 * 1024 * 1024;


std::size_t round_up(std::size_t size, std::size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

}  // namespace


Arena::~Arena()
{
    for (void* const chunk : chunks_) {
        std::free(chunk);
    }
}


void* Arena::do_allocate(std::size_t size, std::size_t alignment)
{
    if (std::align(alignment, size, next_, left_) == nullptr) {
        add_chunk(size);
    }

    void* const piece = next_;
    next_ = static_cast<char*>(next_) + size;
    left_ -= size;
    return piece;
}


// Chunks double, so that a small arena stays small. They begin on a page,
// which is alignment enough for anything.
void Arena::add_chunk(std::size_t size)
{
    const std::size_t doubled = std::min(total_, huge_page_size);
    const std::size_t unit =
        std::max(size, doubled) < huge_page_size ? page_size : huge_page_size;
    const std::size_t chunk_size =
        std::max(round_up(std::max(size, doubled), unit), unit);

    chunks_.reserve(chunks_.size() + 1);
    void* const chunk = std::aligned_alloc(unit, chunk_size);
    if (chunk == nullptr) {
        throw std::bad_alloc();
    }
    chunks_.push_back(chunk);
    if (unit == huge_page_size) {
        // advice: nothing depends on its being taken
        madvise(chunk, chunk_size, MADV_HUGEPAGE);
    }

    total_ += chunk_size;
    next_ = chunk;
    left_ = chunk_size;
}

}  // namespace logout
