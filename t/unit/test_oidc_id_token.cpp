// id_token_hint, as clients send it and as they should not.

#include "core/token/id_token.hpp"
#include "token_data.hpp"

using logout::IdTokenHint;
using logout::IdTokenProblem;
using logout::JwtProblem;
using logout::TokenIssuers;

namespace {

std::pmr::memory_resource* const memory = std::pmr::new_delete_resource();


struct Case {
    const char* token;
    const char* client_id;  // the parameter
    IdTokenProblem problem;
    const char* client = "";  // the client that is found
};


const Case verified_cases[] = {
    {"rs256", "", IdTokenProblem::none, "spa"},
    {"rs256", "spa", IdTokenProblem::none, "spa"},
    {"rs256", "other", IdTokenProblem::client_mismatch},
    {"ps256", "", IdTokenProblem::none, "spa"},
    {"es256", "", IdTokenProblem::none, "spa"},
    {"eddsa", "", IdTokenProblem::none, "spa"},
    {"id_expired_long_ago", "", IdTokenProblem::none, "spa"},
    {"id_without_expiry", "", IdTokenProblem::none, "spa"},
    {"id_sid_missing", "", IdTokenProblem::none, "spa"},
    {"id_audience_list", "", IdTokenProblem::none, "spa"},
    {"id_two_audiences", "", IdTokenProblem::audience_ambiguous},
    {"id_two_audiences", "spa", IdTokenProblem::none, "spa"},
    {"id_two_audiences", "api", IdTokenProblem::none, "api"},
    {"id_two_audiences", "other", IdTokenProblem::client_mismatch},
    {"id_two_audiences_azp", "", IdTokenProblem::none, "spa"},
    {"id_two_audiences_azp", "spa", IdTokenProblem::none, "spa"},
    {"id_two_audiences_azp", "api", IdTokenProblem::client_mismatch},
    {"id_azp_not_audience", "", IdTokenProblem::none, "spa"},
    {"id_azp_not_audience", "api", IdTokenProblem::client_mismatch},
    {"id_audience_empty_list", "spa", IdTokenProblem::audience_missing},
    {"id_audience_empty", "spa", IdTokenProblem::audience_missing},
    {"id_audience_number", "spa", IdTokenProblem::audience_missing},
    {"id_audience_mixed", "spa", IdTokenProblem::audience_missing},
    {"id_audience_missing", "spa", IdTokenProblem::audience_missing},
    {"id_other_issuer", "spa", IdTokenProblem::issuer_mismatch},
    {"id_issuer_with_slash", "spa", IdTokenProblem::issuer_mismatch},
    {"id_issuer_missing", "spa", IdTokenProblem::issuer_mismatch},
    {"id_issuer_a_list", "spa", IdTokenProblem::issuer_mismatch},
    {"id_hs256", "spa", IdTokenProblem::bad_token},
    {"none", "spa", IdTokenProblem::bad_token},
    {"payload_swapped", "spa", IdTokenProblem::bad_token},
    {"captured_stand_in", "spa", IdTokenProblem::bad_token},
    {"logout", "spa", IdTokenProblem::not_an_id_token},
};


const Case unverified_cases[] = {
    {"rs256", "", IdTokenProblem::none, "spa"},
    {"rs256", "other", IdTokenProblem::client_mismatch},
    {"payload_swapped", "", IdTokenProblem::none, "spa"},
    {"id_hs256", "", IdTokenProblem::none, "spa"},
    {"id_other_issuer", "", IdTokenProblem::none, "spa"},
    {"id_two_audiences", "", IdTokenProblem::audience_ambiguous},
    {"none", "", IdTokenProblem::bad_token},
    {"none", "spa", IdTokenProblem::none, "spa"},
    {"captured_stand_in", "", IdTokenProblem::bad_token},
    {"captured_stand_in", "spa", IdTokenProblem::none, "spa"},
    {"logout", "spa", IdTokenProblem::not_an_id_token},
};


const TokenIssuers& issuers()
{
    static const TokenIssuers made = [] {
        TokenIssuers list;

        list.push_back({token_data::issuer(), token_data::keys("provider")});
        return list;
    }();

    return made;
}


template <std::size_t count>
void check_all(const Case (&cases)[count], const TokenIssuers* issuers)
{
    for (const Case& c : cases) {
        const IdTokenHint hint = logout::read_id_token_hint(
            token_data::token(c.token), c.client_id, issuers, memory);
        const bool ok = c.problem == IdTokenProblem::none;

        if (hint.problem != c.problem || (ok && hint.client_id != c.client) ||
            hint.verified != (ok && issuers != nullptr)) {
            fail_msg("%s with client_id \"%s\": %s", c.token, c.client_id,
                     logout::describe(hint));
        }
    }
}


void verified(void**)
{
    check_all(verified_cases, &issuers());
}


// Whose it is, the token says; that one's keys have to fit.
void of_several_issuers(void**)
{
    TokenIssuers several;

    several.push_back({"https://first.test", token_data::keys("provider")});
    several.push_back({token_data::issuer(), token_data::keys("provider")});
    check_all(verified_cases, &several);

    several.pop_back();
    several.push_back({"https://last.test", token_data::keys("provider")});
    assert_true(logout::read_id_token_hint(token_data::token("rs256"), "",
                                           &several, memory)
                    .problem == IdTokenProblem::issuer_mismatch);
}


void without_keys(void**)
{
    check_all(unverified_cases, nullptr);
}


void every_token_is_looked_at(void**)
{
    std::set<std::string> tested;

    for (const Case& c : verified_cases) {
        tested.insert(c.token);
    }
    token_data::assert_all_tested("id_", tested);
}


void only_a_verified_hint_names_a_session(void**)
{
    const std::string_view token = token_data::token("rs256");
    const IdTokenHint hint =
        logout::read_id_token_hint(token, "", &issuers(), memory);
    const IdTokenHint unverified =
        logout::read_id_token_hint(token, "", nullptr, memory);
    const IdTokenHint refused =
        logout::read_id_token_hint(token, "other", &issuers(), memory);

    assert_string_equal(hint.subject.c_str(), "u1");
    assert_string_equal(hint.session_id.c_str(), "s1");
    assert_true(unverified.subject.empty() && unverified.session_id.empty());
    assert_true(refused.subject.empty() && refused.session_id.empty());
}


void says_what_is_wrong_with_the_token(void**)
{
    const IdTokenHint hint = logout::read_id_token_hint(
        token_data::token("none"), "", &issuers(), memory);

    assert_true(hint.token_problem == JwtProblem::unsigned_token);
    assert_string_equal(logout::describe(hint), "the token is not signed");
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(verified),
        cmocka_unit_test(of_several_issuers),
        cmocka_unit_test(without_keys),
        cmocka_unit_test(every_token_is_looked_at),
        cmocka_unit_test(only_a_verified_hint_names_a_session),
        cmocka_unit_test(says_what_is_wrong_with_the_token),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
