#include "core/request/query_mask.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <memory_resource>
#include <string>
#include <string_view>

namespace {

std::string masked(std::string_view text)
{
    std::pmr::monotonic_buffer_resource memory;
    const auto result = logout::mask_tokens(text, &memory);

    return result ? std::string(*result) : "nothing to mask";
}


void assert_masked(std::string_view text, std::string_view expected)
{
    assert_string_equal(masked(text).c_str(), std::string(expected).c_str());
}


void masks_in_a_query(void**)
{
    assert_masked("id_token_hint=eyJ.a.b", "id_token_hint=***");
    assert_masked("a=1&oauth_token=secret&b=2", "a=1&oauth_token=***&b=2");
    assert_masked("logout_token=x&id_token_hint=y",
                  "logout_token=***&id_token_hint=***");
}


void masks_in_a_request_line(void**)
{
    assert_masked("GET /logout?id_token_hint=eyJ.a.b HTTP/1.1",
                  "GET /logout?id_token_hint=*** HTTP/1.1");
    assert_masked("/logout?state=1&id_token_hint=eyJ.a.b",
                  "/logout?state=1&id_token_hint=***");
}


void masks_whatever_is_in_the_value(void**)
{
    assert_masked("id_token_hint=a=b?c", "id_token_hint=***");
    assert_masked("x?id_token_hint=%00%zz", "x?id_token_hint=***");
    assert_masked("/a=b?id_token_hint=c?id_token_hint=d",
                  "/a=b?id_token_hint=***");
    assert_masked("/a?returnTo=//b?c?oauth_token=d&e=f",
                  "/a?returnTo=//b?c?oauth_token=***&e=f");
}


void masks_every_occurrence(void**)
{
    assert_masked("oauth_token=a&oauth_token=b&oauth_token=",
                  "oauth_token=***&oauth_token=***&oauth_token=");
}


void knows_escaped_names(void**)
{
    assert_masked("id%5Ftoken%5fhint=eyJ", "id%5Ftoken%5fhint=***");
    assert_masked("oauth_toke%6e=a&id_token_hin%74=b&logout_toke%6E=c",
                  "oauth_toke%6e=***&id_token_hin%74=***&logout_toke%6E=***");
}


void leaves_the_rest_alone(void**)
{
    for (const char* const text :
         {"", "id_token_hint", "id_token_hint=", "state=id_token_hint",
          "my_id_token_hint=1", "ID_TOKEN_HINT=1", "id%zztoken_hint=1",
          "GET /id_token_hint HTTP/1.1", "&&=&"}) {
        assert_masked(text, "nothing to mask");
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(masks_in_a_query),
        cmocka_unit_test(masks_in_a_request_line),
        cmocka_unit_test(masks_whatever_is_in_the_value),
        cmocka_unit_test(masks_every_occurrence),
        cmocka_unit_test(knows_escaped_names),
        cmocka_unit_test(leaves_the_rest_alone),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
