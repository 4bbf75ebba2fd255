// The table of deferred deletions: its orders, its bounds, and that it is whole
// whenever a process that works on it dies.

#include "redis/deferred_table.hpp"

#include <algorithm>
#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {
#include <cmocka.h>
}

using logout::redis::deferred_claim_time;
using logout::redis::DeferredEntry;
using logout::redis::DeferredTable;

namespace {

constexpr std::uint64_t now = 1700000000000;
constexpr std::uint64_t day = 24 * 60 * 60 * 1000;

// Memory that is shared with a child, and a table in it.
class Shared {
public:
    explicit Shared(std::size_t limit)
        : size_(DeferredTable::size_for(limit)),
          memory_(mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    {
        assert_true(memory_ != MAP_FAILED);
        table().set_limit(limit);
    }

    ~Shared() { munmap(memory_, size_); }

    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    DeferredTable table() const { return {memory_, size_}; }
    void* memory() const { return memory_; }
    std::size_t size() const { return size_; }

private:
    std::size_t size_;
    void* memory_;
};


bool add(DeferredTable table, std::string_view key, std::uint64_t delay = 0,
         bool is_again = false, std::uint64_t time = now)
{
    return table.add({"store", &key, 1, delay, day, false, is_again}, time);
}


std::string text_of(const DeferredTable& table, const DeferredEntry& entry)
{
    std::string text(entry.store_length + entry.key_length, '?');

    table.copy_text(entry, text.data());
    return text.substr(entry.store_length);
}


// Takes out all that is due, in order.
std::vector<std::string> take_all(DeferredTable table, std::uint64_t time = now)
{
    std::vector<std::string> keys;
    DeferredEntry entry;

    while (table.next_due(time, entry)) {
        keys.push_back(text_of(table, entry));
        table.finish(entry.place, entry.id);
    }

    return keys;
}


void entries_come_in_the_order_in_which_they_are_due(void**)
{
    const Shared shared(64 * 1024);
    DeferredTable table = shared.table();

    add(table, "c", 20);
    add(table, "a");
    add(table, "d", 20);
    add(table, "b");

    assert_true(take_all(table) == (std::vector<std::string>{"a", "b"}));
    assert_true(take_all(table, now + 20) ==
                (std::vector<std::string>{"c", "d"}));
    assert_int_equal(table.length(), 0);
    assert_int_equal(table.statistics(now).done, 4);
}


void many_in_any_order(void**)
{
    const Shared shared(1024 * 1024);
    DeferredTable table = shared.table();
    std::mt19937 random(1);
    std::vector<std::pair<std::uint64_t, int>> expected;

    for (int i = 0; i < 3000; ++i) {
        const std::uint64_t delay = random() % 100;

        assert_true(add(table, std::to_string(i), delay));
        expected.emplace_back(delay, i);
    }

    std::sort(expected.begin(), expected.end());
    const auto keys = take_all(table, now + 100);

    assert_int_equal(keys.size(), expected.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        assert_string_equal(keys[i].c_str(),
                            std::to_string(expected[i].second).c_str());
    }
}


void texts_of_every_length(void**)
{
    const Shared shared(1024 * 1024);
    DeferredTable table = shared.table();

    for (std::size_t length = 0; length < 1200; ++length) {
        std::string key;

        for (std::size_t i = 0; i < length; ++i) {
            key += static_cast<char>('a' + (i + length) % 26);
        }

        assert_true(add(table, key));
        assert_true(take_all(table) == std::vector<std::string>{key});
    }

    assert_false(add(table, std::string(300 * 1024, 'x')));
}


void a_full_table_refuses_and_gets_empty_again(void**)
{
    const Shared shared(16 * 256);
    DeferredTable table = shared.table();

    for (int i = 0; i < 16; ++i) {
        assert_true(add(table, "k"));
    }
    assert_false(add(table, "one more"));
    assert_int_equal(table.statistics(now).refused, 1);

    assert_int_equal(take_all(table).size(), 16);
    assert_true(add(table, std::string(15 * 240, 'x')));
    assert_false(add(table, "one more"));
}


void second_deletions_take_half(void**)
{
    const Shared shared(16 * 256);
    DeferredTable table = shared.table();

    for (int i = 0; i < 8; ++i) {
        assert_true(add(table, "again", 5, true));
    }
    assert_false(add(table, "again", 5, true));

    for (int i = 0; i < 8; ++i) {
        assert_true(add(table, "promised"));
    }
    assert_false(add(table, "promised"));

    assert_int_equal(take_all(table, now + 5).size(), 16);
    assert_true(add(table, "again", 5, true));
}


void a_claimed_entry_is_due_again_when_its_worker_is_silent(void**)
{
    const Shared shared(64 * 1024);
    DeferredTable table = shared.table();
    DeferredEntry entry;

    add(table, "a");
    add(table, "b");
    assert_true(table.next_due(now, entry));
    table.claim(entry, now);
    assert_true(take_all(table) == std::vector<std::string>{"b"});
    assert_false(table.next_due(now + deferred_claim_time - 1, entry));
    assert_true(take_all(table, now + deferred_claim_time) ==
                std::vector<std::string>{"a"});
}


void an_entry_takes_its_place_again(void**)
{
    const Shared shared(64 * 1024);
    DeferredTable table = shared.table();
    DeferredEntry first;
    DeferredEntry second;

    add(table, "a");
    add(table, "b");
    table.next_due(now, first);
    table.claim(first, now);
    table.next_due(now, second);
    table.claim(second, now);
    table.put_back(second.place, second.id);
    table.put_back(first.place, first.id);

    assert_true(take_all(table) == (std::vector<std::string>{"a", "b"}));

    // what is gone is left alone, also when its place has another
    add(table, "c");
    table.put_back(first.place, first.id);
    table.finish(first.place, first.id);
    assert_int_equal(table.length(), 1);
}


void old_entries_are_dropped(void**)
{
    const Shared shared(64 * 1024);
    DeferredTable table = shared.table();

    add(table, "a");
    add(table, "b", 0, false, now + 10);
    assert_int_equal(table.drop_old(now + day), 0);
    assert_int_equal(table.drop_old(now + day + 1), 1);
    assert_int_equal(table.statistics(now + day).dropped, 1);
    assert_int_equal(table.statistics(now + day).oldest, day - 10);
}


void a_clock_that_is_set_back_holds_nothing_up(void**)
{
    const Shared shared(64 * 1024);
    DeferredTable table = shared.table();

    add(table, "now");
    add(table, "later", 10000);
    assert_true(take_all(table, now - day) ==
                (std::vector<std::string>{"now", "later"}));

    assert_true(table.lead(1, now));
    assert_true(table.lead(2, now - day));
}


void one_leads(void**)
{
    const Shared shared(64 * 1024);
    DeferredTable table = shared.table();

    assert_true(table.lead(1, now));
    assert_false(table.lead(2, now + 1));
    assert_true(table.lead(1, now + 1));
    table.stop_leading(2);
    assert_false(table.lead(2, now + 1));
    table.stop_leading(1);
    assert_true(table.lead(2, now + 1));
    assert_true(table.lead(1, now + 1 + deferred_claim_time));
}


void more_room_and_less(void**)
{
    const Shared shared(64 * 256);
    DeferredTable table = shared.table();

    table.set_limit(4 * 256);
    for (int i = 0; i < 4; ++i) {
        assert_true(add(table, std::to_string(i)));
    }
    assert_false(add(table, "4"));

    table.set_limit(64 * 256);
    assert_true(add(table, "4"));

    table.set_limit(2 * 256);
    assert_false(add(table, "5"));
    assert_int_equal(take_all(table).size(), 5);
    assert_true(add(table, "6"));
}


void any_bytes_are_made_a_table(void**)
{
    std::mt19937 random(2);

    for (int round = 0; round < 400; ++round) {
        const Shared shared(64 * 256);
        DeferredTable table = shared.table();
        auto* const bytes = static_cast<unsigned char*>(shared.memory());

        while (add(table, std::string(random() % 600, 'k'))) {
        }
        for (int i = 0; i < 1 << (round % 14); ++i) {
            bytes[256 + random() % (shared.size() - 256)] =
                static_cast<unsigned char>(random());
        }

        const std::size_t before = table.length();
        const std::size_t broken = table.rebuild();

        assert_true(table.length() + broken <= before + 64);
        assert_int_equal(take_all(table, ~std::uint64_t{0} / 2).size() +
                             table.length(),
                         table.statistics(now).done + table.length());
        assert_int_equal(table.length(), 0);
        table.set_limit(64 * 256);
        for (int i = 0; i < 64; ++i) {
            assert_true(add(table, "k"));
        }
    }
}


// What a child does to the table while its parent looks on.
using Work = void (*)(DeferredTable table);

void add_one(DeferredTable table)
{
    static const std::string key(400, 'n');

    table.begin();
    add(table, key);
    table.end();
}

void finish_two(DeferredTable table)
{
    DeferredEntry entry;

    table.begin();
    table.next_due(now, entry);
    table.finish(entry.place, entry.id);
    table.next_due(now, entry);
    table.finish(entry.place, entry.id);
    table.end();
}

void claim_and_move(DeferredTable table)
{
    DeferredEntry entry;

    table.begin();
    table.next_due(now, entry);
    table.claim(entry, now);
    table.put_back(entry.place, entry.id);
    table.move(entry.place, entry.id, now);
    table.end();
}

void rebuild(DeferredTable table)
{
    table.begin();
    table.rebuild();
    table.end();
}


// What a process that comes next finds: as many as `least` to `most` entries,
// each of them whole, and all the room there was.
void check_whole(const std::vector<unsigned char>& copy, std::size_t least,
                 std::size_t most)
{
    std::vector<std::uint64_t> memory((copy.size() + 7) / 8);

    std::memcpy(memory.data(), copy.data(), copy.size());
    DeferredTable table(memory.data(), copy.size());

    assert_int_equal(table.begin(), 0);
    const std::size_t length = table.length();
    const auto keys = take_all(table, now + 2 * deferred_claim_time);

    assert_int_equal(keys.size(), length);
    assert_in_range(length, least, most);
    for (const std::string& key : keys) {
        assert_true(key == std::string(key.size(), key[0]));
    }

    int room = 0;
    while (add(table, "k")) {
        ++room;
    }
    assert_int_equal(room, 12);
    table.end();
}


// Runs `work` in a child, instruction by instruction, and looks at the memory
// after each of them as it is if the child is killed there.
void kill_at_every_instruction(Work work, std::size_t least, std::size_t most)
{
    const Shared shared(12 * 256);

    for (const char byte : {'a', 'b', 'c'}) {
        assert_true(add(shared.table(), std::string(300, byte)));
    }
    // a moved tail makes all branches of the orders run
    DeferredEntry entry;
    shared.table().next_due(now, entry);
    shared.table().move(entry.place, entry.id, now);

    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        work(shared.table());
        _exit(0);
    }

