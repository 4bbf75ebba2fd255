#include "core/session/key_template.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

namespace {

bool is_bare(const char* key)
{
    return logout::is_bare_variable(key, "logout_token");
}


void one_variable_is_bare(void**)
{
    assert_true(is_bare("$logout_token"));
    assert_true(is_bare("${logout_token}"));
}


void text_and_other_variables_are_not(void**)
{
    for (const char* const key :
         {"oauth:$logout_token", "$logout_token:", "${logout_token}s",
          "$logout_tokens", "${logout_tokens}", "$a$logout_token", "${a}",
          "$logout_token}", "{logout_token}", "$", "${", "${}", ""}) {
        assert_false(is_bare(key));
    }
}


void what_nginx_would_put_in_is_a_variable(void**)
{
    for (const char* const text :
         {"$a", "${a}", "a:$B:", "$$a", "$_", "$1", "x${"}) {
        assert_true(logout::has_variable(text));
    }
    for (const char* const text : {"", "$", "a$", "$:a", "a$$", "{a}", "$-"}) {
        assert_false(logout::has_variable(text));
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(one_variable_is_bare),
        cmocka_unit_test(text_and_other_variables_are_not),
        cmocka_unit_test(what_nginx_would_put_in_is_a_variable),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
