// The answer to a plan and to what Redis said: status, headers, cookies.

#include "core/answer/response.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

using namespace std::literals;
using logout::Asker;
using logout::body_format;
using logout::BodyFormat;
using logout::CookieExpiry;
using logout::LogoutPlan;
using logout::LogoutRequest;
using logout::LogoutResponse;
using logout::Method;
using logout::MethodSet;
using logout::RedisOutcome;
using logout::RequestError;
using logout::Result;

namespace {

constexpr RedisOutcome one_deleted = {1, 0, 0};
constexpr RedisOutcome one_failed = {0, 0, 1};


// A plan that ends one session and sends the browser to /bye.
class Fixture {
public:
    Fixture() : plan(&memory)
    {
        plan.return_url = "https://a.test/bye";
        expiry.lines = {"sid=; Path=/; Max-Age=0", "b=; Path=/b; Max-Age=0"};
    }

    LogoutResponse respond(const RedisOutcome& outcome = one_deleted)
    {
        return logout::respond(request, plan, outcome, expiry, federated_url,
                               &memory);
    }

    std::pmr::monotonic_buffer_resource memory;
    LogoutRequest request;
    LogoutPlan plan;
    CookieExpiry expiry;
    std::string_view federated_url;
};


void what_redis_said_makes_the_result(void**)
{
    const std::pair<RedisOutcome, Result> cases[] = {
        {{0, 0, 0}, Result::no_session},
        {{1, 0, 0}, Result::logged_out},
        {{3, 0, 0}, Result::logged_out},
        {{0, 1, 0}, Result::deferred},
        {{1, 1, 0}, Result::deferred},
        {{0, 0, 1}, Result::redis_unavailable},
        {{2, 0, 1}, Result::redis_unavailable},
        {{2, 1, 1}, Result::redis_unavailable},
    };

    for (const auto& [outcome, expected] : cases) {
        Fixture fixture;
        assert_true(fixture.respond(outcome).result == expected);

        fixture.plan.refusal = Result::prefetch;
        assert_true(fixture.respond(outcome).result == Result::prefetch);
    }
}


void a_logout_redirects(void**)
{
    const std::pair<Method, unsigned> cases[] = {
        {Method::get, 302}, {Method::post, 303}, {Method::delete_, 303}};

    for (const auto& [method, status] : cases) {
        Fixture fixture;
        fixture.request.method = method;

        const LogoutResponse response = fixture.respond();
        assert_int_equal(response.status, status);
        assert_true(response.location == "https://a.test/bye");
        assert_true(response.body.empty());
        assert_true(response.content_type.empty());
        assert_int_equal(response.retry_after, 0);
        assert_false(response.allow);
    }
}


void without_a_return_url_there_is_a_page(void**)
{
    Fixture fixture;
    fixture.plan.return_url = {};
    fixture.request.fetch.accept = "text/html";

    const LogoutResponse response = fixture.respond();
    assert_int_equal(response.status, 200);
    assert_true(response.location.empty());
    assert_true(response.content_type == "text/html; charset=utf-8");
    assert_true(response.body.find("You are signed out") != std::string::npos);
}


void the_federated_url_takes_the_return_urls_place(void**)
{
    Fixture fixture;
    fixture.federated_url = "https://idp.test/logout?returnTo=x";
    assert_true(fixture.respond().location ==
                "https://idp.test/logout?returnTo=x");

    fixture.plan.return_url = {};
    assert_int_equal(fixture.respond().status, 302);
    assert_int_equal(fixture.respond(one_failed).status, 503);
    assert_true(fixture.respond(one_failed).location.empty());
}


struct RefusalRow {
    Result result;
    unsigned status;
    unsigned retry_after;
    bool allow;
};


void refusals_have_statuses(void**)
{
    const RefusalRow rows[] = {
        {Result::bad_request, 400, 0, false},
        {Result::method_not_allowed, 405, 0, true},
        {Result::cross_site, 403, 0, false},
        {Result::prefetch, 503, 5, false},
        {Result::body_too_large, 413, 0, false},
        {Result::preflight, 204, 0, false},
    };

    for (const RefusalRow& row : rows) {
        Fixture fixture;
        fixture.plan.refusal = row.result;

        const LogoutResponse response = fixture.respond();
        assert_true(response.result == row.result);
        assert_int_equal(response.status, row.status);
        assert_int_equal(response.retry_after, row.retry_after);
        assert_int_equal(response.allow, row.allow);
        assert_true(response.location.empty());
        assert_true(response.set_cookies.empty());
        assert_int_equal(response.body.empty(), row.status == 204);
    }
}


void a_failure_of_redis_promises_nothing(void**)
{
    Fixture fixture;
    const LogoutResponse response = fixture.respond(one_failed);

    assert_int_equal(response.status, 503);
    assert_int_equal(response.retry_after, 5);
    assert_true(response.location.empty());
    assert_true(response.set_cookies.empty());
    assert_true(response.body.find("may still be signed in") !=
                std::string::npos);
}


void an_error_that_was_not_repaired_is_a_400(void**)
{
    Fixture fixture;
    fixture.plan.error = RequestError::return_url_not_allowed;
    fixture.plan.return_url = {};

    const LogoutResponse response = fixture.respond();
    assert_true(response.result == Result::logged_out);
    assert_int_equal(response.status, 400);
    assert_int_equal(response.set_cookies.size(), 2);
    assert_true(response.body.find("not allowed") != std::string::npos);

    // logout_bad_request default
    fixture.plan.return_url = "https://a.test/";
    assert_int_equal(fixture.respond().status, 302);
    assert_true(fixture.respond().location == "https://a.test/");
}


// Only a page can show the question; to all else it is a failure, not a 200.
void the_question_is_for_people(void**)
{
    Fixture fixture;
    fixture.plan.refusal = Result::confirmation_required;
    fixture.request.fetch.accept = "application/json";

    assert_int_equal(fixture.respond().status, 200);
    assert_true(fixture.respond().body.find("<form") != std::string::npos);

    fixture.plan.asker = Asker::data;
    assert_int_equal(fixture.respond().status, 403);
    assert_true(fixture.respond().body ==
                "{\"result\":\"confirmation_required\"}\n");
    assert_true(fixture.respond().page_policy.empty());
    assert_true(fixture.respond().set_cookies.empty());

    fixture.plan.asker = Asker::script;
    fixture.plan.callback = "cb";
    const LogoutResponse script = fixture.respond();
    assert_int_equal(script.status, 200);
    assert_true(script.body.find("\"code\":403,\"type\":"
                                 "\"confirmation_required\"") !=
                std::string::npos);
    assert_true(script.body.find("{\"result\":false,") != std::string::npos);
}


void programs_get_data(void**)
{
    Fixture fixture;
    fixture.plan.asker = Asker::data;
    fixture.request.fetch.accept = "*/*";
    assert_int_equal(fixture.respond().status, 204);
    assert_true(fixture.respond().location.empty());
    assert_true(fixture.respond().body.empty());

    fixture.request.fetch.accept = "application/json";
    const LogoutResponse response = fixture.respond();
    assert_int_equal(response.status, 200);
    assert_true(response.content_type == "application/json");
    assert_true(response.location.empty());
    assert_true(response.body == "{\"result\":\"logged_out\",\"return_url\":"
                                 "\"https://a.test/bye\"}\n");
    assert_int_equal(response.set_cookies.size(), 2);

    assert_int_equal(fixture.respond(one_failed).status, 503);
    assert_true(fixture.respond(one_failed).body ==
                "{\"result\":\"redis_unavailable\"}\n");
}


void scripts_get_status_200_and_the_truth(void**)
{
    Fixture fixture;
    fixture.plan.callback = "f1";
    fixture.plan.return_url = {};

    const LogoutResponse done = fixture.respond();
    assert_int_equal(done.status, 200);
    assert_true(done.content_type == "text/javascript; charset=utf-8");
    assert_true(done.no_sniff);
    assert_true(done.body.find("\"result\":true") != std::string::npos);
    assert_int_equal(done.set_cookies.size(), 2);

    const LogoutResponse failed = fixture.respond(one_failed);
    assert_int_equal(failed.status, 200);
    assert_true(failed.body.find("\"result\":false") != std::string::npos);
    assert_true(failed.body.find("redis_unavailable") != std::string::npos);
    assert_true(failed.set_cookies.empty());

    fixture.plan.refusal = Result::cross_site;
    assert_int_equal(fixture.respond().status, 403);
}


void cookies_are_expired_with_every_ended_session(void**)
{
    Fixture fixture;

    for (const RedisOutcome& outcome :
         {one_deleted, RedisOutcome{0, 0, 0}, RedisOutcome{0, 1, 0}}) {
        const LogoutResponse response = fixture.respond(outcome);

        assert_int_equal(response.set_cookies.size(), 2);
        assert_true(response.set_cookies[0] == "sid=; Path=/; Max-Age=0");
        assert_true(response.set_cookies[1] == "b=; Path=/b; Max-Age=0");
    }

    fixture.plan.expire_cookies = false;
    assert_true(fixture.respond().set_cookies.empty());
}


std::vector<std::string> expired(const LogoutResponse& response)
{
    return {response.set_cookies.begin(), response.set_cookies.end()};
}


void cookies_are_expired_by_prefix(void**)
{
    Fixture fixture;
    const std::string_view headers[] = {
        "app.0=x; other=y; app.1=z; App.2=; app.0=again",
        "app.9=w; app; app.evil name=1; app.tab\t=2"};

    fixture.expiry.lines = {};
    fixture.expiry.by_prefix = {{"app.", "; Path=/; Max-Age=0"}};
    assert_true(fixture.respond().set_cookies.empty());

    fixture.request.cookie_headers = headers;
    fixture.request.cookie_header_count = 2;
    assert_true(expired(fixture.respond()) ==
                (std::vector<std::string>{"app.0=; Path=/; Max-Age=0",
                                          "app.1=; Path=/; Max-Age=0",
                                          "app.9=; Path=/; Max-Age=0",
                                          "app.tab=; Path=/; Max-Age=0"}));
}


void cookies_by_prefix_are_capped(void**)
{
    Fixture fixture;
    std::string header;

    for (int i = 0; i < 100; ++i) {
        header += "app." + std::to_string(i) + "=1; ";
    }

    const std::string_view headers[] = {header};
    fixture.request.cookie_headers = headers;
    fixture.request.cookie_header_count = 1;
    fixture.expiry.lines = {};
    fixture.expiry.by_prefix = {{"app.", "; Max-Age=0"}};

    assert_int_equal(fixture.respond().set_cookies.size(),
                     logout::cookie_max_occurrences);
}


void the_accept_header_chooses_the_format(void**)
{
    const std::pair<std::string_view, BodyFormat> cases[] = {
        {"", BodyFormat::text},
        {"*/*", BodyFormat::text},
        {"text/plain", BodyFormat::text},
        {"application/xml", BodyFormat::text},
        {"application/json", BodyFormat::json},
        {"application/json, text/plain, */*", BodyFormat::json},
        {"text/html", BodyFormat::html},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
         BodyFormat::html},
        {"text/html,application/json;q=0.9", BodyFormat::html},
    };

