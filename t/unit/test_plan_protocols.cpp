// The plan of each protocol: which client, which list, which return URL.

#include "plan_fixture.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using logout::LogoutPlan;
using logout::QueryMatching;
using logout::RequestError;

namespace {

// A query; the error; the client that is named; where the browser goes.
struct Row {
    std::string_view query;
    RequestError error;
    std::string_view client;
    std::string_view return_url;
};

constexpr RequestError none = RequestError::none;
constexpr RequestError malformed = RequestError::malformed_request;
constexpr RequestError required = RequestError::client_required;
constexpr RequestError unknown = RequestError::unknown_client;
constexpr RequestError not_allowed = RequestError::return_url_not_allowed;


class Endpoint : public PlanFixture {
public:
    explicit Endpoint(std::string_view protocol) : PlanFixture(protocol)
    {
        tenant({"https://www.test/", "/signed-out"});
        client("spa", {"https://spa.test/", "https://spa.test/bye",
                       "https://spa.test/q?a=1"});
        client("app", {"com.example.app://signed-out"});
        client("no-urls", {});
    }
};


void expect(PlanFixture& endpoint, std::initializer_list<Row> rows)
{
    for (const Row& row : rows) {
        const LogoutPlan plan = endpoint.plan(row.query);
        const std::string_view client =
            plan.client != nullptr ? std::string_view(plan.client->id) : "";

        if (plan.error != row.error || client != row.client ||
            plan.return_url != row.return_url || plan.refusal) {
            fail_msg("%s: error \"%s\", client \"%s\", return URL \"%s\"",
                     std::string(row.query).c_str(),
                     std::string(name(plan.error)).c_str(),
                     std::string(client).c_str(),
                     std::string(plan.return_url).c_str());
        }
    }
}


void auth0_without_a_client_uses_the_tenants_list(void**)
{
    Endpoint endpoint("auth0");

    expect(endpoint,
           {{"", none, "", "https://www.test/"},
            {"returnTo=", none, "", "https://www.test/"},
            {"returnTo", none, "", "https://www.test/"},
            {"client_id=", none, "", "https://www.test/"},
            {"returnTo=https://www.test/", none, "", "https://www.test/"},
            {"returnTo=https%3A%2F%2FWWW.test%3A443", none, "",
             "https://www.test/"},
            {"returnTo=/signed-out", none, "", "/signed-out"},
            {"returnTo=https://spa.test/", not_allowed, "", ""},
            {"returnTo=//www.test/", not_allowed, "", ""},
            {"returnTo=javascript:alert(1)", not_allowed, "", ""},
            {"returnTo=%", malformed, "", ""},
            {"returnTo=/signed-out&returnTo=/signed-out", malformed, "", ""}});
}


void auth0_with_a_client_uses_only_its_list(void**)
{
    Endpoint endpoint("auth0");

    expect(
        endpoint,
        {{"client_id=spa", none, "spa", "https://spa.test/"},
         {"client_id=spa&returnTo=https://spa.test/bye", none, "spa",
          "https://spa.test/bye"},
         {"client_id=spa&returnTo=https://www.test/", not_allowed, "spa", ""},
         {"client_id=spa&returnTo=/signed-out", not_allowed, "spa", ""},
         {"client_id=app", none, "app", "com.example.app://signed-out"},
         {"client_id=no-urls", none, "no-urls", ""},
         {"client_id=no-urls&returnTo=https://www.test/", not_allowed,
          "no-urls", ""},
         {"client_id=SPA", unknown, "", ""},
         {"client_id=spa%20", unknown, "", ""},
         {"client_id=nobody", unknown, "", ""},
         {"client_id=nobody&returnTo=https://www.test/", unknown, "", ""},
         {"client_id=spa&client_id=spa", malformed, "", ""}});
}


void auth0_leaves_query_and_fragment_out_of_matching(void**)
{
    Endpoint endpoint("auth0");

    expect(endpoint, {{"returnTo=https://www.test/?a=b%26c%23d", none, "",
                       "https://www.test/?a=b&c#d"},
                      {"client_id=spa&returnTo=https://spa.test/q?other", none,
                       "spa", "https://spa.test/q?other"}});

    endpoint.policy.query_matching = QueryMatching::compared;
    expect(endpoint, {{"returnTo=https://www.test/?a=b", not_allowed, "", ""},
                      {"client_id=spa&returnTo=https://spa.test/q?a=1", none,
                       "spa", "https://spa.test/q?a=1"}});
}


void auth0_ignores_the_parameters_of_others(void**)
{
    Endpoint endpoint("auth0");

    expect(endpoint,
           {{"redirect_uri=https://evil.test/", none, "", "https://www.test/"},
            {"client_sdrn=sdrn:schibsted.com:client:spa", none, "",
             "https://www.test/"},
            {"state=%", none, "", "https://www.test/"},
            {"callback=x", none, "", "https://www.test/"}});
}


void federated_is_asked_for_with_any_value_or_none(void**)
{
    Endpoint endpoint("auth0");

    for (const char* const query :
         {"federated", "federated=", "federated=1", "federated=false",
          "client_id=spa&federated", "returnTo=/signed-out&federated"}) {
        assert_true(endpoint.plan(query).federated);
    }

    for (const char* const query :
         {"", "fed", "federated&client_id=nobody", "federated&returnTo=/no",
          "federated&federated"}) {
        assert_false(endpoint.plan(query).federated);
    }

    Endpoint other("schibsted");
    assert_false(other.plan("client_id=spa&federated").federated);
}


void schibsted_requires_a_client(void**)
{
    Endpoint endpoint("schibsted");

    expect(endpoint,
           {{"", required, "", ""},
            {"client_id=", required, "", ""},
            {"client_sdrn=", required, "", ""},
            {"redirect_uri=https://www.test/", required, "", ""},
            {"client_id=spa", none, "spa", "https://spa.test/"},
            {"client_id=spa&redirect_uri=", none, "spa", "https://spa.test/"},
            {"client_id=spa&redirect_uri=https://spa.test/bye", none, "spa",
             "https://spa.test/bye"},
            {"client_id=spa&redirect_uri=https://www.test/", not_allowed, "spa",
             ""},
            {"client_id=nobody", unknown, "", ""},
            {"client_id=spa&returnTo=https://evil.test/", none, "spa",
             "https://spa.test/"}});
}


void schibsted_takes_the_sdks_name_of_a_client(void**)
{
    Endpoint endpoint("schibsted");

    expect(endpoint,
           {{"client_sdrn=sdrn:schibsted.com:client:spa", none, "spa",
             "https://spa.test/"},
            {"client_sdrn=sdrn%3Aschibsted.com%3Aclient%3Aspa"
             "&redirect_uri=https%3A%2F%2Fspa.test%2Fbye",
             none, "spa", "https://spa.test/bye"},
            {"client_id=spa&client_sdrn=sdrn:spid.no:client:spa", none, "spa",
             "https://spa.test/"},
            {"client_id=&client_sdrn=sdrn:spid.no:client:spa", none, "spa",
             "https://spa.test/"},
            {"client_id=app&client_sdrn=sdrn:spid.no:client:spa", malformed, "",
             ""},
            {"client_sdrn=spa", unknown, "", ""},
            {"client_id=spa&client_sdrn=spa", unknown, "", ""},
            {"client_sdrn=sdrn:schibsted.com:client:nobody", unknown, "", ""}});
}


void schibsted_compares_the_query(void**)
{
    Endpoint endpoint("schibsted");

    expect(endpoint, {{"client_id=spa&redirect_uri=https://spa.test/q?a=1",
                       none, "spa", "https://spa.test/q?a=1"},
                      {"client_id=spa&redirect_uri=https://spa.test/q",
                       not_allowed, "spa", ""},
                      {"client_id=spa&redirect_uri=https://spa.test/bye?a=1",
                       not_allowed, "spa", ""},
                      {"client_id=spa&redirect_uri=https://spa.test/bye%23a",
                       not_allowed, "spa", ""}});
}


void schibsteds_script_answer_goes_nowhere(void**)
{
    Endpoint endpoint("schibsted");

    const LogoutPlan plan =
        endpoint.plan("client_id=spa&callback=f1a&redirect_uri=https://x.test");
    assert_true(plan.error == none);
    assert_true(plan.callback == "f1a");
    assert_true(plan.return_url.empty());

    const LogoutPlan bad = endpoint.plan("client_id=spa&callback=alert(1)");
    assert_true(bad.error == malformed);
    assert_true(bad.parameter_verdict.name == "callback");
    assert_true(bad.callback.empty());
}


void oidc_sends_nowhere_unless_asked(void**)
{
    Endpoint endpoint("oidc");

    expect(endpoint,
           {{"", none, "", ""},
            {"client_id=spa", none, "spa", ""},
            {"client_id=nobody", unknown, "", ""},
            {"post_logout_redirect_uri=https://www.test/", required, "", ""},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/bye",
             none, "spa", "https://spa.test/bye"},
            {"client_id=spa&post_logout_redirect_uri=https://www.test/",
             not_allowed, "spa", ""},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/bye?a",
             not_allowed, "spa", ""}});
}


