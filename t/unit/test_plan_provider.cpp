// What is planned and answered where an OpenID provider calls.

#include "core/plan/provider.hpp"
#include "core/answer/response.hpp"
#include "plan_fixture.hpp"
#include "token_data.hpp"

using logout::BodyType;
using logout::FetchReason;
using logout::LogoutPlan;
using logout::Method;
using logout::ProviderPolicy;
using logout::RequestError;
using logout::Result;

namespace {

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}


class Called : public PlanFixture {
public:
    explicit Called(std::string_view protocol) : PlanFixture(protocol)
    {
        session("sid", "sess:");
        provider.finds_sid = true;
        provider.frontchannel.issuers = {"https://id.example.test"};
        provider.frames.add("https://id.example.test");
        provider.page_policy =
            logout::frontchannel_page_policy({"https://id.example.test"});
        policy.provider = &provider;
    }

    logout::LogoutResponse answer(const LogoutPlan& plan,
                                  const logout::RedisOutcome& outcome)
    {
        return logout::respond(request, plan, outcome, expiry, {}, &memory);
    }

    ProviderPolicy provider;
    logout::CookieExpiry expiry{{"sid=; Max-Age=0"}, {}};
    std::pmr::monotonic_buffer_resource memory;
};


class Frame : public Called {
public:
    Frame() : Called("oidc-frontchannel")
    {
        cookies({"sid=abc"});
        request.fetch.sec_fetch_site = "cross-site";
        request.fetch.sec_fetch_mode = "navigate";
        request.fetch.sec_fetch_dest = "iframe";
    }
};


constexpr std::string_view named = "iss=https://id.example.test&sid=s1";


void a_frame_ends_the_session_that_it_names(void**)
{
    Frame frame;
    const LogoutPlan plan = frame.plan(named);

    assert_false(plan.refusal.has_value());
    assert_true(plan.provider.session_id == "s1");
    assert_true(plan.provider.issuer == "https://id.example.test");
    assert_true(plan.sessions.empty());
    assert_true(plan.fetch_reason == FetchReason::front_channel);
}


void a_frame_that_names_none_ends_the_cookies(void**)
{
    Frame frame;
    const LogoutPlan plan = frame.plan("");

    assert_false(plan.refusal.has_value());
    assert_false(plan.provider.any());
    assert_string_equal(PlanFixture::keys(plan).c_str(), "sess:abc");
}


void without_an_index_the_cookie_counts(void**)
{
    Frame frame;

    frame.provider.finds_sid = false;
    assert_string_equal(PlanFixture::keys(frame.plan(named)).c_str(),
                        "sess:abc");
}


void a_frame_is_refused(void**)
{
    struct Case {
        const char* query;
        RequestError error;
    };

    for (const Case& test : {
             Case{"sid=s1", RequestError::malformed_request},
             Case{"iss=https://id.example.test",
                  RequestError::malformed_request},
             Case{"iss=https://evil.test&sid=s1", RequestError::unknown_issuer},
             Case{"iss=a&iss=b&sid=s1", RequestError::malformed_request},
             Case{"iss=%zz&sid=s1", RequestError::malformed_request},
         }) {
        Frame frame;
        const LogoutPlan plan = frame.plan(test.query);

        assert_true(plan.refusal == Result::bad_request);
        assert_true(plan.error == test.error);
        assert_true(plan.sessions.empty());
        assert_int_equal(frame.answer(plan, {}).status, 400);
    }
}


void other_pages_frames_are_refused(void**)
{
    for (const std::string_view referer :
         {"https://evil.test/", "https://id.example.test.evil.test/", "x"}) {
        Frame frame;

        frame.request.fetch.referer = referer;
        if (referer == "x") {
            frame.request.fetch.sec_fetch_dest = "image";
        }
        assert_true(frame.plan(named).refusal == Result::cross_site);

        frame.cookies({});
        assert_true(frame.plan(named).refusal == Result::cross_site);
    }

    Frame frame;
    frame.request.fetch.referer = "https://id.example.test/logout";
    assert_false(frame.plan(named).refusal.has_value());
}


void answers_say_who_may_frame_them(void**)
{
    Frame frame;

    for (const std::string_view query :
         {named, std::string_view(), std::string_view("sid=1")}) {
        const auto response = frame.answer(frame.plan(query), {});

        assert_true(has(response.page_policy,
                        "frame-ancestors https://id.example.test"));
        assert_true(response.location.empty());
    }
}


void cookies_go_with_the_session(void**)
{
    Frame frame;
    logout::RedisOutcome outcome;

    assert_true(frame.answer(frame.plan(named), outcome).set_cookies.empty());
    outcome.deleted = 2;
    assert_int_equal(
        frame.answer(frame.plan(named), outcome).set_cookies.size(), 1);
    outcome.deleted = 0;
    assert_int_equal(frame.answer(frame.plan(""), outcome).set_cookies.size(),
                     1);
}