    int status = 0;
    std::size_t steps = 0;
    std::vector<unsigned char> before;

    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status) ||
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        skip();  // nothing may be traced here
    }

    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        const auto* const bytes =
            static_cast<const unsigned char*>(shared.memory());
        const std::vector<unsigned char> copy(bytes, bytes + shared.size());

        if (copy != before) {
            before = copy;
            check_whole(copy, least, most);
            ++steps;
        }
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
    }

    assert_true(WIFEXITED(status));
    assert_true(steps > 20);
}


void killed_while_it_adds(void**)
{
    kill_at_every_instruction(add_one, 3, 4);
}


void killed_while_it_removes(void**)
{
    kill_at_every_instruction(finish_two, 1, 3);
}


void killed_while_it_moves(void**)
{
    kill_at_every_instruction(claim_and_move, 3, 3);
}


void killed_while_it_mends(void**)
{
    kill_at_every_instruction(rebuild, 3, 3);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_in_the_order_in_which_they_are_due),
        cmocka_unit_test(many_in_any_order),
        cmocka_unit_test(texts_of_every_length),
        cmocka_unit_test(a_full_table_refuses_and_gets_empty_again),
        cmocka_unit_test(second_deletions_take_half),
        cmocka_unit_test(
            a_claimed_entry_is_due_again_when_its_worker_is_silent),
        cmocka_unit_test(an_entry_takes_its_place_again),
        cmocka_unit_test(old_entries_are_dropped),
        cmocka_unit_test(a_clock_that_is_set_back_holds_nothing_up),
        cmocka_unit_test(one_leads),
        cmocka_unit_test(more_room_and_less),
        cmocka_unit_test(any_bytes_are_made_a_table),
        cmocka_unit_test(killed_while_it_adds),
        cmocka_unit_test(killed_while_it_removes),
        cmocka_unit_test(killed_while_it_moves),
        cmocka_unit_test(killed_while_it_mends),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
