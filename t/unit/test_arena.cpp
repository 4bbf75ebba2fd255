// Memory for what is built once.

#include "core/base/arena.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <cstring>
#include <string>
#include <vector>

using logout::Arena;

namespace {

bool is_aligned(const void* piece, std::size_t alignment)
{
    return reinterpret_cast<std::uintptr_t>(piece) % alignment == 0;
}


void pieces_are_aligned(void**)
{
    Arena arena;

    for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        for (const std::size_t size : {1, 7, 64, 5000}) {
            assert_true(is_aligned(arena.allocate(size, alignment), alignment));
        }
    }
}


// Sizes beyond a page, a chunk and a huge page are among them.
void pieces_do_not_overlap(void**)
{
    Arena arena;
    std::vector<std::pair<char*, std::size_t>> pieces;

    for (std::size_t size = 1; size < 8 * 1024 * 1024; size = size * 3 + 1) {
        for (int again = 0; again < 3; ++again) {
            auto* const piece = static_cast<char*>(arena.allocate(size, 1));
            std::memset(piece, static_cast<int>(pieces.size()), size);
            pieces.emplace_back(piece, size);
        }
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::string wanted(pieces[i].second, static_cast<char>(i));
        assert_memory_equal(pieces[i].first, wanted.data(), wanted.size());
    }
}


void small_pieces_lie_together(void**)
{
    Arena arena;

    const auto* const first = static_cast<char*>(arena.allocate(40, 8));
    const auto* const second = static_cast<char*>(arena.allocate(40, 8));
    assert_ptr_equal(first + 40, second);
}


void memory_is_not_given_back_before_the_end(void**)
{
    Arena arena;

    void* const first = arena.allocate(16, 8);
    arena.deallocate(first, 16, 8);
    assert_ptr_not_equal(arena.allocate(16, 8), first);
}


void containers_grow_in_it(void**)
{
    Arena arena;
    std::pmr::vector<std::pmr::string> texts(&arena);

    for (int i = 0; i < 10000; ++i) {
        texts.emplace_back(std::to_string(i) + std::string(30, 'x'));
    }
    assert_true(texts[9999].substr(0, 5) == "9999x");
    assert_true(texts[9999].get_allocator().resource() == &arena);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(small_pieces_lie_together),
        cmocka_unit_test(memory_is_not_given_back_before_the_end),
        cmocka_unit_test(containers_grow_in_it),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