    for (const auto& [accept, expected] : cases) {
        assert_true(body_format(accept) == expected);
    }
}


void cors_names_the_origin_that_may_read(void**)
{
    Fixture fixture;
    assert_false(fixture.respond().vary_origin);

    fixture.plan.allowed_origin = "https://spa.test";
    const LogoutResponse response = fixture.respond();
    assert_true(response.allowed_origin == "https://spa.test");
    assert_true(response.vary_origin);
    assert_false(response.preflight);

    // also when it failed: the script is to learn that it did
    assert_true(fixture.respond(one_failed).allowed_origin ==
                "https://spa.test");
}


void a_preflight_gives_back_only_header_names(void**)
{
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"content-type,x-a_b, Y-1", "content-type,x-a_b, Y-1"},
        {"a\r\nb", ""},
        {"a:b", ""},
        {"\xc3\xb8", ""},
        {std::string(512, 'a'), std::string(512, 'a')},
        {std::string(513, 'a'), ""},
    };

    for (const auto& [asked, given] : cases) {
        Fixture fixture;
        fixture.plan.refusal = Result::preflight;
        fixture.plan.allowed_origin = "https://spa.test";
        fixture.request.preflight_headers = asked;

        const LogoutResponse response = fixture.respond();
        assert_true(response.preflight);
        assert_true(response.allowed_headers == given);
    }
}


