// What an operator describes, as a request, and the explanation of it.

#include "core/explain/explain.hpp"
#include "core/explain/json.hpp"
#include "core/explain/page.hpp"
#include "core/explain/request.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::DescribedRequest;
using logout::RequestDescription;

namespace {

std::pmr::memory_resource* const memory = std::pmr::new_delete_resource();


// Everything that a test describes and explains lives this long.
std::pmr::monotonic_buffer_resource arena;


void check_equal(std::string_view actual, std::string_view expected)
{
    if (actual != expected) {
        fail_msg("\"%.*s\" is not \"%.*s\"", static_cast<int>(actual.size()),
                 actual.data(), static_cast<int>(expected.size()),
                 expected.data());
    }
}


struct Described {
    explicit Described(const DescribedRequest& text) : description(&arena)
    {
        describe_request(text, policy(), "Own.Test:8080", &arena, description);
    }

    const logout::LogoutRequest& request() const { return description.request; }

    static logout::LogoutPolicy policy()
    {
        logout::LogoutPolicy policy;

        policy.protocol = logout::find_protocol("auth0");
        return policy;
    }

    RequestDescription description;
};


DescribedRequest with_url(std::string_view url)
{
    DescribedRequest described;

    described.url = url;
    return described;
}


void reads_urls(void**)
{
    const struct {
        std::string_view url, host, path, query;
    } cases[] = {
        {"https://A.test/v2/logout?a=b#c?d", "a.test", "/v2/logout", "a=b"},
        {"https://a.test:8443", "a.test:8443", "", ""},
        {"http://a.test?x", "a.test", "", "x"},
        {"/v2/logout", "own.test:8080", "/v2/logout", ""},
        {"/v2/logout?returnTo=https://a.test/", "own.test:8080", "/v2/logout",
         "returnTo=https://a.test/"},
        {"?a=b", "own.test:8080", "", "a=b"},
        {"returnTo=https://a.test/?x", "own.test:8080", "",
         "returnTo=https://a.test/?x"},
        {" a=b\n", "own.test:8080", "", "a=b"},
        {"", "own.test:8080", "", ""},
    };

    for (const auto& c : cases) {
        const Described described(with_url(c.url));

        check_equal(described.request().fetch.host, c.host);
        check_equal(described.description.path, c.path);
        check_equal(described.request().query, c.query);
    }
}


void reads_headers(void**)
{
    DescribedRequest text;
    text.headers = "Origin: https://a.test\r\n\r\n  sec-fetch-SITE :cross-site"
                   "\nCookie: a=1\nX-Other: 1\nHost: B.test\nOrigin: second";
    text.cookie = " b=2 ";

    const Described described(text);
    const logout::LogoutRequest& request = described.request();

    check_equal(request.fetch.origin, "https://a.test");
    check_equal(request.fetch.sec_fetch_site, "cross-site");
    check_equal(request.fetch.host, "b.test");
    assert_int_equal(request.cookie_header_count, 2);
    check_equal(request.cookie_headers[0], "a=1");
    check_equal(request.cookie_headers[1], "b=2");
    check_equal(described.description.problem, "");
}


void refuses_what_is_no_header(void**)
{
    DescribedRequest text;

    text.headers = "Origin https://a.test";
    check_equal(Described(text).description.problem,
                "The header line \"Origin https://a.test\" is not \"Name:"
                " value\"");

    text.headers = ": x";
    assert_false(Described(text).description.problem.empty());
}


void adds_parameters(void**)
{
    DescribedRequest text = with_url("?federated");
    text.client_id = "a&b";
    text.return_url = "https://a.test/?x=y";

    check_equal(Described(text).request().query,
                "federated&client_id=a%26b&returnTo="
                "https%3A%2F%2Fa.test%2F%3Fx%3Dy");
}


void reads_bodies(void**)
{
    DescribedRequest text;
    text.method = "POST";
    text.body = "{}\r\n";

    assert_true(Described(text).request().body_type == logout::BodyType::form);
    text.headers = "Content-Type: application/json; charset=utf-8";

    const Described described(text);
    assert_true(described.request().body_type == logout::BodyType::json);
    assert_true(described.request().method == logout::Method::post);
    check_equal(described.request().body, "{}");

    const std::string large(Described::policy().body_max_length() + 1, 'x');
    text.body = large;
    assert_true(Described(text).request().body_too_large);
}


void reads_methods(void**)
{
    DescribedRequest text;

    assert_true(Described(text).request().method == logout::Method::get);
    text.method = "OPTIONS";
    assert_true(Described(text).request().method == logout::Method::options);
    text.method = "get";
    assert_true(Described(text).request().method == logout::Method::other);
}


void reads_forms(void**)
{
    const auto described = logout::read_described_form(
        "url=%3Fa%3Db&cookie=sid%3D1+2&other=1&headers=", &arena);

    assert_true(described.has_value());
    check_equal(described->url, "?a=b");
    check_equal(described->cookie, "sid=1 2");
    check_equal(described->headers, "");
    assert_false(logout::read_described_form("url=%4", &arena).has_value());
}


void reads_json(void**)
{
    const auto described = logout::read_described_json(
        R"({"url": "?a", "headers": {"Origin": "x", "Accept": "y"}, "z": 1})",
        &arena);

    assert_true(described.has_value());
    check_equal(described->url, "?a");
    check_equal(described->headers, "Origin: x\nAccept: y\n");

    for (const auto text :
         {"", "[]", "{\"url\": 1}", "{\"headers\": {\"a\": 1}}",
          "{\"url\": {\"a\": \"b\"}}", "{\"url\": \"a\", \"url\": \"b\"}"}) {
        assert_false(logout::read_described_json(text, &arena).has_value());
    }
}


// A location with one logout_session, explained.
struct Case {
    Case()
    {
        std::string problem;
        settings.format = "raw";
        settings.cookie = "sid";
        settings.prefix = "sess:";
        reader = logout::SessionReader::compile(settings, problem);
        assert_true(reader.has_value());

        urls.add("https://a.test/bye");
        urls.compile();
        policy.protocol = logout::find_protocol("auth0");
        policy.tenant_urls = &urls;
        policy.methods.add(logout::Method::get);
        policy.sessions.push_back(&*reader);
    }

