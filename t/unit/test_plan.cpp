// What a request is refused for, what a problem with its parameters costs, and
// which sessions it ends.

#include "plan_fixture.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <functional>
#include <optional>

using logout::Asker;
using logout::BadRequestPolicy;
using logout::CrossSitePolicy;
using logout::FetchReason;
using logout::LogoutPlan;
using logout::Method;
using logout::ParameterProblem;
using logout::RequestError;
using logout::Result;

namespace {

using Refusal = std::optional<Result>;


// Sessions in the cookies a and b, lists, and a request that names both.
class Endpoint : public PlanFixture {
public:
    explicit Endpoint(std::string_view protocol = "auth0")
        : PlanFixture(protocol)
    {
        tenant({"https://www.test/"});
        client("spa", {"https://spa.test/"}, {"https://spa.test"});
        session("a", "one:");
        session("b", "two:");
        cookies({"a=1; b=2"});
    }
};


void methods_that_are_not_listed_are_refused(void**)
{
    for (const Method method : {Method::get, Method::post}) {
        Endpoint endpoint;
        endpoint.request.method = method;
        assert_false(endpoint.plan().refusal.has_value());
    }

    for (const Method method :
         {Method::head, Method::delete_, Method::options, Method::other}) {
        Endpoint endpoint;
        endpoint.request.method = method;

        const LogoutPlan plan = endpoint.plan();
        assert_true(plan.refusal == Result::method_not_allowed);
        assert_true(plan.sessions.empty());
    }

    Endpoint endpoint;
    endpoint.policy.methods = {};
    endpoint.policy.methods.add(Method::delete_);
    assert_true(endpoint.plan().refusal == Result::method_not_allowed);
    endpoint.request.method = Method::delete_;
    assert_false(endpoint.plan().refusal.has_value());
}


void speculative_requests_are_refused(void**)
{
    Endpoint endpoint;
    endpoint.request.fetch.speculation = "prefetch";

    const LogoutPlan plan = endpoint.plan();
    assert_true(plan.refusal == Result::prefetch);
    assert_true(plan.fetch_reason == FetchReason::speculative);
    assert_true(plan.sessions.empty());
}


void large_bodies_are_refused(void**)
{
    Endpoint endpoint;
    endpoint.request.body_too_large = true;

    const LogoutPlan plan = endpoint.plan();
    assert_true(plan.refusal == Result::body_too_large);
    assert_true(plan.sessions.empty());
}


void requests_of_other_sites_are_refused(void**)
{
    Endpoint endpoint;
    endpoint.request.fetch.sec_fetch_site = "cross-site";
    endpoint.request.fetch.sec_fetch_mode = "no-cors";
    endpoint.request.fetch.sec_fetch_dest = "image";

    const LogoutPlan plan = endpoint.plan();
    assert_true(plan.refusal == Result::cross_site);
    assert_true(plan.fetch_reason == FetchReason::passive_subresource);
    assert_true(plan.sessions.empty());

    endpoint.policy.cross_site = CrossSitePolicy::any;
    assert_false(endpoint.plan().refusal.has_value());
}


// Of several reasons the first of this order counts.
void refusals_have_an_order(void**)
{
    using Change = std::function<void(PlanFixture&)>;

    const std::pair<Change, Result> steps[] = {
        {[](PlanFixture& f) {
             f.request.query = "returnTo=/no";
             f.policy.bad_request = BadRequestPolicy::refuse;
         },
         Result::bad_request},
        {[](PlanFixture& f) {
             f.request.fetch.sec_fetch_site = "cross-site";
             f.request.fetch.sec_fetch_dest = "image";
         },
         Result::cross_site},
        {[](PlanFixture& f) { f.request.body_too_large = true; },
         Result::body_too_large},
        {[](PlanFixture& f) { f.request.fetch.speculation = "prefetch"; },
         Result::prefetch},
        {[](PlanFixture& f) { f.request.method = Method::head; },
         Result::method_not_allowed},
    };

    Endpoint endpoint;
    for (const auto& [change, expected] : steps) {
        change(endpoint);
        const Refusal refusal = endpoint.plan().refusal;
        if (refusal != expected) {
            fail_msg("%s instead of %s",
                     refusal ? name(*refusal).data() : "nothing",
                     name(expected).data());
        }
    }
}


// A problem with one parameter hides what comes after it.
void errors_have_an_order(void**)
{
    const std::pair<const char*, RequestError> cases[] = {
        {"redirect_uri=%&client_id=nobody", RequestError::malformed_request},
        {"redirect_uri=/no", RequestError::client_required},
        {"redirect_uri=/no&client_id=nobody", RequestError::unknown_client},
        {"redirect_uri=/no&client_id=spa",
         RequestError::return_url_not_allowed},
        {"redirect_uri=https://spa.test/&client_id=spa", RequestError::none},
    };

    for (const auto& [query, expected] : cases) {
        Endpoint endpoint("schibsted");
        assert_true(endpoint.plan(query).error == expected);
    }
}


void problems_are_told(void**)
{
    Endpoint endpoint;

    const LogoutPlan duplicate = endpoint.plan("returnTo=/&returnTo=/");
    assert_true(duplicate.parameter_verdict.problem ==
                ParameterProblem::duplicate);
    assert_true(duplicate.parameter_verdict.name == "returnTo");

    const LogoutPlan refused = endpoint.plan("returnTo=https://www.test/x");
    assert_true(refused.return_url_verdict.rule ==
                logout::AllowlistRule::path_not_listed);
    assert_true(refused.asked_return_url == "https://www.test/x");
    assert_true(refused.return_url.empty());
}


struct PolicyRow {
    const char* query;
    RequestError error;
    const char* default_url;  // with logout_bad_request default
};

constexpr PolicyRow bad_requests[] = {
    {"client_id=spa&redirect_uri=/no", RequestError::return_url_not_allowed,
     "https://spa.test/"},
    {"client_id=spa&redirect_uri=%", RequestError::malformed_request,
     "https://www.test/"},
    {"client_id=nobody", RequestError::unknown_client, "https://www.test/"},
    {"", RequestError::client_required, "https://www.test/"},
};


void by_default_a_bad_request_ends_the_session_and_goes_nowhere(void**)
{
    for (const PolicyRow& row : bad_requests) {
        Endpoint endpoint("schibsted");
        const LogoutPlan plan = endpoint.plan(row.query);

        assert_true(plan.error == row.error);
        assert_false(plan.refusal.has_value());
        assert_true(plan.return_url.empty());
        assert_string_equal(Endpoint::keys(plan).c_str(), "one:1 two:2");
    }
}


void a_bad_request_may_go_to_the_default_url(void**)
{
    for (const PolicyRow& row : bad_requests) {
        Endpoint endpoint("schibsted");
        endpoint.policy.bad_request = BadRequestPolicy::default_url;
        const LogoutPlan plan = endpoint.plan(row.query);

        assert_true(plan.error == row.error);
        assert_false(plan.refusal.has_value());
        assert_true(plan.return_url == row.default_url);
        assert_string_equal(Endpoint::keys(plan).c_str(), "one:1 two:2");
    }
}


void a_bad_request_may_be_refused(void**)
{
    for (const PolicyRow& row : bad_requests) {
        Endpoint endpoint("schibsted");
        endpoint.policy.bad_request = BadRequestPolicy::refuse;
        const LogoutPlan plan = endpoint.plan(row.query);

        assert_true(plan.error == row.error);
        assert_true(plan.refusal == Result::bad_request);
        assert_true(plan.return_url.empty());
        assert_true(plan.sessions.empty());
    }

    Endpoint endpoint("schibsted");
    endpoint.policy.bad_request = BadRequestPolicy::refuse;
    assert_false(endpoint.plan("client_id=spa").refusal.has_value());
}


// The identity provider's page would hide that the return URL was refused;
// where a default URL takes its place, it is the one that is sent there.
void federated_does_not_hide_an_error(void**)
{
    Endpoint endpoint;

    assert_true(endpoint.plan("federated").federated);
    assert_false(endpoint.plan("federated&returnTo=/no").federated);
    assert_false(endpoint.plan("federated&client_id=nobody").federated);

    endpoint.policy.bad_request = BadRequestPolicy::default_url;
    const LogoutPlan plan = endpoint.plan("federated&returnTo=/no");
    assert_true(plan.federated);
    assert_true(plan.return_url == "https://www.test/");
}


void every_session_of_every_cookie_is_ended(void**)
{
    Endpoint endpoint;

    assert_string_equal(Endpoint::keys(endpoint.plan()).c_str(), "one:1 two:2");

    endpoint.cookies({"b=2"});
    const LogoutPlan second = endpoint.plan();
    assert_int_equal(second.sessions.size(), 1);
    assert_int_equal(second.sessions[0].rule, 1);
    assert_true(second.sessions[0].session.id == "2");

    endpoint.cookies({"a=1; a=3", "x=y; a=4; A=5"});
    assert_string_equal(Endpoint::keys(endpoint.plan()).c_str(),
                        "one:1 one:3 one:4");

    endpoint.cookies({"c=1", "a="});
    assert_true(endpoint.plan().sessions.empty());

    endpoint.cookies({});
    assert_true(endpoint.plan().sessions.empty());
    assert_false(endpoint.plan().refusal.has_value());
}


// "cross-site navigate document", or parts of it
void send_metadata(PlanFixture& fixture, std::string_view site,
                   std::string_view mode, std::string_view dest)
{
    fixture.request.fetch.sec_fetch_site = site;
    fixture.request.fetch.sec_fetch_mode = mode;
    fixture.request.fetch.sec_fetch_dest = dest;
}


// One answer, so that nobody learns from it whether a cookie came.
void another_site_is_refused_with_a_cookie_and_without(void**)
{
    const std::string_view requests[][2] = {
        {"navigate", "document"}, {"navigate", "iframe"}, {"cors", "empty"},
        {"no-cors", "empty"},     {"no-cors", "script"},  {"no-cors", "image"}};

    for (const auto& [mode, dest] : requests) {
        Endpoint endpoint;
        endpoint.policy.cross_site = CrossSitePolicy::same_origin;
        send_metadata(endpoint, "cross-site", mode, dest);

        assert_true(endpoint.plan().refusal == Result::cross_site);
        endpoint.cookies({});
        assert_true(endpoint.plan().refusal == Result::cross_site);
    }
}


// Browsers keep cookies from what another site's page loads.
void who_is_unknown_is_not_signed_out(void**)
{
    const std::string_view loads[][2] = {{"navigate", "iframe"},
                                         {"cors", "empty"},
                                         {"no-cors", "script"},
                                         {"no-cors", "image"}};

    for (const auto& [mode, dest] : loads) {
        Endpoint endpoint;
        endpoint.policy.cross_site = CrossSitePolicy::any;
        send_metadata(endpoint, "cross-site", mode, dest);
        assert_false(endpoint.plan().refusal.has_value());

        endpoint.cookies({});
        assert_true(endpoint.plan().refusal == Result::cookie_required);

        send_metadata(endpoint, "same-site", mode, dest);
        assert_false(endpoint.plan().refusal.has_value());
    }
}


void who_goes_there_without_a_cookie_is_signed_out(void**)
{
    Endpoint endpoint;
    endpoint.policy.cross_site = CrossSitePolicy::any;
    endpoint.cookies({});

    send_metadata(endpoint, "cross-site", "navigate", "document");
    assert_false(endpoint.plan().refusal.has_value());

    // of browsers without Fetch Metadata
    send_metadata(endpoint, "", "", "");
    endpoint.request.fetch.referer = "https://elsewhere.test/";
    assert_false(endpoint.plan().refusal.has_value());

    endpoint.policy.sessions.clear();
    send_metadata(endpoint, "cross-site", "cors", "empty");
    assert_false(endpoint.plan().refusal.has_value());
}


void the_plan_says_who_asks(void**)
{
    Endpoint endpoint("schibsted");
    endpoint.policy.ends_tokens = true;

    const auto asker = [&](std::string_view query) {
        return endpoint.plan(query).asker;
    };

    assert_true(asker("client_id=spa") == Asker::unknown);
    assert_true(asker("client_id=spa&callback=x") == Asker::script);
    assert_true(asker("client_id=spa&callback=") == Asker::unknown);
    assert_true(asker("client_id=spa&oauth_token=t") == Asker::data);

    endpoint.request.method = Method::post;
    assert_true(asker("client_id=spa&callback=x") == Asker::unknown);
    endpoint.request.method = Method::get;

    send_metadata(endpoint, "cross-site", "navigate", "document");
    assert_true(asker("client_id=spa&callback=x") == Asker::navigation);
    assert_true(asker("client_id=spa&oauth_token=t") == Asker::navigation);

    send_metadata(endpoint, "same-origin", "cors", "empty");
    assert_true(asker("client_id=spa") == Asker::data);
    assert_true(asker("%") == Asker::data);

    Endpoint auth0;
    assert_true(auth0.plan("callback=x").asker == Asker::unknown);
}


// It calls nothing: the page that it leads to is checked as any link's is.
void a_callback_in_a_link_is_not_read(void**)
{
    Endpoint endpoint("schibsted");
    send_metadata(endpoint, "cross-site", "navigate", "document");

    const LogoutPlan plan = endpoint.plan(
        "client_id=spa&callback=x&redirect_uri=https://spa.test/");
    assert_true(plan.callback.empty());
    assert_true(plan.return_url == "https://spa.test/");

    assert_true(
        endpoint.plan("client_id=spa&callback=(&redirect_uri=/no").error ==
        RequestError::return_url_not_allowed);
}


struct QuestionRow {
    const char* name;
    std::string_view site, mode, dest, accept, query;
    bool asked;
};

constexpr std::string_view of_client = "client_id=spa";
constexpr std::string_view with_callback = "client_id=spa&callback=x";
constexpr std::string_view with_number =
    "client_sdrn=sdrn:test:client:spa&callback=x";

constexpr QuestionRow questions[] = {
    {"a link", "cross-site", "navigate", "document", "", of_client, true},
    {"a link with a callback", "cross-site", "navigate", "document", "",
     with_callback, true},
    {"a link with a callback and client_sdrn", "cross-site", "navigate",
     "document", "", with_number, true},
    {"a link that accepts JSON", "cross-site", "navigate", "document",
     "application/json", with_callback, true},
    {"a frame", "same-site", "navigate", "iframe", "", with_callback, true},
    {"a link of the user", "none", "navigate", "document", "", with_callback,
     true},
    {"a script element", "same-site", "no-cors", "script", "", with_callback,
     false},
    {"a script element that calls nothing", "same-site", "no-cors", "script",
     "", of_client, true},
    {"a fetch", "same-site", "cors", "empty", "", of_client, false},
    {"nothing said", "", "", "", "", of_client, true},
    {"nothing said, callback", "", "", "", "", with_callback, true},
    {"nothing said, JSON", "", "", "", "application/json", of_client, true},
    {"Node's fetch", "", "cors", "", "*/*", of_client, true},
};


// Only a script of a page that is known goes without.
void who_is_asked_for_confirmation(void**)
{
    const logout::HmacKey key(logout::DigestAlgorithm::sha256, "any");

    for (const CrossSitePolicy policy :
         {CrossSitePolicy::navigation, CrossSitePolicy::same_site}) {
        for (const QuestionRow& row : questions) {
            Endpoint endpoint("schibsted");
            endpoint.policy.confirmation_key = &key;
            endpoint.policy.cross_site = policy;
            send_metadata(endpoint, row.site, row.mode, row.dest);
            endpoint.request.fetch.accept = row.accept;

            const Refusal refusal = endpoint.plan(row.query).refusal;
            const bool asked = refusal == Result::confirmation_required;
            const bool refused = refusal == Result::cross_site;

            if (row.asked ? !asked && !refused : refusal.has_value()) {
                fail_msg("%s", row.name);
            }
        }
    }
}


// Old browsers say in Referer which page asks.
void a_known_page_of_an_old_browser_is_not_asked(void**)
{
    const logout::HmacKey key(logout::DigestAlgorithm::sha256, "any");
    Endpoint endpoint("schibsted");
    endpoint.policy.confirmation_key = &key;

    endpoint.request.fetch.referer = "https://spa.test/";
    assert_false(endpoint.plan(with_callback).refusal.has_value());

    endpoint.request.fetch.accept = "text/html";
    assert_true(endpoint.plan(with_callback).refusal ==
                Result::confirmation_required);
}


void a_clients_origin_may_read_the_answer(void**)
{
    Endpoint endpoint;
    endpoint.request.fetch.origin = "https://spa.test";

    assert_true(endpoint.plan("client_id=spa").allowed_origin ==
                "https://spa.test");
    assert_true(endpoint.plan("client_id=nobody").allowed_origin.empty());
    assert_true(endpoint.plan("client_id=%").allowed_origin.empty());

    endpoint.request.fetch.origin = "https://other.test";
    assert_true(endpoint.plan("client_id=spa").allowed_origin.empty());
}


// They could name their client, which SDKs do not do everywhere.
void every_clients_origin_may_ask_where_none_is_named(void**)
{
    Endpoint endpoint;
    endpoint.request.fetch.sec_fetch_site = "cross-site";
    endpoint.request.fetch.sec_fetch_mode = "cors";
    endpoint.request.fetch.sec_fetch_dest = "empty";
    endpoint.cookies({"a=1"});

    endpoint.request.fetch.origin = "https://other.test";
    assert_true(endpoint.plan("").refusal == Result::cross_site);
    assert_true(endpoint.plan("").allowed_origin.empty());

    endpoint.request.fetch.origin = "https://spa.test";
    assert_false(endpoint.plan("").refusal.has_value());
    assert_true(endpoint.plan("").allowed_origin == "https://spa.test");
    assert_true(endpoint.plan("client_id=nobody").refusal ==
                Result::cross_site);

    endpoint.request.method = logout::Method::options;
    endpoint.request.preflight_method = "DELETE";
    assert_true(endpoint.plan("").refusal == Result::preflight);
    assert_true(endpoint.plan("client_id=nobody").refusal ==
                Result::method_not_allowed);
}


void tokens_are_ended_where_configured(void**)
{
    Endpoint endpoint("schibsted");
    endpoint.request.authorization = "Bearer from-header";

    assert_true(endpoint.plan("client_id=spa").token.empty());

    endpoint.policy.ends_tokens = true;
    assert_true(endpoint.plan("client_id=spa").token == "from-header");
    assert_true(endpoint.plan("client_id=spa&oauth_token=t").token == "t");
    assert_true(endpoint.plan("").token == "from-header");
    assert_true(endpoint.plan("client_id=%").token.empty());

    const LogoutPlan bad = endpoint.plan("client_id=spa&oauth_token=a%20b");
    assert_true(bad.token.empty());
    assert_true(bad.error == RequestError::malformed_request);
    assert_true(bad.parameter_verdict.name == "oauth_token");
}


// Words that logs, metrics and programs rely on.
void results_and_errors_have_names(void**)
{
    const std::pair<Result, std::string_view> results[] = {
        {Result::logged_out, "logged_out"},
        {Result::no_session, "no_session"},
        {Result::deferred, "deferred"},
        {Result::redis_unavailable, "redis_unavailable"},
        {Result::bad_request, "bad_request"},
        {Result::method_not_allowed, "method_not_allowed"},
        {Result::cross_site, "cross_site"},
        {Result::prefetch, "prefetch"},
        {Result::preflight, "preflight"},
        {Result::body_too_large, "body_too_large"},
    };
    const std::pair<RequestError, std::string_view> errors[] = {
        {RequestError::none, ""},
        {RequestError::malformed_request, "malformed_request"},
        {RequestError::client_required, "client_required"},
        {RequestError::unknown_client, "unknown_client"},
        {RequestError::return_url_not_allowed, "return_url_not_allowed"},
    };

    for (const auto& [result, word] : results) {
        assert_true(name(result) == word);
        assert_int_equal(is_ended(result), result == Result::logged_out ||
                                               result == Result::no_session ||
                                               result == Result::deferred);
        assert_false(explain_to_user(result).empty());
    }

    for (const auto& [error, word] : errors) {
        assert_true(name(error) == word);
        assert_int_equal(explain_to_user(error).empty(), word.empty());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(methods_that_are_not_listed_are_refused),
        cmocka_unit_test(speculative_requests_are_refused),
        cmocka_unit_test(large_bodies_are_refused),
        cmocka_unit_test(requests_of_other_sites_are_refused),
        cmocka_unit_test(refusals_have_an_order),
        cmocka_unit_test(errors_have_an_order),
        cmocka_unit_test(problems_are_told),
        cmocka_unit_test(
            by_default_a_bad_request_ends_the_session_and_goes_nowhere),
        cmocka_unit_test(a_bad_request_may_go_to_the_default_url),
        cmocka_unit_test(a_bad_request_may_be_refused),
        cmocka_unit_test(federated_does_not_hide_an_error),
        cmocka_unit_test(every_session_of_every_cookie_is_ended),
        cmocka_unit_test(another_site_is_refused_with_a_cookie_and_without),
        cmocka_unit_test(who_is_unknown_is_not_signed_out),
        cmocka_unit_test(who_goes_there_without_a_cookie_is_signed_out),
        cmocka_unit_test(the_plan_says_who_asks),
        cmocka_unit_test(a_callback_in_a_link_is_not_read),
        cmocka_unit_test(who_is_asked_for_confirmation),
        cmocka_unit_test(a_known_page_of_an_old_browser_is_not_asked),
        cmocka_unit_test(a_clients_origin_may_read_the_answer),
        cmocka_unit_test(every_clients_origin_may_ask_where_none_is_named),
        cmocka_unit_test(tokens_are_ended_where_configured),
        cmocka_unit_test(results_and_errors_have_names),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
