// The script that answers the SPiD 2.x SDK.

#include "core/request/jsonp.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::JsonpAnswer;

namespace {

std::pmr::memory_resource* const memory = std::pmr::new_delete_resource();


void assert_text(const std::pmr::string& text, const char* expected)
{
    assert_string_equal(text.c_str(), expected);
}


void callback_names(void**)
{
    for (std::string_view name :
         {"fdf7084342a194", "f0", "a", "_", "$", "jQuery_1.done", "A9$_."}) {
        assert_true(logout::is_jsonp_callback(name));
    }

    for (std::string_view name :
         {""sv, "1f"sv, ".f"sv, "f-1"sv, "f\""sv, "f\\"sv, "f("sv, "f;"sv,
          "f "sv, "f\n"sv, "f\0"sv, "f<"sv, "alert(1)"sv, "f\xc3\xb8"sv,
          "f[0]"sv, "f%22"sv}) {
        assert_false(logout::is_jsonp_callback(name));
    }

    const std::string longest(logout::jsonp_callback_max_length, 'f');
    assert_true(logout::is_jsonp_callback(longest));
    assert_false(logout::is_jsonp_callback(longest + 'f'));
}


void logged_out(void**)
{
    assert_text(
        logout::jsonp_logged_out({"fdf7084342a194", 1390824533, "example.com"},
                                 memory),
        "SPiD.Talk.response(\"fdf7084342a194\",{\"result\":true,"
        "\"serverTime\":1390824533,\"baseDomain\":\"example.com\"});\n");
}


void base_domain_is_a_host_or_nothing(void**)
{
    for (std::string_view domain :
         {""sv, "a\"b"sv, "a\\"sv, "</script>"sv, "a\nb"sv}) {
        assert_text(logout::jsonp_logged_out({"f1", 7, domain}, memory),
                    "SPiD.Talk.response(\"f1\",{\"result\":true,"
                    "\"serverTime\":7,\"baseDomain\":\"\"});\n");
    }
}


void failed(void**)
{
    assert_text(logout::jsonp_failed({"f1", 7, "example.com"}, 503,
                                     "redis_unavailable",
                                     "say \"again\" </script>", memory),
                "SPiD.Talk.response(\"f1\",{\"error\":{\"code\":503,"
                "\"type\":\"redis_unavailable\","
                "\"description\":\"say \\\"again\\\"  /script>\"},"
                "\"response\":{\"result\":false,\"serverTime\":7,"
                "\"baseDomain\":\"example.com\"}});\n");
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(callback_names),
        cmocka_unit_test(logged_out),
        cmocka_unit_test(base_domain_is_a_host_or_nothing),
        cmocka_unit_test(failed),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
