#include "core/answer/response.hpp"
#include "plan_fixture.hpp"

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

using logout::BodyType;
using logout::LogoutPlan;
using logout::Method;
using logout::Result;

const logout::HmacKey key(logout::DigestAlgorithm::sha256, "a key");


// An endpoint that asks, and a browser with a session.
class Asking : public PlanFixture {
public:
    explicit Asking(std::string_view protocol = "oidc") : PlanFixture(protocol)
    {
        client("spa", {"https://spa.test/bye"}, {"https://spa.test"});
        session("sid", "sess:");
        cookies({"sid=abc"});
        policy.confirmation_key = &key;
    }

    LogoutPlan post(std::string_view form)
    {
        body_ = form;
        request.method = Method::post;
        request.body_type = BodyType::form;
        request.body = body_;
        return plan();
    }

    std::string token() { return std::string(plan().confirmation); }

    std::string page(const LogoutPlan& made)
    {
        std::pmr::monotonic_buffer_resource memory;
        const auto response =
            logout::respond(request, made, {}, {}, {}, &memory);

        assert_int_equal(response.status, 200);
        assert_true(response.set_cookies.empty());
        assert_true(response.location.empty());
        return std::string(response.body);
    }

private:
    std::string body_;
};


bool asks(const LogoutPlan& plan)
{
    return plan.refusal == Result::confirmation_required;
}


bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}


void asks_a_browser_with_a_session(void**)
{
    Asking endpoint;

    const LogoutPlan plan = endpoint.plan("client_id=spa");

    assert_true(asks(plan));
    assert_int_equal(plan.confirmation.size(), 64);
}


void does_what_was_confirmed(void**)
{
    Asking endpoint;
    const std::string token = endpoint.token();

    endpoint.request.query = "client_id=spa&post_logout_redirect_uri="
                             "https://spa.test/bye";
    const LogoutPlan plan = endpoint.post("logout_confirm=" + token);

    assert_false(plan.refusal.has_value());
    assert_string_equal(PlanFixture::keys(plan).c_str(), "sess:abc");
    assert_true(plan.return_url == "https://spa.test/bye");
}


void finds_the_field_anywhere_in_the_form(void**)
{
    for (const std::string_view form :
         {"client_id=spa&logout_confirm=@", "logout_confirm=@&client_id=spa",
          "&&x&logout_confirm=@&", "client_id=%zz&logout_confirm=@"}) {
        Asking endpoint;
        std::string text(form);

        text.replace(text.find('@'), 1, endpoint.token());
        assert_false(asks(endpoint.post(text)));
    }
}


void asks_again_without_the_right_token(void**)
{
    Asking endpoint;
    const std::string token = endpoint.token();
    std::string wrong = token;
    wrong.back() = wrong.back() == '0' ? '1' : '0';

    for (const std::string& form :
         {std::string(), std::string("logout_confirm"),
          std::string("logout_confirm="), "logout_confirm=" + wrong,
          "logout_confirm=" + token + "0",
          "logout_confirm=" + token.substr(0, 63), "logout_confirm2=" + token,
          "logout_confirm=&logout_confirm=" + token}) {
        assert_true(asks(endpoint.post(form)));
    }
}


void a_token_is_for_one_session_and_one_key(void**)
{
    Asking endpoint;
    const std::string token = endpoint.token();
    const logout::HmacKey other(logout::DigestAlgorithm::sha256, "other");

    endpoint.cookies({"sid=abd"});
    assert_true(asks(endpoint.post("logout_confirm=" + token)));

    endpoint.cookies({"sid=abc; sid=abd"});
    assert_true(asks(endpoint.post("logout_confirm=" + token)));

    endpoint.cookies({"sid=abc"});
    assert_false(asks(endpoint.post("logout_confirm=" + token)));

    endpoint.policy.confirmation_key = &other;
    assert_true(asks(endpoint.post("logout_confirm=" + token)));
}


void a_token_in_a_link_is_none(void**)
{
    Asking endpoint;
    const std::string query = "logout_confirm=" + endpoint.token();

    assert_true(asks(endpoint.plan(query)));

    endpoint.request.body = query;
    endpoint.request.body_type = BodyType::form;
    assert_true(asks(endpoint.plan("")));
}


