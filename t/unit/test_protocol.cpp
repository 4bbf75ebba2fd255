// The protocols as a table: their names and what each one reads.

#include "core/request/protocol.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using namespace std::literals;
using logout::ClientRule;
using logout::DefaultReturn;
using logout::find_protocol;
using logout::Parameter;
using logout::ProtocolTraits;
using logout::QueryMatching;

namespace {

void names_are_compared_exactly(void**)
{
    for (const std::string_view name : {"auth0"sv, "schibsted"sv, "oidc"sv}) {
        const ProtocolTraits* const protocol = find_protocol(name);

        assert_non_null(protocol);
        assert_true(protocol->name == name);
        assert_true(logout::protocol_names().find(name) !=
                    std::string_view::npos);
    }

    for (const std::string_view name :
         {""sv, "Auth0"sv, "auth0 "sv, "auth"sv, "auth00"sv, "openid"sv}) {
        assert_null(find_protocol(name));
    }
}


// What a request for a return URL is called differs, and nobody reads that of
// another protocol.
void each_protocol_reads_its_own_return_url(void**)
{
    constexpr Parameter all[] = {Parameter::return_to, Parameter::redirect_uri,
                                 Parameter::post_logout_redirect_uri};
    const std::pair<const char*, Parameter> cases[] = {
        {"auth0", Parameter::return_to},
        {"schibsted", Parameter::redirect_uri},
        {"oidc", Parameter::post_logout_redirect_uri},
    };

    for (const auto& [name, own] : cases) {
        const ProtocolTraits* const protocol = find_protocol(name);

        assert_true(protocol->return_url == own);
        assert_true(protocol->parameters.contains(Parameter::client_id));
        for (const Parameter parameter : all) {
            assert_int_equal(protocol->parameters.contains(parameter),
                             parameter == own);
        }
    }
}


void what_only_one_protocol_reads(void**)
{
    const std::pair<Parameter, const char*> cases[] = {
        {Parameter::federated, "auth0"},
        {Parameter::client_sdrn, "schibsted"},
        {Parameter::callback, "schibsted"},
        {Parameter::oauth_token, "schibsted"},
        {Parameter::state, "oidc"},
        {Parameter::id_token_hint, "oidc"},
    };

    for (const auto& [parameter, owner] : cases) {
        for (const char* const name : {"auth0", "schibsted", "oidc"}) {
            assert_int_equal(
                find_protocol(name)->parameters.contains(parameter),
                name == std::string_view(owner));
        }
    }
}


void the_rules_differ(void**)
{
    const ProtocolTraits& auth0 = *find_protocol("auth0");
    const ProtocolTraits& schibsted = *find_protocol("schibsted");
    const ProtocolTraits& oidc = *find_protocol("oidc");

    assert_true(auth0.client == ClientRule::optional);
    assert_true(schibsted.client == ClientRule::required);
    assert_true(oidc.client == ClientRule::for_return_url);

    assert_true(auth0.default_return == DefaultReturn::first_listed);
    assert_true(schibsted.default_return == DefaultReturn::first_listed);
    assert_true(oidc.default_return == DefaultReturn::signed_out_page);

    assert_true(auth0.query_matching == QueryMatching::ignored);
    assert_true(schibsted.query_matching == QueryMatching::compared);
    assert_true(oidc.query_matching == QueryMatching::compared);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(names_are_compared_exactly),
        cmocka_unit_test(each_protocol_reads_its_own_return_url),
        cmocka_unit_test(what_only_one_protocol_reads),
        cmocka_unit_test(the_rules_differ),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
