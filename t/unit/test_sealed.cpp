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


// Whether some application takes `spelling` for `value`.
bool is_seen(std::string_view spelling, std::string_view value)
{
    const std::string id = id_of(value);

    return SealedValue().add(spelling).any_id(
        [&](const logout::SealedId& seen) {
            return logout::view_of(seen) == id;
        });
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


void decoders_see_what_they_decode(void**)
{
    const std::string text(value);
    const std::string sealed = "Fe26.2*1*9f2c0a*Zm9vYmFyYmF6cXV4*17*Ab1xYz-0~2";
    const std::string rails =
        "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkltRnNhV05sSW4wPQ--bm9uY2Ugbm9uY2U--"
        "c2l4dGVlbiBieXRlcyEhIQ==";
    const std::string boxed = "b3BlbiBzZXNhbWUgaGVyZQ==;c2l4dGVlbiBieXRlcyE=";

    const struct {
        std::string spelling;
        std::string value;
    } same[] = {
        {text + "=more", text},
        // Python reads on where the group has no two digits
        {text.substr(0, 39) + "=" + text.substr(39) + "=more", text},
        {text.substr(0, 41) + "=" + text.substr(41) + "==more", text},
        {text.substr(0, 48) + "=more", text.substr(0, 48)},
        // "%4R" is no escape, "%34" is one, unless nobody undoes escapes
        {"eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7%34RtLm8NvCs5dHfJgE",
         "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w74RtLm8NvCs5dHfJgE"},
        {"eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w7%34RtLm8NvCs5dHfJgE",
         "eyJ1c2VyIjo0Mn0.aZ3bQw.kP9_xY-Q2w734RtLm8NvCs5dHfJgE"},
        // in each part
        {"eyJ1c2VyIjo0Mn0gLi4uIH0g=more.kP9_xY-Q2w7RtLm8Nv=more",
         "eyJ1c2VyIjo0Mn0gLi4uIH0g.kP9_xY-Q2w7RtLm8Nv"},
        // behind the version, or without one
        {sealed + "abc", sealed},
        {sealed.substr(0, sealed.size() - 2), sealed},
        {"b3BlbiBzZXNhbWUgaGVyZR==%3bc2l4dGVlbiBieXRlcyF=", boxed},
        {"b3BlbiBzZXNh.bWUgaGVyZQ=x%3bc2l4dGVlbiBieXRlcyE=%3bmore", boxed},
        // Rails
        {rails + "--more", rails},
        {rails.substr(0, rails.rfind("--")) + "--more",
         rails.substr(0, rails.rfind("--"))},
        // dots may be nothing
        {"b3BlbiBz.ZXNhbWU.gaGVyZSEh", "b3BlbiBzZXNhbWUgaGVyZSEh"},
    };
    for (const auto& pair : same) {
        assert_true(is_seen(pair.spelling, pair.value));
    }

    assert_false(is_seen(text + "~2", text));
    assert_false(is_seen(text + "more", text));
    assert_false(is_seen(sealed.substr(0, sealed.size() - 3) + "~2", sealed));
    // a name and its value, rather than a signature
    assert_false(is_seen("user=bob&mac=0123", "user"));
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
        cmocka_unit_test(decoders_see_what_they_decode),
        cmocka_unit_test(parts_are_one_value),
        cmocka_unit_test(chunks_are_put_in_order),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
