// Lists that hold their first elements themselves.

#include "core/base/short_list.hpp"

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
extern "C" {
#include <cmocka.h>
}

using logout::ShortList;

namespace {

// What it gave is counted; nothing is given back.
class CountingMemory final : public std::pmr::memory_resource {
public:
    std::size_t allocations = 0;

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override
    {
        allocations++;
        return memory_.allocate(size, alignment);
    }

    void do_deallocate(void*, std::size_t, std::size_t) override
    {
        fail_msg("something is given back");
    }

    bool do_is_equal(const memory_resource& other) const noexcept override
    {
        return this == &other;
    }

    std::pmr::monotonic_buffer_resource memory_;
};

using Numbers = ShortList<int, 2>;


void assert_counts_up(const Numbers& list, std::size_t size)
{
    int expected = 0;

    assert_int_equal(list.size(), size);
    assert_int_equal(list.empty(), size == 0);
    for (const int number : list) {
        assert_int_equal(number, expected++);
    }
    assert_int_equal(expected, size);
}


void allocates_only_what_it_has_no_room_for(void**)
{
    CountingMemory memory;
    Numbers list(&memory);

    assert_counts_up(list, 0);
    for (int i = 0; i < 100; ++i) {
        list.push_back(i);
        assert_counts_up(list, static_cast<std::size_t>(i) + 1);
        assert_int_equal(list.back(), i);
        assert_int_equal(memory.allocations == 0, i < 2);
    }

    list[7] = 42;
    assert_int_equal(list.data()[7], 42);
    list.clear();
    assert_counts_up(list, 0);
}


void elements_stay_where_room_was_reserved(void**)
{
    CountingMemory memory;
    Numbers list(&memory);

    list.push_back(0);
    list.reserve(50);

    const int* const first = list.begin();
    for (int i = 1; i < 50; ++i) {
        list.push_back(i);
    }

    assert_ptr_equal(list.begin(), first);
    assert_int_equal(memory.allocations, 1);
    assert_counts_up(list, 50);
}


void an_element_of_the_list_can_be_added(void**)
{
    CountingMemory memory;
    Numbers list(&memory);

    list.push_back(1);
    for (int i = 0; i < 20; ++i) {
        list.push_back(list[0]);
    }
    for (const int number : list) {
        assert_int_equal(number, 1);
    }
}


void copies_hold_the_same(void**)
{
    CountingMemory memory;

    for (int size = 0; size < 10; ++size) {
        Numbers list(&memory);
        for (int i = 0; i < size; ++i) {
            list.push_back(i);
        }

        const Numbers copy = list;
        list.clear();
        assert_counts_up(copy, static_cast<std::size_t>(size));
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(allocates_only_what_it_has_no_room_for),
        cmocka_unit_test(elements_stay_where_room_was_reserved),
        cmocka_unit_test(an_element_of_the_list_can_be_added),
        cmocka_unit_test(copies_hold_the_same),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
