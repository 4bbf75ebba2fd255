// Sessions in their cookie: what spellings of one value have in common.

#include "core/session/sealed.hpp"
#include "core/session/sealed_cookie.hpp"

#include <memory_resource>
#include <string>
#include <string_view>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using logout::CookieSightings;
using logout::SealedParts;
using logout::SealedValue;

namespace {

std::string id_of(std::string_view value)
{
    return std::string(logout::view_of(SealedValue().add(value).id()));
}


std::string id_up_to_padding(std::string_view value)
{
    return std::string(
        logout::view_of(SealedValue().add(value).id_up_to_padding()));
}


constexpr std::string_view value =
    "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE";


void spellings_are_the_same(void**)
{
    const char* const spellings[] = {
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE",
        "%65yJ1c2VyIjo0Mn0%2eaZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE",
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9/xY+Q2w7RtLm8NvCs5dHfJgE",
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE=",
        "\"eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE\"",
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_~xY-Q2w7 RtLm8NvCs5dHfJgE",
        // the last character has two bits that no byte takes
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgF",
        // one more is no byte, and there are four bits too many in the middle
        "eyJ1c2VyIjo0Mn0.aZ3bQx.kP9_xY-Q2w7RtLm8NvCs5dHfJgE",
    };

    for (const char* const spelling : spellings) {
        assert_string_equal(id_of(spelling).c_str(), id_of(value).c_str());
    }
}


void other_values_are_others(void**)
{
    const char* const others[] = {
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgI",
        "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfKgE",
        "eyJ1c2VyIjo0Mn0aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE",
        "eyJ1c2VyIjo0Nn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE",
        "EyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7RtLm8NvCs5dHfJgE",
        "",
    };

    for (const char* const other : others) {
        assert_string_not_equal(id_of(other).c_str(), id_of(value).c_str());
    }
}


void what_follows_padding_may_be_overlooked(void**)
{
    const std::string more = std::string(value) + "=more";

    assert_true(SealedValue().add(more).may_end_at_padding());
    assert_string_equal(id_up_to_padding(more).c_str(), id_of(value).c_str());
    assert_string_not_equal(id_of(more).c_str(), id_of(value).c_str());

    assert_false(SealedValue().add(value).may_end_at_padding());
    assert_false(
        SealedValue().add(std::string(value) + "==").may_end_at_padding());
    // a name and its value, rather than a signature
    assert_false(SealedValue().add("user=bob&mac=0123").may_end_at_padding());
}


void parts_are_one_value(void**)
{
    SealedValue parts;

    parts.add(value.substr(0, 20)).add(value.substr(20));
    assert_string_equal(std::string(logout::view_of(parts.id())).c_str(),
                        id_of(value).c_str());
    assert_int_equal(parts.length(), value.size() - 2);
}


SealedParts chunks_of(std::string_view header)
{
    static std::pmr::monotonic_buffer_resource memory;
    static CookieSightings sightings(&memory);

    sightings.clear();
    assert_true(find_sightings(header, 0, {"box", false, true}, sightings));
    return logout::sealed_chunks(sightings, '.');
}


void chunks_are_put_in_order(void**)
{
    const SealedParts chunks = chunks_of("box.2=c; box.0=a; x=1; box.1=b");

    assert_int_equal(chunks.count, 3);
    assert_false(chunks.ambiguous);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(chunks.part[static_cast<std::size_t>(i)]->chunk, i);
    }

    assert_int_equal(chunks_of("box.1=a; box.2=b").count, 2);
    assert_int_equal(chunks_of("box.2=a; box.3=b").count, 0);
    assert_int_equal(chunks_of("box.0=a; box.2=b").count, 1);
    assert_int_equal(chunks_of("box=a; box.x=b; box.100=c").count, 0);
    assert_true(chunks_of("box.0=a; box.1=b; box.1=c").ambiguous);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(spellings_are_the_same),
        cmocka_unit_test(other_values_are_others),
        cmocka_unit_test(what_follows_padding_may_be_overlooked),
        cmocka_unit_test(parts_are_one_value),
        cmocka_unit_test(chunks_are_put_in_order),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