void allow_lists_the_methods(void**)
{
    MethodSet methods;
    assert_string_equal(allow_header(methods).c_str(), "");

    methods.add(Method::delete_);
    assert_string_equal(allow_header(methods).c_str(), "DELETE");

    methods.add(Method::post);
    methods.add(Method::get);
    assert_string_equal(allow_header(methods).c_str(), "GET, POST, DELETE");
}


void a_federated_url_is_of_the_configured_origin(void**)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"https://idp.test/logout?returnTo=https%3A%2F%2Fa.test%2F",
         "https://idp.test/logout?returnTo=https%3A%2F%2Fa.test%2F"},
        {"HTTPS://IDP.test:443", "https://idp.test/"},
        {"https://idp.test/logout#x", "https://idp.test/logout#x"},
        {"", ""},
        {"/logout", ""},
        {"http://idp.test/logout", ""},
        {"https://idp.test:444/logout", ""},
        {"https://idp.test.evil.test/", ""},
        {"https://idp.test@evil.test/", ""},
        {"https://evil.test/", ""},
        {"https://idp.test/a b", ""},
        {"https://idp.test/\r\nSet-Cookie: a=b", ""},
        {"https://idp.test/\"", ""},
        {"https:idp.test", ""},
        {"com.example.app://idp.test", ""},
    };

    for (const auto& [url, expected] : cases) {
        logout::UrlBuffer buffer;
        const std::string_view checked =
            logout::check_federated(url, "https://idp.test", buffer);

        if (checked != expected) {
            fail_msg("%s: %s", std::string(url).c_str(),
                     std::string(checked).c_str());
        }
    }
}


