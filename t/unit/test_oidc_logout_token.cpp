// logout_token: OpenID Connect Back-Channel Logout 1.0, section 2.6, step by
// step.

#include "core/token/logout_token.hpp"
#include "token_data.hpp"

using logout::JwtProblem;
using logout::LogoutToken;
using logout::LogoutTokenPolicy;
using logout::LogoutTokenProblem;
using logout::TokenIssuer;

namespace {

std::pmr::memory_resource* const memory = std::pmr::new_delete_resource();


struct Case {
    const char* token;
    LogoutTokenProblem problem;
};


const Case cases[] = {
    {"logout", LogoutTokenProblem::none},
    {"logout_es256", LogoutTokenProblem::none},
    {"logout_eddsa", LogoutTokenProblem::none},
    {"logout_untyped", LogoutTokenProblem::none},
    {"logout_typed_jwt", LogoutTokenProblem::none},
    {"logout_typed_long", LogoutTokenProblem::none},
    {"logout_typed_access_token", LogoutTokenProblem::wrong_type},
    {"logout_sid_only", LogoutTokenProblem::none},
    {"logout_sub_only", LogoutTokenProblem::none},
    {"logout_nobody", LogoutTokenProblem::nobody_named},
    {"logout_sid_empty", LogoutTokenProblem::bad_name},
    {"logout_sid_number", LogoutTokenProblem::bad_name},
    {"logout_sub_null", LogoutTokenProblem::bad_name},
    {"logout_sid_long", LogoutTokenProblem::bad_name},
    {"logout_sid_longest", LogoutTokenProblem::none},
    {"logout_two_clients", LogoutTokenProblem::none},
    {"logout_other_audience", LogoutTokenProblem::audience_mismatch},
    {"logout_further_audience", LogoutTokenProblem::audience_mismatch},
    {"logout_audience_missing", LogoutTokenProblem::audience_mismatch},
    {"logout_audience_empty", LogoutTokenProblem::audience_mismatch},
    {"logout_other_issuer", LogoutTokenProblem::issuer_mismatch},
    {"logout_issuer_missing", LogoutTokenProblem::issuer_mismatch},
    {"logout_iat_missing", LogoutTokenProblem::issued_at_missing},
    {"logout_iat_text", LogoutTokenProblem::issued_at_missing},
    {"logout_iat_future", LogoutTokenProblem::issued_in_the_future},
    {"logout_iat_slightly_ahead", LogoutTokenProblem::none},
    {"logout_exp_missing", LogoutTokenProblem::expiry_missing},
    {"logout_exp_text", LogoutTokenProblem::expiry_missing},
    {"logout_expired", LogoutTokenProblem::expired},
    {"logout_expired_just_now", LogoutTokenProblem::none},
    {"logout_fractions", LogoutTokenProblem::none},
    {"logout_exp_tomorrow", LogoutTokenProblem::none},
    {"logout_exp_too_late", LogoutTokenProblem::expires_too_late},
    {"logout_exp_huge", LogoutTokenProblem::expires_too_late},
    {"logout_events_missing", LogoutTokenProblem::event_missing},
    {"logout_events_empty", LogoutTokenProblem::event_missing},
    {"logout_events_other", LogoutTokenProblem::event_missing},
    {"logout_events_list", LogoutTokenProblem::event_missing},
    {"logout_event_null", LogoutTokenProblem::event_missing},
    {"logout_event_true", LogoutTokenProblem::event_missing},
    {"logout_event_with_members", LogoutTokenProblem::none},
    {"logout_nonce", LogoutTokenProblem::nonce_present},
    {"logout_nonce_null", LogoutTokenProblem::nonce_present},
    {"logout_jti_missing", LogoutTokenProblem::identifier_missing},
    {"logout_jti_empty", LogoutTokenProblem::bad_name},
    {"logout_jti_number", LogoutTokenProblem::bad_name},
    {"logout_signed_by_another", LogoutTokenProblem::bad_token},
    {"none", LogoutTokenProblem::bad_token},
    {"encrypted", LogoutTokenProblem::bad_token},
    {"rs256", LogoutTokenProblem::expired},  // an ID Token of yesterday
};


const TokenIssuer& provider()
{
    static const TokenIssuer issuer{token_data::issuer(),
                                    token_data::keys("provider")};

    return issuer;
}


LogoutToken read(std::string_view token, const LogoutTokenPolicy& policy = {
                                             {&provider(), {"app", "spa"}}})
{
    return logout::read_logout_token(token, policy, token_data::now(), memory);
}


void tokens(void**)
{
    for (const Case& c : cases) {
        const LogoutToken token = read(token_data::token(c.token));

        if (token.problem != c.problem) {
            fail_msg("%s: %s", c.token,
                     logout::describe(token.problem, token.token_problem));
        }

        if (c.problem != LogoutTokenProblem::none) {
            assert_true(token.session_id.empty() && token.subject.empty() &&
                        token.identifier.empty());
            assert_int_equal(token.remember_for, 0);
        }
    }
}


void every_token_is_looked_at(void**)
{
    std::set<std::string> tested;

    for (const Case& c : cases) {
        tested.insert(c.token);
    }
    token_data::assert_all_tested("logout", tested);
}


void what_a_good_token_says(void**)
{
    const LogoutToken both = read(token_data::token("logout"));
    const LogoutToken sid = read(token_data::token("logout_sid_only"));
    const LogoutToken sub = read(token_data::token("logout_sub_only"));

    assert_string_equal(both.session_id.c_str(), "s1");
    assert_string_equal(both.subject.c_str(), "u1");
    assert_string_equal(both.identifier.c_str(), "j1");
    assert_string_equal(sid.session_id.c_str(), "s1");
    assert_true(sid.subject.empty());
    assert_string_equal(sub.subject.c_str(), "u1");
    assert_true(sub.session_id.empty());
}


// For as long as the token would be accepted again.
void how_long_it_is_remembered(void**)
{
    assert_int_equal(read(token_data::token("logout")).remember_for, 181);
    assert_int_equal(
        read(token_data::token("logout_expired_just_now")).remember_for, 2);
    assert_int_equal(read(token_data::token("logout_fractions")).remember_for,
                     70);
}


void without_expiry(void**)
{
    const std::string_view token = token_data::token("logout_exp_missing");
    TokenIssuer issuer{token_data::issuer(), token_data::keys("provider"), 300};
    const LogoutTokenPolicy policy = {{&issuer, {"spa"}}};
    const LogoutToken good = read(token, policy);

    assert_true(good.problem == LogoutTokenProblem::none);
    assert_int_equal(good.remember_for, 361);

    for (const auto& [seconds, problem] :
         {std::pair(301 + 60, LogoutTokenProblem::too_old),
          std::pair(299 + 60, LogoutTokenProblem::none)}) {
        assert_true(logout::read_logout_token(
                        token, policy, token_data::now() + seconds, memory)
                        .problem == problem);
    }

    // an expiry that is there counts
    for (const char* const name :
         {"logout_exp_text", "logout_expired", "logout_exp_too_late"}) {
        assert_true(read(token_data::token(name), policy).problem ==
                    read(token_data::token(name)).problem);
    }
}


// By its "iss", and among those of one name by the client that it is for.
void several_issuers(void**)
{
    const TokenIssuer other{"https://other.test", token_data::keys("provider")};
    const TokenIssuer again{token_data::issuer(), token_data::keys("provider")};
    const LogoutTokenPolicy policy = {
        {&other, {"spa"}}, {&provider(), {"nobody"}}, {&again, {"app", "spa"}}};

    for (const Case& c : cases) {
        const LogoutToken token = read(token_data::token(c.token), policy);

        if (token.problem != c.problem) {
            fail_msg("%s: %s", c.token,
                     logout::describe(token.problem, token.token_problem));
        }
    }

    assert_ptr_equal(read(token_data::token("logout"), policy).issuer, &again);
}


void nothing_sent(void**)
{
    assert_true(read("").problem == LogoutTokenProblem::missing);
}


void replay_keys(void**)
{
    const auto key = [](std::string_view issuer, std::string_view id) {
        return logout::logout_token_replay_key("jti:", issuer, id, memory);
    };

    // printf 'https://id.example.test\0j1' | sha256sum | cut -c1-32
    assert_string_equal(key("https://id.example.test", "j1").c_str(),
                        "jti:ca7c5be315a14aa58cd925feee0bd24d");
    assert_true(key("https://a.test", "b") != key("https://a.test", "c"));
    assert_true(key("https://a.test", "b") != key("https://b.test", "b"));
    assert_int_equal(key("", std::string(512, 'x')).size(), 4 + 32);
}


std::pmr::string error_body(LogoutTokenProblem problem,
                            JwtProblem token_problem)
{
    std::pmr::string body;

    logout::write_backchannel_error("invalid_request",
                                    describe(problem, token_problem), body);
    return body;
}


void error_bodies(void**)
{
    assert_string_equal(
        error_body(LogoutTokenProblem::nobody_named, JwtProblem::none).c_str(),
        "{\"error\":\"invalid_request\",\"error_description\":"
        "\"the token has neither \\\"sid\\\" nor \\\"sub\\\"\"}\n");
    assert_string_equal(
        error_body(LogoutTokenProblem::bad_token, JwtProblem::bad_signature)
            .c_str(),
        "{\"error\":\"invalid_request\",\"error_description\":"
        "\"the token's signature is wrong\"}\n");
}


void every_description_is_json(void**)
{
    for (int i = 0; i <= static_cast<int>(LogoutTokenProblem::replayed); i++) {
        const std::pmr::string body = error_body(
            static_cast<LogoutTokenProblem>(i), JwtProblem::critical_header);

        assert_non_null(logout::parse_json_object(body).get());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(every_token_is_looked_at),
        cmocka_unit_test(what_a_good_token_says),
        cmocka_unit_test(how_long_it_is_remembered),
        cmocka_unit_test(without_expiry),
        cmocka_unit_test(several_issuers),
        cmocka_unit_test(nothing_sent),
        cmocka_unit_test(replay_keys),
        cmocka_unit_test(error_bodies),
        cmocka_unit_test(every_description_is_json),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