void oidc_appends_the_state(void**)
{
    Endpoint endpoint("oidc");

    expect(endpoint,
           {{"client_id=spa&post_logout_redirect_uri=https://spa.test/bye"
             "&state=a%3Bb",
             none, "spa", "https://spa.test/bye?state=a%3Bb"},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/q?a=1"
             "&state=x",
             none, "spa", "https://spa.test/q?a=1&state=x"},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/bye"
             "&state=",
             none, "spa", "https://spa.test/bye"},
            {"client_id=spa&state=x", none, "spa", ""},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/bye"
             "&state=a%23b%26c",
             none, "spa", "https://spa.test/bye?state=a%23b%26c"},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/bye"
             "&state=a%0d%0aX-Header:1",
             none, "spa", "https://spa.test/bye?state=a%0d%0aX-Header:1"},
            {"client_id=spa&post_logout_redirect_uri=https://spa.test/bye"
             "&state=a#b",
             malformed, "spa", ""}});
}


void without_any_list_nothing_is_allowed(void**)
{
    PlanFixture auth0("auth0");
    expect(auth0, {{"", none, "", ""},
                   {"returnTo=/", not_allowed, "", ""},
                   {"client_id=spa", unknown, "", ""}});

    PlanFixture schibsted("schibsted");
    expect(schibsted,
           {{"", required, "", ""}, {"client_id=a", unknown, "", ""}});
}