void what_did_not_reach_the_replicas_is_reported(void**)
{
    Fixture fixture;
    RedisOutcome outcome = one_deleted;

    assert_true(reported_error(fixture.plan, outcome) == RequestError::none);

    outcome.replicated = false;
    assert_true(reported_error(fixture.plan, outcome) ==
                RequestError::not_replicated);
    assert_true(fixture.respond(outcome).result == Result::logged_out);

    fixture.plan.error = RequestError::unknown_client;
    assert_true(reported_error(fixture.plan, outcome) ==
                RequestError::unknown_client);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(what_redis_said_makes_the_result),
        cmocka_unit_test(a_logout_redirects),
        cmocka_unit_test(without_a_return_url_there_is_a_page),
        cmocka_unit_test(the_federated_url_takes_the_return_urls_place),
        cmocka_unit_test(refusals_have_statuses),
        cmocka_unit_test(a_failure_of_redis_promises_nothing),
        cmocka_unit_test(an_error_that_was_not_repaired_is_a_400),
        cmocka_unit_test(the_question_is_for_people),
        cmocka_unit_test(programs_get_data),
        cmocka_unit_test(scripts_get_status_200_and_the_truth),
        cmocka_unit_test(cookies_are_expired_with_every_ended_session),
        cmocka_unit_test(cookies_are_expired_by_prefix),
        cmocka_unit_test(cookies_by_prefix_are_capped),
        cmocka_unit_test(the_accept_header_chooses_the_format),
        cmocka_unit_test(cors_names_the_origin_that_may_read),
        cmocka_unit_test(a_preflight_gives_back_only_header_names),
        cmocka_unit_test(allow_lists_the_methods),
        cmocka_unit_test(a_federated_url_is_of_the_configured_origin),
        cmocka_unit_test(what_did_not_reach_the_replicas_is_reported),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
