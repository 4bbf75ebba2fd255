// OpenID Connect Front-Channel Logout 1.0, section 3.

#include "core/plan/frontchannel.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using logout::check_frontchannel;
using logout::FrontchannelProblem;

namespace {

constexpr std::string_view issuer = "https://id.example.test";


void both_or_neither(void**)
{
    assert_true(check_frontchannel("", "", issuer) ==
                FrontchannelProblem::none);
    assert_true(check_frontchannel(issuer, "s1", issuer) ==
                FrontchannelProblem::none);
    assert_true(check_frontchannel(issuer, "", issuer) ==
                FrontchannelProblem::one_without_the_other);
    assert_true(check_frontchannel("", "s1", issuer) ==
                FrontchannelProblem::one_without_the_other);
}


void issuers(void**)
{
    for (std::string_view other :
         {"https://evil.test", "https://id.example.test/",
          "https://ID.example.test", "http://id.example.test"}) {
        assert_true(check_frontchannel(other, "s1", issuer) ==
                    FrontchannelProblem::issuer_mismatch);
    }
}


void lengths(void**)
{
    const std::string longest(logout::frontchannel_sid_max_length, 's');

    assert_true(check_frontchannel(issuer, longest, issuer) ==
                FrontchannelProblem::none);
    assert_true(check_frontchannel(issuer, longest + 's', issuer) ==
                FrontchannelProblem::too_long);
}


void registered_to_get_a_session(void**)
{
    assert_true(check_frontchannel("", "", issuer, true) ==
                FrontchannelProblem::session_missing);
    assert_true(check_frontchannel(issuer, "", issuer, true) ==
                FrontchannelProblem::one_without_the_other);
    assert_true(check_frontchannel(issuer, "s1", issuer, true) ==
                FrontchannelProblem::none);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(both_or_neither),
        cmocka_unit_test(issuers),
        cmocka_unit_test(lengths),
        cmocka_unit_test(registered_to_get_a_session),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
