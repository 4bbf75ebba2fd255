// The `state` parameter on its way back to the client.

#include "core/request/oidc_state.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::StateProblem;

namespace {

struct Appended {
    std::string_view url;
    std::string_view state;
    std::string_view expected;
};


void fail_with(std::string_view what)
{
    fail_msg("%.*s", static_cast<int>(what.size()), what.data());
}


void appends(void**)
{
    const Appended cases[] = {
        {"https://app.test/", "abc", "https://app.test/?state=abc"},
        {"https://app.test/a?x=1", "abc", "https://app.test/a?x=1&state=abc"},
        {"https://app.test/a?x=1#f", "abc",
         "https://app.test/a?x=1&state=abc#f"},
        {"https://app.test/a#f?x", "abc", "https://app.test/a?state=abc#f?x"},
        {"https://app.test/a#", "abc", "https://app.test/a?state=abc#"},
        {"https://app.test/a?", "abc", "https://app.test/a?state=abc"},
        {"https://app.test/a?x&", "abc", "https://app.test/a?x&state=abc"},
        {"/bye", "abc", "/bye?state=abc"},
        {"com.example.app://bye", "abc", "com.example.app://bye?state=abc"},
        {"https://app.test/", "", "https://app.test/?state="},
        {"https://app.test/", "0af1%3Bhere%3Bthere",
         "https://app.test/?state=0af1%3Bhere%3Bthere"},
        {"https://app.test/", "st+1%20%2b%c3%b8",
         "https://app.test/?state=st+1%20%2b%c3%b8"},
        {"https://app.test/", "eyJ=:@/?!$'()*,;-._~",
         "https://app.test/?state=eyJ=:@/?!$'()*,;-._~"},
        {"https://app.test/", "{\"a\":[1]}<\\^`|>",
         "https://app.test/?state=%7B%22a%22:%5B1%5D%7D%3C%5C%5E%60%7C%3E"},
        {"https://app.test/", "\xc3\xb8", "https://app.test/?state=%C3%B8"},
    };

    for (const Appended& c : cases) {
        if (logout::check_state(c.state) != StateProblem::none ||
            logout::append_state(c.url, c.state,
                                 std::pmr::new_delete_resource()) !=
                c.expected) {
            fail_with(c.expected);
        }
    }
}


void refuses(void**)
{
    const std::pair<std::string_view, StateProblem> cases[] = {
        {"%", StateProblem::malformed_escape},
        {"a%2", StateProblem::malformed_escape},
        {"a%2g", StateProblem::malformed_escape},
        {"%%41", StateProblem::malformed_escape},
        {"a b", StateProblem::forbidden_byte},
        {"a#b", StateProblem::forbidden_byte},
        {"a&b", StateProblem::forbidden_byte},
        {"a\r\nSet-Cookie: x=y", StateProblem::forbidden_byte},
        {"a\0b"sv, StateProblem::forbidden_byte},
        {"\x7f", StateProblem::forbidden_byte},
    };

    for (const auto& [state, problem] : cases) {
        if (logout::check_state(state) != problem) {
            fail_with(state);
        }
    }
}


void bounds_the_length(void**)
{
    const std::string longest(logout::state_max_length, 'a');

    assert_true(logout::check_state(longest) == StateProblem::none);
    assert_true(logout::check_state(longest + 'a') == StateProblem::too_long);
}


void encodes_what_came_decoded(void**)
{
    assert_true(logout::encode_state("a b&c#d%\xc3\xb8;=",
                                     std::pmr::new_delete_resource()) ==
                "a%20b%26c%23d%25%C3%B8%3B%3D");
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(appends),
        cmocka_unit_test(refuses),
        cmocka_unit_test(bounds_the_length),
        cmocka_unit_test(encodes_what_came_decoded),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
