// Memory for what is built once and then looked at by every request.

#ifndef LOGOUT_ARENA_HPP
#define LOGOUT_ARENA_HPP

#include <cstddef>
#include <memory_resource>
#include <vector>

namespace logout {

// Hands out pieces one behind the other, so that what is built together lies
// together, and gives all of them back when it is destroyed. Large arenas ask
// the system for huge pages: most of what a look-up in 100,000 entries costs
// is finding the page.
class Arena final : public std::pmr::memory_resource {
public:
    Arena() = default;
    ~Arena() override;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override;
    void do_deallocate(void*, std::size_t, std::size_t) override {}

    bool do_is_equal(const memory_resource& other) const noexcept override
    {
        return this == &other;
    }

    void add_chunk(std::size_t size);

    std::vector<void*> chunks_;  // of malloc()
    std::size_t total_ = 0;      // bytes of all chunks
    void* next_ = nullptr;       // the free part of the last chunk
    std::size_t left_ = 0;
};

}  // namespace logout

#endif
