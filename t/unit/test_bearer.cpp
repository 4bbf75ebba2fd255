// Access tokens in an Authorization header.

#include "core/request/bearer.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using namespace std::literals;
using logout::access_token_max_length;
using logout::bearer_token;
using logout::is_access_token;

namespace {

void a_token_has_the_alphabet_of_rfc_6750(void**)
{
    for (const std::string_view token :
         {"a"sv, "A9-._~+/"sv, "a="sv, "a=="sv, "mF_9.B5f-4.1JqM"sv}) {
        assert_true(is_access_token(token));
    }

    for (const std::string_view token :
         {""sv, "="sv, "a b"sv, "a=b"sv, "a\n"sv, "a\0"sv, "a*"sv, "a:b"sv,
          "a{b}"sv, "\xc3\xb8"sv}) {
        assert_false(is_access_token(token));
    }
}


void a_token_has_a_longest_length(void**)
{
    assert_true(is_access_token(std::string(access_token_max_length, 'a')));
    assert_false(
        is_access_token(std::string(access_token_max_length + 1, 'a')));
}


void the_scheme_is_bearer(void**)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"Bearer abc", "abc"},
        {"bearer abc", "abc"},
        {"BEARER abc==", "abc=="},
        {"Bearer   abc", "abc"},
        {"Bearer abc ", ""},
        {"Bearer abc def", ""},
        {"Bearer", ""},
        {"Bearer ", ""},
        {"Bearer   ", ""},
        {"Bearerabc", ""},
        {"Bearer\tabc", ""},
        {" Bearer abc", ""},
        {"Basic abc", ""},
        {"", ""},
        {"abc", ""},
    };

    for (const auto& [header, token] : cases) {
        if (bearer_token(header) != token) {
            fail_msg("%s", std::string(header).c_str());
        }
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_token_has_the_alphabet_of_rfc_6750),
        cmocka_unit_test(a_token_has_a_longest_length),
        cmocka_unit_test(the_scheme_is_bearer),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
