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
#include <utility>
#include <vector>

using logout::FrontchannelPolicy;
using logout::FrontchannelProblem;

namespace {

const std::string issuer = "https://id.example.test";


FrontchannelPolicy policy(std::vector<std::string> issuers = {issuer})
{
    FrontchannelPolicy made;

    made.issuers = std::move(issuers);
    return made;
}


FrontchannelProblem check(std::string_view iss, std::string_view sid,
                          const FrontchannelPolicy& policy = ::policy())
{
    std::string_view caller;

    return logout::check_frontchannel(iss, sid, policy, caller);
}


std::string caller(std::string_view iss, std::string_view sid,
                   const FrontchannelPolicy& policy)
{
    std::string_view caller;

    assert_true(logout::check_frontchannel(iss, sid, policy, caller) ==
                FrontchannelProblem::none);
    return std::string(caller);
}


void both_or_neither(void**)
{
    assert_true(check("", "") == FrontchannelProblem::none);
    assert_true(check(issuer, "s1") == FrontchannelProblem::none);
    assert_true(check(issuer, "") ==
                FrontchannelProblem::one_without_the_other);
    assert_true(check("", "s1") == FrontchannelProblem::one_without_the_other);
}


void issuers(void**)
{
    for (std::string_view other :
         {"https://evil.test", "https://id.example.test/",
          "https://ID.example.test", "http://id.example.test"}) {
        assert_true(check(other, "s1") == FrontchannelProblem::issuer_mismatch);
    }
}


void lengths(void**)
{
    const std::string longest(logout::frontchannel_sid_max_length, 's');

    assert_true(check(issuer, longest) == FrontchannelProblem::none);
    assert_true(check(issuer, longest + 's') == FrontchannelProblem::too_long);
}


void registered_to_get_a_session(void**)
{
    FrontchannelPolicy required = policy();

    required.session_required = true;
    assert_true(check("", "", required) ==
                FrontchannelProblem::session_missing);
    assert_true(check(issuer, "", required) ==
                FrontchannelProblem::one_without_the_other);
    assert_true(check(issuer, "s1", required) == FrontchannelProblem::none);
}


void a_session_without_issuer(void**)
{
    FrontchannelPolicy optional = policy();

    optional.issuer_optional = true;
    assert_string_equal(caller("", "s1", optional).c_str(), issuer.c_str());
    assert_string_equal(caller(issuer, "s1", optional).c_str(), issuer.c_str());
    assert_string_equal(caller("", "", optional).c_str(), "");
    assert_true(check("https://evil.test", "s1", optional) ==
                FrontchannelProblem::issuer_mismatch);
    assert_true(check(issuer, "", optional) ==
                FrontchannelProblem::one_without_the_other);
}


void several_issuers(void**)
{
    const FrontchannelPolicy two = policy({issuer, "https://other.test"});

    assert_string_equal(caller("https://other.test", "s1", two).c_str(),
                        "https://other.test");
    assert_string_equal(caller(issuer, "s1", two).c_str(), issuer.c_str());
    assert_true(check("https://third.test", "s1", two) ==
                FrontchannelProblem::issuer_mismatch);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(both_or_neither),
        cmocka_unit_test(issuers),
        cmocka_unit_test(lengths),
        cmocka_unit_test(registered_to_get_a_session),
        cmocka_unit_test(a_session_without_issuer),
        cmocka_unit_test(several_issuers),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