class Server : public Called {
public:
    Server() : Called("oidc-backchannel")
    {
        provider.tokens = {{&issuer_, {"spa"}}};
        request.method = Method::post;
        request.body_type = BodyType::form;
        request.now = token_data::now();
    }

    static std::string form(const char* token)
    {
        return std::string("logout_token=").append(token_data::token(token));
    }

    LogoutPlan post(const char* token)
    {
        body_ = form(token);
        request.body = body_;
        return plan();
    }

private:
    logout::TokenIssuer issuer_{token_data::issuer(),
                                token_data::keys("provider")};
    std::string body_;
};


void a_token_ends_the_session_that_it_names(void**)
{
    Server server;
    const LogoutPlan plan = server.post("logout");

    assert_false(plan.refusal.has_value());
    assert_false(plan.provider.session_id.empty());
    assert_true(plan.provider.subject.empty());
    assert_false(plan.provider.token_id.empty());
    assert_true(plan.provider.remember_for > 0);
    assert_true(plan.provider.issuer == token_data::issuer());
}


void a_token_ends_the_users_sessions(void**)
{
    Server server;

    server.provider.finds_sub = true;
    assert_false(server.post("logout_sub_only").provider.subject.empty());
    assert_true(server.post("logout").provider.subject.empty());

    server.provider.all_of_user = true;
    assert_false(server.post("logout").provider.subject.empty());
    assert_false(server.post("logout_sid_only").provider.session_id.empty());
    server.provider.all_of_user = false;

    server.provider.finds_sid = false;
    assert_false(server.post("logout").provider.subject.empty());
}


void a_token_is_refused(void**)
{
    Server server;

    for (const char* const name : {"none", "logout_expired", "logout_nonce",
                                   "logout_sub_only", "rs256"}) {
        const LogoutPlan plan = server.post(name);

        assert_true(plan.refusal == Result::bad_request);
        assert_true(plan.error == RequestError::invalid_logout_token);
        assert_false(plan.provider.any());

        const auto response = server.answer(plan, {});
        assert_int_equal(response.status, 400);
        assert_true(response.content_type == "application/json");
        assert_true(
            has(response.body, R"({"error":"invalid_request","error_desc)"));
    }
}


void only_a_form_has_a_token(void**)
{
    Server server;
    const std::string pair = Server::form("logout");

    server.request.query = pair;
    assert_true(server.plan().refusal == Result::bad_request);

    server.request.body = pair;
    server.request.body_type = BodyType::other;
    assert_true(server.plan().refusal == Result::bad_request);

    const std::string twice = pair + '&' + pair;
    server.request.body = twice;
    server.request.body_type = BodyType::form;
    const LogoutPlan plan = server.plan();
    assert_true(plan.error == RequestError::malformed_request);
    assert_true(has(server.answer(plan, {}).body, "given twice"));
}


void servers_are_answered(void**)
{
    Server server;
    const LogoutPlan plan = server.post("logout");
    logout::RedisOutcome outcome;

    for (std::size_t deleted = 0; deleted < 2; ++deleted) {
        outcome.deleted = deleted;
        const auto response = server.answer(plan, outcome);

        assert_int_equal(response.status, 200);
        assert_true(response.body.empty());
        assert_true(response.set_cookies.empty());
    }

    outcome.failed = 1;
    const auto response = server.answer(plan, outcome);
    assert_int_equal(response.status, 400);
    assert_true(has(response.body, "temporarily_unavailable"));
}


void a_used_token_is_refused(void**)
{
    Server server;
    LogoutPlan plan = server.post("logout");

    logout::note_replay(plan);
    assert_true(has(server.answer(plan, {}).body, "used before"));
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_ends_the_session_that_it_names),
        cmocka_unit_test(a_frame_that_names_none_ends_the_cookies),
        cmocka_unit_test(without_an_index_the_cookie_counts),
        cmocka_unit_test(a_frame_is_refused),
        cmocka_unit_test(other_pages_frames_are_refused),
        cmocka_unit_test(answers_say_who_may_frame_them),
        cmocka_unit_test(cookies_go_with_the_session),
        cmocka_unit_test(a_token_ends_the_session_that_it_names),
        cmocka_unit_test(a_token_ends_the_users_sessions),
        cmocka_unit_test(a_token_is_refused),
        cmocka_unit_test(only_a_form_has_a_token),
        cmocka_unit_test(servers_are_answered),
        cmocka_unit_test(a_used_token_is_refused),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