void asks_nobody_without_a_session(void**)
{
    Asking endpoint;

    endpoint.cookies({});
    assert_false(endpoint.plan("").refusal.has_value());

    endpoint.cookies({"sid=not an id; other=1"});
    assert_false(endpoint.plan("").refusal.has_value());
}


void asks_no_script(void**)
{
    Asking endpoint;
    endpoint.request.fetch.sec_fetch_mode = "cors";
    endpoint.request.fetch.sec_fetch_site = "same-origin";
    assert_false(asks(endpoint.plan("")));

    Asking script("schibsted");
    script.request.fetch.sec_fetch_mode = "no-cors";
    script.request.fetch.sec_fetch_site = "same-origin";
    script.request.fetch.sec_fetch_dest = "script";
    assert_false(asks(script.plan("client_id=spa&callback=f12")));
}


// Whoever does not say where it comes from may be anybody's page.
void asks_a_script_of_nowhere(void**)
{
    Asking program;
    program.request.fetch.accept = "application/json";
    assert_true(asks(program.plan("")));

    Asking script("schibsted");
    assert_true(asks(script.plan("client_id=spa&callback=f12")));
}


// Whoever made the link chose the token; the cookie is the user's.
void a_link_with_a_token_of_its_own_asks(void**)
{
    Asking endpoint("schibsted");

    endpoint.policy.ends_tokens = true;
    endpoint.request.fetch.sec_fetch_site = "cross-site";
    endpoint.request.fetch.sec_fetch_mode = "navigate";
    endpoint.request.fetch.sec_fetch_dest = "document";
    endpoint.request.fetch.accept = "*/*";

    assert_true(asks(endpoint.plan("client_id=spa&oauth_token=abc")));
}


void a_refusal_comes_first(void**)
{
    Asking endpoint;
    endpoint.request.fetch.sec_fetch_site = "cross-site";
    endpoint.request.fetch.sec_fetch_dest = "image";

    assert_true(endpoint.plan("").refusal == Result::cross_site);
}


void parameters_of_the_body_come_again(void**)
{
    Asking endpoint;
    endpoint.request.query = "state=in_the_url";

    const std::string page = endpoint.page(endpoint.post(
        "client_id=spa&post_logout_redirect_uri=https://spa.test/%22%3E&x=1"));

    assert_true(has(page, "<form method=\"post\">"));
    assert_true(has(page, "name=\"client_id\" value=\"spa\""));
    assert_true(has(page, "name=\"post_logout_redirect_uri\""
                          " value=\"https://spa.test/&quot;&gt;\""));
    assert_false(has(page, "in_the_url"));
    assert_false(has(page, "name=\"x\""));
}


void nothing_of_a_malformed_body_comes_again(void**)
{
    Asking endpoint;

    const std::string page =
        endpoint.page(endpoint.post("client_id=spa&client_id=spa"));

    assert_false(has(page, "client_id"));
}


void the_page_says_who_may_frame_it(void**)
{
    Asking endpoint;
    std::pmr::monotonic_buffer_resource memory;
    const LogoutPlan plan = endpoint.plan();
    const auto response =
        logout::respond(endpoint.request, plan, {}, {}, {}, &memory);

    assert_true(response.result == Result::confirmation_required);
    assert_true(has(response.page_policy, "frame-ancestors 'none'"));
    // Chrome would not follow the answer's redirect to the application
    assert_false(has(response.page_policy, "form-action"));
    assert_true(has(response.content_type, "text/html"));
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(asks_a_browser_with_a_session),
        cmocka_unit_test(does_what_was_confirmed),
        cmocka_unit_test(finds_the_field_anywhere_in_the_form),
        cmocka_unit_test(asks_again_without_the_right_token),
        cmocka_unit_test(a_token_is_for_one_session_and_one_key),
        cmocka_unit_test(a_token_in_a_link_is_none),
        cmocka_unit_test(asks_nobody_without_a_session),
        cmocka_unit_test(asks_no_script),
        cmocka_unit_test(asks_a_script_of_nowhere),
        cmocka_unit_test(a_link_with_a_token_of_its_own_asks),
        cmocka_unit_test(a_refusal_comes_first),
        cmocka_unit_test(parameters_of_the_body_come_again),
        cmocka_unit_test(nothing_of_a_malformed_body_comes_again),
        cmocka_unit_test(the_page_says_who_may_frame_it),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
