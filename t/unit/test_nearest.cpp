#include "core/base/did_you_mean.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <iterator>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view words[] = {"path=", "domain=", "secure", "key="};


void assert_nearest(std::string_view word, std::string_view expected)
{
    const std::string nearest(
        logout::nearest_word(word, words, std::size(words)));

    assert_string_equal(nearest.c_str(), std::string(expected).c_str());
}


void assert_unknown(std::string_view name, std::string_view expected)
{
    const std::string problem = logout::unknown_parameter(
        name, "logout_clear_cookie", words, std::size(words));

    assert_string_equal(problem.c_str(), std::string(expected).c_str());
}


void finds_a_word_with_one_fault(void**)
{
    assert_nearest("pth=", "path=");      // a letter is missing
    assert_nearest("ppath=", "path=");    // one is too many
    assert_nearest("Path=", "path=");     // one is another
    assert_nearest("kye=", "key=");       // two are swapped
    assert_nearest("secure=", "secure");  // a value where there is none
}


void allows_a_third_of_the_letters(void**)
{
    assert_nearest("domnai=", "domain=");
    assert_nearest("dmian=", "domain=");
    assert_nearest("dimoan=", "");
    assert_nearest("secret", "secure");
    assert_nearest("secrets", "");
    assert_nearest("xyz=", "");
    assert_nearest("", "");
}


// A letter between two that are swapped is one step more.
void swaps_only_neighbours(void**)
{
    assert_nearest("yek=", "");
}


void says_which_was_meant(void**)
{
    assert_unknown("pth=", "unknown parameter \"pth=\" in "
                           "\"logout_clear_cookie\", did you mean \"path=\"?");
}


void says_which_there_are(void**)
{
    assert_unknown("other", "unknown parameter \"other\" in "
                            "\"logout_clear_cookie\", it must be one of "
                            "path=, domain=, secure, key=");
}


void says_which_words_there_are(void**)
{
    constexpr std::string_view levels[] = {"info", "notice", "warn"};

    assert_string_equal(
        logout::unknown_word("debug", "logout_log_level", levels, 3).c_str(),
        "invalid value \"debug\" in \"logout_log_level\" directive, it must be "
        "one of info, notice, warn");
    assert_string_equal(
        logout::unknown_word("warm", "logout_log_level", levels, 3).c_str(),
        "invalid value \"warm\" in \"logout_log_level\" directive, it must be "
        "one of info, notice, warn; did you mean \"warn\"?");
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_word_with_one_fault),
        cmocka_unit_test(allows_a_third_of_the_letters),
        cmocka_unit_test(swaps_only_neighbours),
        cmocka_unit_test(says_which_was_meant),
        cmocka_unit_test(says_which_there_are),
        cmocka_unit_test(says_which_words_there_are),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