void a_body_counts_as_the_query_does(void**)
{
    struct BodyRow {
        std::string_view query;
        logout::BodyType type;
        std::string_view body;
        RequestError error;
        std::string_view return_url;
    };
    constexpr auto form = logout::BodyType::form;
    constexpr auto json = logout::BodyType::json;

    const BodyRow rows[] = {
        {"", form, "client_id=spa&returnTo=https%3A%2F%2Fspa.test%2Fbye", none,
         "https://spa.test/bye"},
        {"client_id=spa", form, "returnTo=https://spa.test/bye", none,
         "https://spa.test/bye"},
        {"client_id=spa", form, "client_id=spa", malformed, ""},
        {"", json, R"({"client_id":"spa","returnTo":"https://spa.test/bye"})",
         none, "https://spa.test/bye"},
        {"client_id=spa", json, R"({"returnTo":"https://spa.test/bye"})", none,
         "https://spa.test/bye"},
        {"client_id=spa", json, R"({"client_id":"spa"})", malformed, ""},
        {"", json, "", none, "https://www.test/"},
        {"", json, "[]", malformed, ""},
        {"", logout::BodyType::multipart, "x", malformed, ""},
        {"", logout::BodyType::multipart, "", none, "https://www.test/"},
        {"", logout::BodyType::other, "returnTo=/no", none,
         "https://www.test/"},
        {"", logout::BodyType::none, "returnTo=/no", none, "https://www.test/"},
    };

    for (const BodyRow& row : rows) {
        Endpoint endpoint("auth0");

        endpoint.request.body_type = row.type;
        endpoint.request.body = row.body;

        const LogoutPlan plan = endpoint.plan(row.query);
        if (plan.error != row.error || plan.return_url != row.return_url) {
            fail_msg("%s: error \"%s\", return URL \"%s\"",
                     std::string(row.body).c_str(),
                     std::string(name(plan.error)).c_str(),
                     std::string(plan.return_url).c_str());
        }
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(auth0_without_a_client_uses_the_tenants_list),
        cmocka_unit_test(auth0_with_a_client_uses_only_its_list),
        cmocka_unit_test(auth0_leaves_query_and_fragment_out_of_matching),
        cmocka_unit_test(auth0_ignores_the_parameters_of_others),
        cmocka_unit_test(federated_is_asked_for_with_any_value_or_none),
        cmocka_unit_test(schibsted_requires_a_client),
        cmocka_unit_test(schibsted_takes_the_sdks_name_of_a_client),
        cmocka_unit_test(schibsted_compares_the_query),
        cmocka_unit_test(schibsteds_script_answer_goes_nowhere),
        cmocka_unit_test(oidc_sends_nowhere_unless_asked),
        cmocka_unit_test(oidc_appends_the_state),
        cmocka_unit_test(without_any_list_nothing_is_allowed),
        cmocka_unit_test(a_body_counts_as_the_query_does),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