    std::pmr::string explained_as_json(const DescribedRequest& text, bool show)
    {
        const Described described(text);
        const auto plan =
            logout::plan_logout(described.request(), policy, &arena);
        const auto response =
            logout::respond(described.request(), plan, {}, expiry, {}, &arena);
        const logout::HmacKey hash(logout::DigestAlgorithm::sha256, "key");

        std::pmr::vector<logout::ExplainedKey> keys;
        for (const auto& planned : plan.sessions) {
            for (const auto key : planned.session.keys) {
                keys.push_back(
                    {planned.rule, planned.session.id, "main", key, false});
            }
        }

        const std::pmr::vector<std::string_view> events{
            "the stream logouts in main"};
        std::pmr::string out;
        logout::write_explanation_json(
            logout::explain_logout({described.request(),
                                    policy,
                                    plan,
                                    response,
                                    keys,
                                    events,
                                    "GET",
                                    {},
                                    false,
                                    false},
                                   {show, hash}, &arena),
            out);
        return out;
    }

    logout::SessionSettings settings;
    std::optional<logout::SessionReader> reader;
    logout::Allowlist urls;
    logout::LogoutPolicy policy;
    logout::CookieExpiry expiry;
};


void check_contains(std::string_view text, std::string_view part, bool expected)
{
    if ((text.find(part) != text.npos) != expected) {
        fail_msg("\"%.*s\" is %sin %.*s", static_cast<int>(part.size()),
                 part.data(), expected ? "not " : "",
                 static_cast<int>(text.size()), text.data());
    }
}


void hides_sessions(void**)
{
    Case location;
    DescribedRequest text;
    text.cookie = "sid=0123456789abcdef";

    const auto hidden = location.explained_as_json(text, false);
    check_contains(hidden, "0123456789abcdef", false);
    check_contains(hidden, "\"value\":\"sess:[", true);
    check_contains(hidden, "] in main\"", true);

    const auto shown = location.explained_as_json(text, true);
    check_contains(shown, "sess:0123456789abcdef in main", true);
}


void hides_tokens(void**)
{
    Case location;
    const logout::ProtocolTraits* const oidc = logout::find_protocol("oidc");

    if (oidc == nullptr ||
        !oidc->parameters.contains(logout::Parameter::id_token_hint)) {
        return;
    }

    location.policy.protocol = oidc;
    const auto hidden = location.explained_as_json(
        with_url("?id_token_hint=header.payload.signature"), false);

    check_contains(hidden, "payload", false);
    check_contains(hidden, "[24 bytes]", true);
}


void names_rule_and_entry(void**)
{
    Case location;

    const auto json = location.explained_as_json(
        with_url("?returnTo=https://a.test/bye/"), false);
    check_contains(json, "\"nearest entry\",\"value\":\"https://a.test/bye\"",
                   true);
    check_contains(json, "\"error\":\"return_url_not_allowed\"", true);

    location.policy.tenant_urls = nullptr;
    check_contains(location.explained_as_json(
                       with_url("?returnTo=https://a.test/bye"), false),
                   "none: there is no logout_return_url", true);
}


void bounds_what_it_looks_at(void**)
{
    Case location;
    std::string query = "?";

    for (int i = 0; i < 1000; ++i) {
        query += "x=&";
    }

    const auto json = location.explained_as_json(with_url(query), false);
    std::size_t count = 0;

    for (auto at = json.find("not read"); at != json.npos;
         at = json.find("not read", at + 1)) {
        ++count;
    }
    assert_int_equal(count, 16);
}


void draws_a_page(void**)
{
    std::pmr::string page(memory);
    DescribedRequest text;
    text.location = "/b<";
    text.method = "POST";
    text.headers = "\nA: b";

    write_explain_page({"/a", "/b<"}, text, "x & y", nullptr, page);

    check_contains(
        page, "<option>/a</option>\n<option selected>/b&lt;</option>", true);
    check_contains(page, "<option selected>POST</option>", true);
    check_contains(page, "x &amp; y.</p>", true);
    check_contains(page, ">\n\nA: b</textarea>", true);
    check_contains(page, "<script", false);
    check_contains(page, "What it would do", false);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(reads_urls),
        cmocka_unit_test(reads_headers),
        cmocka_unit_test(refuses_what_is_no_header),
        cmocka_unit_test(adds_parameters),
        cmocka_unit_test(reads_bodies),
        cmocka_unit_test(reads_methods),
        cmocka_unit_test(reads_forms),
        cmocka_unit_test(reads_json),
        cmocka_unit_test(hides_sessions),
        cmocka_unit_test(hides_tokens),
        cmocka_unit_test(names_rule_and_entry),
        cmocka_unit_test(bounds_what_it_looks_at),
        cmocka_unit_test(draws_a_page),
    };

    return cmocka_run_group_tests_name("explain", tests, nullptr, nullptr);
}
