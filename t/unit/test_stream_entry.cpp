// What an entry of the stream says, and how it is written.

#include "core/revocation/stream_entry.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <array>
#include <string>
#include <string_view>
#include <vector>

using logout::Milliseconds;
using logout::RevocationKeys;
using logout::RevocationKind;
using logout::StreamEntry;
using logout::StreamEntryFields;
using logout::StreamEntryProblem;
using logout::StreamPlace;

namespace {

using Texts = std::vector<std::string_view>;

constexpr Milliseconds now = 1800000000000;
constexpr Milliseconds hour = 3600 * 1000;
constexpr StreamPlace place = {now, 5};
constexpr std::string_view hex = "00112233445566778899aabbccddeeff";


StreamEntryProblem parse(const Texts& texts, StreamEntry& entry)
{
    return logout::parse_stream_entry(texts.data(), texts.size(), place, hour,
                                      entry);
}


StreamEntry read(const Texts& texts)
{
    StreamEntry entry;

    assert_string_equal(logout::describe(parse(texts, entry)),
                        "the entry is in order");
    return entry;
}


void refuses(const Texts& texts, StreamEntryProblem problem)
{
    StreamEntry entry;
    const StreamEntryProblem found = parse(texts, entry);

    if (found != problem) {
        fail_msg("%s, not: %s", logout::describe(found),
                 logout::describe(problem));
    }
}


void reads_what_an_application_writes(void**)
{
    const StreamEntry entry =
        read({"kind", "sub", "iss", "https://a", "value", "U"});

    assert_true(entry.kind == RevocationKind::sub);
    assert_true(entry.realm == "https://a");
    assert_true(entry.value == "U");
    assert_false(entry.digest.has_value());
    assert_int_equal(entry.since, now);
    assert_int_equal(entry.expires, now + hour);
    assert_false(entry.lift);
}


void reads_every_field(void**)
{
    const StreamEntry entry =
        read({"by", "an administrator", "expires", "1800000000002", "since",
              "1799999999999", "digest", hex, "realm", "sid", "kind", "cookie",
              "version", "1", "lift", "1"});

    assert_true(entry.kind == RevocationKind::cookie);
    assert_true(entry.digest.has_value());
    assert_int_equal((*entry.digest)[1], 0x11);
    assert_int_equal(static_cast<unsigned char>((*entry.digest)[15]), 0xff);
    assert_int_equal(entry.expires, now + 2);
    assert_true(entry.lift);
    assert_int_equal(entry.since, now);
}


void takes_redis_clock_for_the_latest(void**)
{
    const auto with = [](const char* name, const char* time) {
        return read({"kind", "jti", "value", "x", name, time});
    };

    assert_int_equal(with("since", "1700000000000").since, 1700000000000);
    assert_int_equal(with("since", "1800000000001").since, now);
    assert_int_equal(with("since", "9007199254740991").since, now);
    assert_int_equal(with("expires", "1800000001000").expires, now + 1000);
    assert_int_equal(with("expires", "1800003600001").expires, now + hour);
    assert_int_equal(with("expires", "100000000000").expires, 100000000000);
}


// The stream of a Redis whose clock nobody set, and a lifetime without end.
void does_not_overflow(void**)
{
    const Texts texts = {"kind", "jti", "value", "x"};
    StreamEntry entry;

    assert_true(logout::parse_stream_entry(
                    texts.data(), texts.size(), {~Milliseconds{0}, 0},
                    ~Milliseconds{0}, entry) == StreamEntryProblem::none);
    assert_true(entry.since < entry.expires);
}


void refuses_what_it_does_not_know(void**)
{
    using Problem = StreamEntryProblem;

    refuses({"kind", "jti", "value", "x", "version", "2"},
            Problem::other_version);
    refuses({"kind", "jti", "value", "x", "version", ""},
            Problem::other_version);
    refuses({}, Problem::no_kind);
    refuses({"value", "x"}, Problem::no_kind);
    refuses({"kind", "user", "value", "x"}, Problem::unknown_kind);
    refuses({"kind", "Sub", "value", "x"}, Problem::unknown_kind);
    refuses({"kind", "", "value", "x"}, Problem::unknown_kind);
    refuses({"kind", "jti", "value"}, Problem::odd_fields);
    refuses({"kind", "jti", "kind", "jti", "value", "x"},
            Problem::repeated_field);
    refuses({"kind", "jti", "realm", "a", "iss", "a", "value", "x"},
            Problem::repeated_field);
}


void refuses_wrong_values(void**)
{
    using Problem = StreamEntryProblem;
    const std::string longest(logout::revocation_name_max_length, 'x');
    const std::string too_long = longest + "x";

    refuses({"kind", "sub"}, Problem::no_value);
    refuses({"kind", "sub", "value", "x", "digest", hex}, Problem::two_values);
    refuses({"kind", "sub", "value", ""}, Problem::bad_value);
    refuses({"kind", "sub", "value", too_long}, Problem::bad_value);
    refuses({"kind", "sub", "value", "x", "realm", too_long},
            Problem::bad_realm);
    read({"kind", "sub", "value", longest, "realm", longest});

    // a secret does not travel, and what is no secret is not hidden
    refuses({"kind", "cookie", "realm", "s", "value", "x"},
            Problem::value_of_cookie);
    for (const char* const kind : {"session", "jti", "ticket", "dbsc"}) {
        refuses({"kind", kind, "digest", hex}, Problem::digest_of_other_kind);
        read({"kind", kind, "value", "x"});
    }
    for (const char* const kind : {"cookie", "sid", "sub", "email"}) {
        read({"kind", kind, "digest", hex});
    }
}


void refuses_wrong_digests(void**)
{
    const std::string digits(hex);

    for (const std::string& digest :
         {digits.substr(1), digits + "0", digits.substr(1) + "G",
          digits.substr(1) + "F", " " + digits.substr(1), std::string()}) {
        refuses({"kind", "sub", "digest", digest},
                StreamEntryProblem::bad_digest);
    }
}


void refuses_wrong_times(void**)
{
    for (const char* const time :
         {"", "0", "1800000000", "99999999999", "-1800000000000",
          "+1800000000000", " 1800000000000", "1800000000000 ",
          "1800000000000.5", "1.8e12", "9007199254740992",
          "18446744073709551616", "0x1a3185c5000"}) {
        refuses({"kind", "sub", "value", "x", "since", time},
                StreamEntryProblem::bad_since);
        refuses({"kind", "sub", "value", "x", "expires", time},
                StreamEntryProblem::bad_expires);
    }
    for (const char* const lift : {"", "0", "yes"}) {
        refuses({"kind", "sub", "value", "x", "lift", lift},
                StreamEntryProblem::bad_lift);
    }
}


void is_bounded(void**)
{
    Texts texts = {"kind", "sub", "value", "x"};

    while (texts.size() < 2 * logout::stream_entry_max_fields) {
        texts.insert(texts.end(), {"note", ""});
    }
    read(texts);
    texts.insert(texts.end(), {"note", ""});
    refuses(texts, StreamEntryProblem::too_many_fields);
}


void reads_what_it_writes(void**)
{
    const RevocationKeys keys({1, 2});

    for (std::size_t i = 0; i < logout::revocation_kinds; ++i) {
        const auto kind = static_cast<RevocationKind>(i);
        StreamEntry entry = StreamEntry::of(kind, "realm", "the value");
        entry.since = now - 1000;
        entry.expires = now + 1000;
        entry.lift = i % 2 != 0;

        const StreamEntryFields fields(entry);
        const Texts texts(fields.data(), fields.data() + fields.size());
        const StreamEntry found = read(texts);

        assert_true(texts[0] == "version" && texts[1] == "1");
        assert_true(found.kind == kind);
        assert_int_equal(found.since, entry.since + (entry.lift ? 1 : 0));
        assert_int_equal(found.expires, entry.expires);
        assert_true(found.lift == entry.lift);
        assert_true(found.key(keys) == keys.of(kind, "realm", "the value"));
        assert_true(found.digest.has_value() == logout::is_digested(kind));
        for (const std::string_view text : texts) {
            assert_true(!logout::is_digested(kind) || text != "the value");
        }
    }
}


// A digest that an application made and the value itself are the same.
void digest_and_value_are_one(void**)
{
    const RevocationKeys keys({1, 2});

    // printf '%s' 'sub:9:https://a:U' | sha256sum | cut -c 1-32
    assert_true(
        read({"kind", "sub", "digest", "0b9c4f37c88b5ef35de55ade99bab4e3"})
            .key(keys) ==
        read({"kind", "sub", "iss", "https://a", "value", "U"}).key(keys));
}


// In the order of the stream: what ended in the same millisecond, and before,
// is lifted; what ends after it, is not.
void lifts_what_is_before_it(void**)
{
    alignas(64) static std::array<char, logout::RevocationTable::min_size> room;
    auto table =
        logout::RevocationTable::create(room.data(), room.size(), {1, 2});
    const Texts ended = {"kind", "session", "realm", "s", "value", "x"};
    Texts lifted = ended;
    lifted.insert(lifted.end(), {"lift", "1"});

    const StreamEntry end = read(ended);
    const StreamEntry lift = read(lifted);
    const auto key = end.key(table.keys());

    assert_true(key == lift.key(table.keys()));
    table.insert(end.kind, key, {end.since, end.expires}, now);
    assert_true(table.lift(key, lift.since));
    table.insert(end.kind, key, {end.since + 1, end.expires}, now);
    assert_false(table.lift(key, lift.since));
}


void reads_places(void**)
{
    const auto found = logout::parse_stream_place("1800000000000-7");

    assert_true(found.has_value());
    assert_int_equal(found->milliseconds, now);
    assert_int_equal(found->sequence, 7);
    for (const char* const text :
         {"", "-", "1-", "-1", "1", "1-2-3", "1--2", "a-1", "1-a", " 1-1",
          "18446744073709551616-1", "1-18446744073709551616"}) {
        assert_false(logout::parse_stream_place(text).has_value());
    }
    for (const StreamPlace& each :
         {StreamPlace{0, 0}, place,
          StreamPlace{~std::uint64_t{0}, ~std::uint64_t{0}}}) {
        const logout::StreamPlaceText text(each);
        const auto again = logout::parse_stream_place(text.view());

        assert_true(again.has_value());
        assert_int_equal(again->milliseconds, each.milliseconds);
        assert_int_equal(again->sequence, each.sequence);
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_an_application_writes),
        cmocka_unit_test(reads_every_field),
        cmocka_unit_test(takes_redis_clock_for_the_latest),
        cmocka_unit_test(does_not_overflow),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(refuses_wrong_values),
        cmocka_unit_test(refuses_wrong_digests),
        cmocka_unit_test(refuses_wrong_times),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(digest_and_value_are_one),
        cmocka_unit_test(lifts_what_is_before_it),
        cmocka_unit_test(reads_places),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
