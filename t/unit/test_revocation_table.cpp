// The table of revocations, alone and against std::map. What threads and
// killed processes make of it is in t/revocation.

#include "core/revocation/table.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

using logout::Bits128;
using logout::Milliseconds;
using logout::Revocation;
using logout::RevocationKey;
using logout::RevocationKind;
using logout::RevocationTable;
using logout::TableChange;

namespace {

constexpr Milliseconds now = 1800000000000;
constexpr Milliseconds hour = 3600 * 1000;
constexpr Milliseconds day = 24 * hour;
constexpr Bits128 secret = {7, 8};


struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

using Memory = std::unique_ptr<void, Free>;


Memory allocate(std::size_t size)
{
    return Memory(std::aligned_alloc(64, size));
}


// A table with memory of its own.
struct Fixture {
    explicit Fixture(std::size_t bytes = RevocationTable::min_size)
        : size(bytes), memory(allocate(bytes)),
          table(RevocationTable::create(memory.get(), bytes, secret))
    {
    }

    TableChange end(const RevocationKey& key, Milliseconds since = now,
                    Milliseconds lasting = hour)
    {
        return table.insert(RevocationKind::session, key,
                            {since, since + lasting}, since);
    }

    std::size_t size;
    Memory memory;
    RevocationTable table;
};


RevocationKey key_of(std::size_t i)
{
    return logout::RevocationKeys(secret).of(RevocationKind::session, "",
                                             std::to_string(i));
}


void holds_a_million_in_32_mib(void**)
{
    Fixture f(32 * 1024 * 1024);

    assert_true(f.table.capacity() >= 1300000);
    for (std::size_t i = 0; i < 1000000; ++i) {
        assert_true(f.end(key_of(i)) == TableChange::inserted);
    }
    assert_int_equal(f.table.used(), 1000000);
    for (std::size_t i = 0; i < 1000000; i += 7) {
        assert_true(f.table.find(key_of(i), now).has_value());
        assert_false(f.table.find(key_of(i + 1000000), now).has_value());
    }
}


void gives_back_what_was_inserted(void**)
{
    Fixture f;

    assert_false(f.table.find(key_of(1), now).has_value());
    assert_true(f.end(key_of(1), now + 123) == TableChange::inserted);

    const auto found = f.table.find(key_of(1), now + 123);

    assert_true(found.has_value());
    assert_int_equal(found->since, now + 123);
    assert_int_equal(found->expires, now + 123 + hour);
    assert_false(f.table.find(key_of(2), now).has_value());
}


void expires(void**)
{
    Fixture f;

    f.end(key_of(1), now, 2000);
    assert_true(f.table.find(key_of(1), now + 1999).has_value());
    assert_false(f.table.find(key_of(1), now + 2000).has_value());
    assert_int_equal(f.table.used(), 1);
    assert_int_equal(f.table.sweep(f.table.buckets(), now + 1999), 0);
    assert_int_equal(f.table.sweep(f.table.buckets(), now + 2000), 1);
    assert_int_equal(f.table.used(), 0);
}


// Never earlier than asked for.
void rounds_expiry_up(void**)
{
    const Milliseconds lasting[] = {1,
                                    999,
                                    1000,
                                    1001,
                                    day,
                                    24 * day,
                                    25 * day,
                                    25 * day + 1,
                                    400 * day + 999,
                                    logout::revocation_max_lifetime};

    for (const Milliseconds time : lasting) {
        Fixture f;

        f.end(key_of(1), now + 5, time);
        const Milliseconds expires = f.table.find(key_of(1), now)->expires;
        const Milliseconds unit = time > 24 * day + 7 * hour ? 60000 : 1000;

        assert_true(expires >= now + 5 + time);
        assert_true(expires < now + 5 + time + unit);
    }
}


void holds_no_longer_than_it_can(void**)
{
    Fixture f;

    f.end(key_of(1), now, 20 * 365 * day);
    assert_int_equal(f.table.find(key_of(1), now)->expires,
                     now + logout::revocation_max_lifetime);

    // before 2020, after 2089, and expired before it began
    f.end(key_of(2), 5, hour);
    assert_false(f.table.find(key_of(2), now).has_value());
    f.end(key_of(3), ~Milliseconds{0} - hour, hour);
    f.end(key_of(4), now, 0);
    assert_false(f.table.find(key_of(4), now).has_value());
}


void takes_the_later_time(void**)
{
    Fixture f;

    f.end(key_of(1), now, hour);
    assert_true(f.end(key_of(1), now - 5, hour / 2) == TableChange::unchanged);
    assert_true(f.end(key_of(1), now, hour) == TableChange::unchanged);
    assert_int_equal(f.table.find(key_of(1), now)->since, now);
    assert_int_equal(f.table.find(key_of(1), now)->expires, now + hour);

    assert_true(f.end(key_of(1), now + 5000, hour / 2) == TableChange::raised);
    assert_int_equal(f.table.find(key_of(1), now)->since, now + 5000);
    assert_int_equal(f.table.find(key_of(1), now)->expires, now + hour);

    assert_true(f.end(key_of(1), now - hour, 3 * hour) == TableChange::raised);
    assert_int_equal(f.table.find(key_of(1), now)->since, now + 5000);
    assert_int_equal(f.table.find(key_of(1), now)->expires, now + 2 * hour);
    assert_int_equal(f.table.used(), 1);
}


void lifts_only_what_is_older(void**)
{
    Fixture f;

    f.end(key_of(1), now + 10);
    f.end(key_of(2), now + 10);
    assert_false(f.table.lift(key_of(3), now + hour));
    assert_false(f.table.lift(key_of(1), now + 10));
    assert_true(f.table.find(key_of(1), now).has_value());
    assert_true(f.table.lift(key_of(1), now + 11));
    assert_false(f.table.find(key_of(1), now).has_value());
    assert_true(f.table.find(key_of(2), now).has_value());
    assert_int_equal(f.table.used(), 1);
    assert_true(f.end(key_of(1), now + 20) == TableChange::inserted);
}


void says_what_kinds_there_have_been(void**)
{
    Fixture f;

    assert_false(f.table.has_had(RevocationKind::sub));
    f.table.insert(RevocationKind::sub, key_of(1), {now, now + hour}, now);
    assert_true(f.table.has_had(RevocationKind::sub));
    assert_false(f.table.has_had(RevocationKind::session));
    assert_false(f.table.has_had(RevocationKind::dbsc));
}


void counts_generations(void**)
{
    Fixture f;
    const std::uint64_t first = f.table.generation();

    f.end(key_of(1));
    const std::uint64_t second = f.table.generation();
    assert_true(second != first);
    f.end(key_of(1));
    assert_int_equal(f.table.generation(), second);
    f.end(key_of(1), now + 1);
    assert_true(f.table.generation() != second);
}


// Full is said when there is no room, and nothing is dropped for it.
void drops_nothing_when_full(void**)
{
    Fixture f;
    std::size_t inserted = 0;
    std::vector<bool> is_there(2 * f.table.capacity());

    for (std::size_t i = 0; i < is_there.size(); ++i) {
        is_there[i] = f.end(key_of(i), now, day) == TableChange::inserted;
        inserted += is_there[i] ? 1 : 0;
    }
    assert_true(inserted > f.table.capacity() * 97 / 100);
    assert_true(inserted <= f.table.capacity());
    assert_int_equal(f.table.used(), inserted);

    for (std::size_t i = 0; i < is_there.size(); ++i) {
        assert_int_equal(f.table.find(key_of(i), now).has_value(), is_there[i]);
    }

    // what is there can still be raised, and there is room when it has expired
    const std::size_t one = static_cast<std::size_t>(
        std::find(is_there.begin(), is_there.end(), true) - is_there.begin());
    assert_true(f.end(key_of(one), now + 9, day) == TableChange::raised);
    assert_true(f.end(key_of(1 << 20), now, day) == TableChange::full);
    assert_true(f.end(key_of(1 << 20), now + 2 * day, day) ==
                TableChange::inserted);
}


// Insertions alone keep a table from filling with what has expired.
void expires_on_the_way(void**)
{
    Fixture f;
    const std::size_t lasting = f.table.capacity() / 2;

    for (std::size_t i = 0; i < 20 * f.table.capacity(); ++i) {
        assert_true(f.end(key_of(i), now + i * 1000, lasting * 1000) ==
                    TableChange::inserted);
    }
    assert_true(f.table.used() < f.table.capacity() * 3 / 4);
}


void is_adopted(void**)
{
    Fixture f;
    const char* problem = nullptr;

    f.end(key_of(1));
    f.table.set_stream_place({5, 6});
    f.table.set_stream_answered(now);

    // at another address, as in another process
    const Memory copy = allocate(f.size);
    std::memcpy(copy.get(), f.memory.get(), f.size);

    const auto adopted = RevocationTable::adopt(copy.get(), f.size, problem);
    assert_true(adopted.has_value());
    assert_true(adopted->find(key_of(1), now).has_value());
    assert_true(adopted->keys().of(RevocationKind::jti, "a", "b") ==
                f.table.keys().of(RevocationKind::jti, "a", "b"));
    assert_int_equal(adopted->stream_place().milliseconds, 5);
    assert_int_equal(adopted->stream_place().sequence, 6);
    assert_int_equal(adopted->stream_answered(), now);
}


// Why the table is not adopted.
std::string refusal(const Fixture& f, std::size_t size)
{
    const char* problem = "";

    assert_false(
        RevocationTable::adopt(f.memory.get(), size, problem).has_value());
    return problem;
}


void is_refused_if_it_is_another(void**)
{
    Fixture f;
    char* const bytes = static_cast<char*>(f.memory.get());
    const auto says = [&](std::size_t size, const char* what) {
        assert_non_null(std::strstr(refusal(f, size).c_str(), what));
    };

    says(100, "too small");
    says(f.size + 64 * 1024, "another size");
    bytes[8] ^= 2;
    says(f.size, "another version");
    bytes[8] ^= 2;
    bytes[0] ^= 2;
    says(f.size, "no table");
    std::memset(bytes, 0, f.size);
    says(f.size, "no table");
}


// What a page that was written and one that was not make of a table: tags and
// distances are gone, or everything but the head is noise.
void is_repaired(void**)
{
    Fixture f;
    const std::size_t count = f.table.capacity() * 9 / 10;
    constexpr std::size_t head = 128;
    char* const bytes = static_cast<char*>(f.memory.get());

    for (std::size_t i = 0; i < count; ++i) {
        f.end(key_of(i));
    }

    std::memset(bytes + head, 0, 8 * f.table.buckets());
    assert_false(f.table.find(key_of(3), now).has_value());
    assert_int_equal(f.table.repair(), 0);
    assert_int_equal(f.table.used(), count);
    for (std::size_t i = 0; i < count; ++i) {
        assert_true(f.table.find(key_of(i), now).has_value());
    }

    std::mt19937_64 random(1);
    for (std::size_t i = head; i < f.size; ++i) {
        bytes[i] = static_cast<char>(random());
    }
    f.table.repair();
    for (std::size_t i = 0; i < count; ++i) {
        assert_false(f.table.find(key_of(i), now).has_value());
    }
    f.table.sweep(f.table.buckets(), ~Milliseconds{0});
    assert_int_equal(f.table.used(), 0);
    assert_true(f.end(key_of(1)) == TableChange::inserted);
}


// Random operations, each followed by a look at one key, and now and then at
// all. Few keys, so that each is inserted, lifted, swept and expires often;
// nearly as many as slots, so that they are displaced.
void does_what_a_map_does(void**)
{
    Fixture f;
    std::mt19937_64 random(20261201);
    std::map<std::size_t, Revocation> model;
    const std::size_t keys = f.table.capacity();
    Milliseconds time = now;

    const auto check = [&](std::size_t i) {
        const auto found = f.table.find(key_of(i), time);
        const auto expected = model.find(i);

        if (expected == model.end() || expected->second.expires <= time) {
            assert_false(found.has_value());
            return;
        }
        assert_true(found.has_value());
        assert_int_equal(found->since, expected->second.since);
        assert_true(found->expires >= expected->second.expires);
        assert_true(found->expires < expected->second.expires + 1000);
    };

    for (int step = 0; step < 400000; ++step) {
        const std::size_t i = random() % keys;

        time += random() % 50;
        switch (random() % 8) {
        case 0:
            f.table.sweep(random() % 8, time);
            break;
        case 1: {
            const Milliseconds before = time - random() % 20000;
            const auto entry = model.find(i);
            const bool old = entry != model.end() &&
                             f.table.find(key_of(i), time).has_value() &&
                             entry->second.since < before;

            if (f.table.lift(key_of(i), before)) {
                model.erase(i);
            } else {
                assert_false(old);
            }
            break;
        }
        default: {
            const Milliseconds since = time - random() % 10000;
            // to the second, so that the model need not round
            const Milliseconds lasting = (1 + random() % 100) * 1000;
            const TableChange change =
                f.table.insert(RevocationKind::session, key_of(i),
                               {since, since + lasting}, time);

            if (change == TableChange::full) {
                break;
            }
            // one that has expired may still be there, and be raised
            auto [entry, made] =
                model.insert({i, Revocation{since, since + lasting}});
            if (!made && change == TableChange::inserted) {
                assert_true(entry->second.expires <= time);
                entry->second = {since, since + lasting};
            } else if (!made) {
                entry->second.since = std::max(entry->second.since, since);
                entry->second.expires = f.table.find(key_of(i), 0)->expires;
                assert_true(entry->second.expires >= since + lasting);
            }
            break;
        }
        }
        check(i);
        if (step % 20000 == 0) {
            for (std::size_t j = 0; j < keys; ++j) {
                check(j);
            }
        }
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(holds_a_million_in_32_mib),
        cmocka_unit_test(gives_back_what_was_inserted),
        cmocka_unit_test(expires),
        cmocka_unit_test(rounds_expiry_up),
        cmocka_unit_test(holds_no_longer_than_it_can),
        cmocka_unit_test(takes_the_later_time),
        cmocka_unit_test(lifts_only_what_is_older),
        cmocka_unit_test(says_what_kinds_there_have_been),
        cmocka_unit_test(counts_generations),
        cmocka_unit_test(drops_nothing_when_full),
        cmocka_unit_test(expires_on_the_way),
        cmocka_unit_test(is_adopted),
        cmocka_unit_test(is_refused_if_it_is_another),
        cmocka_unit_test(is_repaired),
        cmocka_unit_test(does_what_a_map_does),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
