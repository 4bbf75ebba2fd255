// Where servers may see a cookie, and the header without it.

#include "core/session/sightings.hpp"

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using logout::CookieCut;
using logout::CookieNaming;
using logout::CookieSightings;

namespace {

std::pmr::monotonic_buffer_resource memory;


// "PIECE|VALUE" of each, with "!" before those that no browser writes.
std::string seen(std::string_view header, const CookieNaming& naming)
{
    CookieSightings found(&memory);
    std::string text;

    assert_true(find_sightings(header, 0, naming, found));
    for (const logout::CookieSighting& sighting : found) {
        text += text.empty() ? "" : " ";
        text += sighting.plain ? "" : "!";
        text += header.substr(sighting.begin, sighting.end - sighting.begin);
        text += "|";
        text += sighting.value;
    }
    return text;
}


struct SeenCase {
    const char* header;
    const char* seen;
};


void cookies_are_seen(void**)
{
    const SeenCase cases[] = {
        {"", ""},
        {"sid=a", "sid=a|a"},
        {"x=1;sid=a;y=2", "sid=a|a"},
        {"sid=\"a\"", "sid=\"a\"|a"},
        {"sid=a;sid=b", "sid=a|a sid=b|b"},
        {"sid", ""},
        {"sid;x=1", ""},
        {"xsid=a;side=b;sid.x=c;x-sid=d", ""},
        {"sid =a", "sid =a|a"},
        {"x=1,sid=a", "!x=1,sid=a|a"},
        {"x=\"sid=a\"", "!x=\"sid=a\"|a\""},
        {"x=1;\xa0sid=\xa0"
         "a",
         "!\xa0sid=\xa0"
         "a|a"},
        {"sid=", "sid=|"},
    };

    for (const SeenCase& one : cases) {
        assert_string_equal(seen(one.header, {"sid", false, false}).c_str(),
                            one.seen);
    }
}


void php_has_other_names_for_some(void**)
{
    const CookieNaming naming = {"my_id", true, false};

    assert_string_equal(seen("my_id=a", naming).c_str(), "my_id=a|a");
    assert_string_equal(seen("my.id=a", naming).c_str(), "!my.id=a|a");
    assert_string_equal(seen("my[id=a", naming).c_str(), "!my[id=a|a");
    assert_string_equal(seen("my id=a", naming).c_str(), "!my id=a|a");
    assert_string_equal(seen("my-id=a", naming).c_str(), "");
    assert_string_equal(seen("my.id=a", {"my_id", false, false}).c_str(), "");
    assert_string_equal(seen(".id=a", {"_id", true, false}).c_str(),
                        "!.id=a|a");
}


void there_is_a_limit(void**)
{
    std::string header;
    CookieSightings found(&memory);

    for (std::size_t i = 0; i < logout::cookie_max_sightings; ++i) {
        header += "sid=a;";
    }
    assert_true(find_sightings(header, 0, {"sid", false, false}, found));
    assert_false(find_sightings("sid=a", 1, {"sid", false, false}, found));
}


struct CutCase {
    const char* header;
    std::vector<CookieCut> cuts;
    const char* left;
};


void what_is_left_stays_as_it_is(void**)
{
    const CutCase cases[] = {
        {"a=1; sid=x; b=2", {{4, 10}}, "a=1; b=2"},
        {"a=1; sid=x", {{4, 10}}, "a=1"},
        {"sid=x; b=2", {{0, 5}}, "b=2"},
        {"sid=x", {{0, 5}}, ""},
        {"sid=x;sid=y", {{0, 5}, {6, 11}}, ""},
        {"sid=x;a=1;sid=y", {{0, 5}, {10, 15}}, "a=1"},
        {"a=1;sid=x;;b=2;", {{4, 9}}, "a=1;;b=2;"},
        {"a=1", {}, "a=1"},
    };

    for (const CutCase& one : cases) {
        const std::string_view header = one.header;
        std::string out(header.size(), '#');

        out.resize(
            cut_cookies(header, one.cuts.data(), one.cuts.size(), out.data()));
        assert_string_equal(out.c_str(), one.left);
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(cookies_are_seen),
        cmocka_unit_test(php_has_other_names_for_some),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(what_is_left_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
