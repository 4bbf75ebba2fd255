// Who may log whom out: each case is a request as a browser makes it.

#include "core/request/fetch_metadata.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::Asker;
using logout::client_scheme;
using logout::ClientScheme;
using logout::CrossSitePolicy;
using logout::FetchMetadata;
using logout::FetchReason;
using logout::FetchVerdict;
using logout::Origins;

namespace {

constexpr CrossSitePolicy navigation = CrossSitePolicy::navigation;
constexpr CrossSitePolicy same_site = CrossSitePolicy::same_site;
constexpr CrossSitePolicy same_origin = CrossSitePolicy::same_origin;
constexpr CrossSitePolicy any = CrossSitePolicy::any;
constexpr FetchVerdict serve = FetchVerdict::serve;
constexpr FetchVerdict cross_site = FetchVerdict::cross_site;


const Origins& client_origins()
{
    static const Origins origins = [] {
        Origins built;
        built.add("https://app.partner.test");
        return built;
    }();

    return origins;
}


// A request to https://id.example.test:18443.
FetchMetadata request()
{
    FetchMetadata made;
    made.host = "id.example.test:18443";
    return made;
}


FetchMetadata from(std::string_view site, std::string_view mode,
                   std::string_view dest)
{
    FetchMetadata made = request();
    made.sec_fetch_site = site;
    made.sec_fetch_mode = mode;
    made.sec_fetch_dest = dest;
    return made;
}


FetchMetadata with_origin(FetchMetadata made, std::string_view origin)
{
    made.origin = origin;
    return made;
}


FetchMetadata spoken(FetchMetadata made, ClientScheme scheme)
{
    made.scheme = scheme;
    return made;
}


FetchMetadata with_referer(FetchMetadata made, std::string_view referer)
{
    made.referer = referer;
    return made;
}


struct Case {
    const char* name;
    FetchMetadata request;
    CrossSitePolicy policy;
    FetchVerdict verdict;
    FetchReason reason;
    bool frames_allowed = false;
};


void judge(const Case& c)
{
    const logout::FetchDecision decision =
        logout::judge_fetch(c.request, who_asks(c.request, {}), c.policy,
                            client_origins(), c.frames_allowed);

    if (decision.verdict != c.verdict || decision.reason != c.reason) {
        fail_msg("%s: got verdict %d because %s", c.name,
                 static_cast<int>(decision.verdict),
                 logout::describe(decision.reason));
    }
}


template <std::size_t count>
void judge_all(const Case (&cases)[count])
{
    for (const Case& c : cases) {
        judge(c);
    }
}


void top_level_navigations(void**)
{
    const FetchMetadata link = from("cross-site", "navigate", "document");

    judge_all({
        {"link on another site", link, navigation, serve,
         FetchReason::top_level_navigation},
        {"form POST on another site", with_origin(link, "https://evil.test"),
         navigation, serve, FetchReason::top_level_navigation},
        {"same-site link, same-site", from("same-site", "navigate", "document"),
         same_site, serve, FetchReason::same_site},
        {"link on another site, same-site", link, same_site, cross_site,
         FetchReason::cross_site_navigation},
        {"same-site link, same-origin",
         from("same-site", "navigate", "document"), same_origin, cross_site,
         FetchReason::cross_site_navigation},
        {"same-origin link", from("same-origin", "navigate", "document"),
         same_origin, serve, FetchReason::same_origin},
        {"address bar", from("none", "navigate", "document"), same_origin,
         serve, FetchReason::user_request},
        {"link on the client's site",
         with_referer(link, "https://app.partner.test/"), same_origin, serve,
         FetchReason::client_origin},
        {"form POST on the client's site",
         with_origin(link, "https://app.partner.test"), same_origin, serve,
         FetchReason::client_origin},
        {"link on another site, any", link, any, serve,
         FetchReason::not_checked},
        {"a value of the future counts as another site",
         from("elsewhere", "navigate", "document"), same_site, cross_site,
         FetchReason::cross_site_navigation},
    });
}


void frames(void**)
{
    const FetchMetadata frame = from("cross-site", "navigate", "iframe");

    judge_all({
        {"same-site iframe", from("same-site", "navigate", "iframe"),
         navigation, serve, FetchReason::same_site},
        {"cross-site iframe", frame, navigation, cross_site,
         FetchReason::cross_site_frame},
        {"cross-site frame", from("cross-site", "navigate", "frame"),
         navigation, cross_site, FetchReason::cross_site_frame},
        {"old Chrome's frame", from("cross-site", "nested-navigate", ""),
         navigation, cross_site, FetchReason::cross_site_frame},
        {"iframe of the client",
         with_referer(frame, "https://app.partner.test/x?y#z"), navigation,
         serve, FetchReason::client_origin},
        {"front-channel", frame, navigation, serve, FetchReason::front_channel,
         true},
        {"front-channel does not let images in",
         from("cross-site", "no-cors", "image"), navigation, cross_site,
         FetchReason::passive_subresource, true},
        {"front-channel does not let fetches in",
         from("cross-site", "no-cors", "empty"), navigation, cross_site,
         FetchReason::cross_site_fetch, true},
        {"an object element is no frame",
         from("same-site", "navigate", "object"), navigation, cross_site,
         FetchReason::passive_subresource},
    });
}


void fetches(void**)
{
    const FetchMetadata cors = from("cross-site", "cors", "empty");
    const FetchMetadata no_cors = from("cross-site", "no-cors", "empty");

    judge_all({
        {"same-origin", from("same-origin", "cors", "empty"), same_origin,
         serve, FetchReason::same_origin},
        {"same-site", from("same-site", "cors", "empty"), navigation, serve,
         FetchReason::same_site},
        {"same-site, same-origin", from("same-site", "cors", "empty"),
         same_origin, cross_site, FetchReason::cross_site_fetch},
        {"cross-site, CORS", with_origin(cors, "https://evil.test"), navigation,
         cross_site, FetchReason::cross_site_fetch},
        {"cross-site, no CORS", no_cors, navigation, cross_site,
         FetchReason::cross_site_fetch},
        {"the client's origin", with_origin(cors, "https://app.partner.test"),
         navigation, serve, FetchReason::client_origin},
        {"Origin is believed, not Referer",
         with_referer(with_origin(cors, "https://evil.test"),
                      "https://app.partner.test/"),
         navigation, cross_site, FetchReason::cross_site_fetch},
        {"an origin that begins like the client's",
         with_origin(cors, "https://app.partner.test.evil.test"), navigation,
         cross_site, FetchReason::cross_site_fetch},
        {"the client's host over http",
         with_origin(cors, "http://app.partner.test"), navigation, cross_site,
         FetchReason::cross_site_fetch},
        {"null", with_origin(cors, "null"), navigation, cross_site,
         FetchReason::cross_site_fetch},
    });
}


void subresources(void**)
{
    judge_all({
        {"cross-site image", from("cross-site", "no-cors", "image"), navigation,
         cross_site, FetchReason::passive_subresource},
        {"same-site image", from("same-site", "no-cors", "image"), navigation,
         cross_site, FetchReason::passive_subresource},
        {"image in a comment", from("same-origin", "no-cors", "image"),
         navigation, cross_site, FetchReason::passive_subresource},
        {"image of the client",
         with_referer(from("cross-site", "no-cors", "image"),
                      "https://app.partner.test/"),
         navigation, cross_site, FetchReason::passive_subresource},
        {"image, any", from("cross-site", "no-cors", "image"), any, serve,
         FetchReason::not_checked},
        {"style sheet", from("same-site", "no-cors", "style"), navigation,
         cross_site, FetchReason::passive_subresource},
        {"font", from("cross-site", "cors", "font"), navigation, cross_site,
         FetchReason::passive_subresource},
        {"same-site script", from("same-site", "no-cors", "script"), navigation,
         serve, FetchReason::same_site},
        {"cross-site script", from("cross-site", "no-cors", "script"),
         navigation, cross_site, FetchReason::cross_site_script},
        {"script of the client",
         with_referer(from("cross-site", "no-cors", "script"),
                      "https://app.partner.test/"),
         navigation, serve, FetchReason::client_origin},
    });
}


void without_fetch_metadata(void**)
{
    FetchMetadata old_link = with_referer(request(), "https://evil.test/page");
    old_link.upgrade_insecure_requests = "1";

    judge_all({
        {"curl", request(), navigation, serve, FetchReason::no_metadata},
        {"curl, same-site", request(), same_site, cross_site,
         FetchReason::unknown_source},
        {"own Origin", with_origin(request(), "https://id.example.test:18443"),
         same_origin, serve, FetchReason::same_origin},
        {"own Referer",
         with_referer(request(), "https://id.example.test:18443/a?b"),
         same_origin, serve, FetchReason::same_origin},
        {"another port is the same site",
         with_origin(request(), "https://id.example.test"), same_origin,
         cross_site, FetchReason::cross_site_fetch},
        {"Origin of another site", with_origin(request(), "https://evil.test"),
         navigation, cross_site, FetchReason::cross_site_fetch},
        {"Origin null", with_origin(request(), "null"), navigation, cross_site,
         FetchReason::cross_site_fetch},
        {"Referer of another site",
         with_referer(request(), "https://evil.test/page"), navigation,
         cross_site, FetchReason::cross_site_fetch},
        {"Referer without a web scheme", with_referer(request(), "about:blank"),
         navigation, cross_site, FetchReason::cross_site_fetch},
        {"Origin before Referer",
         with_referer(with_origin(request(), "https://evil.test"),
                      "https://id.example.test:18443/"),
         navigation, cross_site, FetchReason::cross_site_fetch},
        {"link on another site in an old browser", old_link, navigation, serve,
         FetchReason::top_level_navigation},
        {"the same, same-site", old_link, same_site, cross_site,
         FetchReason::cross_site_navigation},
        {"the client's Referer",
         with_referer(request(), "https://app.partner.test/page"), same_origin,
         serve, FetchReason::client_origin},
        {"Referer cannot hide a host in its path",
         with_referer(request(), "https://evil.test/@app.partner.test"),
         navigation, cross_site, FetchReason::cross_site_fetch},
        {"Referer cannot hide a host in userinfo",
         with_referer(request(), "https://id.example.test:18443@evil.test/"),
         navigation, cross_site, FetchReason::cross_site_fetch},
    });
}


// As in Sec-Fetch-Site: the pages of http: are another site's to https:.
void the_scheme_counts_where_it_is_known(void**)
{
    const FetchMetadata own =
        with_origin(request(), "https://id.example.test:18443");
    const FetchMetadata plain =
        with_origin(request(), "http://id.example.test:18443");

    judge_all({
        {"HTTPS", spoken(own, ClientScheme::https), same_origin, serve,
         FetchReason::same_origin},
        {"a page of HTTP to HTTPS", spoken(plain, ClientScheme::https),
         navigation, cross_site, FetchReason::cross_site_fetch},
        {"its Referer",
         spoken(with_referer(request(), "http://id.example.test:18443/a"),
                ClientScheme::https),
         same_site, cross_site, FetchReason::cross_site_fetch},
        {"HTTP", spoken(plain, ClientScheme::http), same_origin, serve,
         FetchReason::same_origin},
        {"a page of HTTPS to HTTP", spoken(own, ClientScheme::http), same_site,
         cross_site, FetchReason::cross_site_fetch},
        {"a sibling over HTTP",
         spoken(with_origin(request(), "http://www.example.test"),
                ClientScheme::https),
         same_site, cross_site, FetchReason::cross_site_fetch},
        {"not known, HTTP", plain, same_origin, serve,
         FetchReason::same_origin},
    });
}


void schemes_have_names(void**)
{
    for (const char* const https : {"https", "on", "1", "https, http"}) {
        assert_true(client_scheme(https) == ClientScheme::https);
    }

    for (const char* const http : {"http", "off", "0", "http,https"}) {
        assert_true(client_scheme(http) == ClientScheme::http);
    }

    for (const char* const unknown :
         {"", "auto", "httpsx", "wss", " https", ",https", "HTTPS"}) {
        assert_true(client_scheme(unknown) == ClientScheme::unknown);
    }
}


void default_ports_make_no_difference(void**)
{
    FetchMetadata plain = request();
    plain.host = "id.example.test";

    judge_all({
        {"default port left out", with_origin(plain, "https://id.example.test"),
         same_origin, serve, FetchReason::same_origin},
        {"TLS ended in front", with_origin(plain, "http://id.example.test"),
         same_origin, serve, FetchReason::same_origin},
    });

    plain.host = "id.example.test:443";

    judge_all({
        {"default port written out",
         with_origin(plain, "https://id.example.test"), same_origin, serve,
         FetchReason::same_origin},
    });
}


void speculative_requests(void**)
{
    const FetchMetadata plain = from("none", "navigate", "document");

    for (std::string_view said : {"prefetch", "prefetch;prerender", "1"}) {
        for (CrossSitePolicy policy :
             {navigation, same_site, same_origin, any}) {
            FetchMetadata speculative = plain;
            speculative.speculation = said;
            judge({"speculative", speculative, policy, FetchVerdict::prefetch,
                   FetchReason::speculative});
        }
    }
}


FetchMetadata accepting(std::string_view types, FetchMetadata made = request())
{
    made.accept = types;
    return made;
}


struct AskerCase {
    const char* name;
    FetchMetadata request;
    Asker alone;          // without more
    Asker with_callback;  // of a GET with a callback
    Asker with_token;     // with an access token
};


// What the browser says counts more than what a page can make it send.
void who_asks_with_fetch_metadata(void**)
{
    const std::string_view json = "application/json";

    for (const char* const site :
         {"none", "same-origin", "same-site", "cross-site"}) {
        const AskerCase cases[] = {
            {"a link", from(site, "navigate", "document"), Asker::navigation,
             Asker::navigation, Asker::navigation},
            {"a link that accepts JSON",
             accepting(json, from(site, "navigate", "document")),
             Asker::navigation, Asker::navigation, Asker::navigation},
            {"a link, no dest", accepting(json, from(site, "navigate", "")),
             Asker::navigation, Asker::navigation, Asker::navigation},
            {"iframe", accepting(json, from(site, "navigate", "iframe")),
             Asker::frame, Asker::frame, Asker::frame},
            {"old Chrome's frame", from(site, "nested-navigate", ""),
             Asker::frame, Asker::frame, Asker::frame},
            {"fetch, CORS", from(site, "cors", "empty"), Asker::data,
             Asker::script, Asker::data},
            {"fetch, same origin", from(site, "same-origin", "empty"),
             Asker::data, Asker::script, Asker::data},
            {"beacon", from(site, "no-cors", "empty"), Asker::data,
             Asker::script, Asker::data},
            {"fetch for HTML",
             accepting("text/html", from(site, "cors", "empty")), Asker::data,
             Asker::data, Asker::data},
            {"script", from(site, "no-cors", "script"), Asker::script,
             Asker::script, Asker::script},
            {"image", from(site, "no-cors", "image"), Asker::passive,
             Asker::passive, Asker::passive},
            {"object element", from(site, "navigate", "object"), Asker::passive,
             Asker::passive, Asker::passive},
        };

        for (const AskerCase& c : cases) {
            if (who_asks(c.request, {}) != c.alone ||
                who_asks(c.request, {true, false}) != c.with_callback ||
                who_asks(c.request, {false, true}) != c.with_token) {
                fail_msg("%s, %s", c.name, site);
            }
        }
    }
}


void who_asks_without_fetch_metadata(void**)
{
    const std::string_view of_browsers =
        "text/html,application/xhtml+xml,application/json;q=0.1";
    FetchMetadata old_link = accepting("application/json");
    FetchMetadata node = accepting("*/*");

    old_link.upgrade_insecure_requests = "1";
    node.sec_fetch_mode = "cors";

    const AskerCase cases[] = {
        {"curl", request(), Asker::unknown, Asker::script, Asker::data},
        {"JSON", accepting("application/json"), Asker::data, Asker::script,
         Asker::data},
        {"axios", accepting("application/json, text/plain, */*"), Asker::data,
         Asker::script, Asker::data},
        {"a browser's Accept", accepting(of_browsers), Asker::unknown,
         Asker::unknown, Asker::unknown},
        {"an old browser's link", old_link, Asker::navigation,
         Asker::navigation, Asker::navigation},
        {"Node's fetch", node, Asker::data, Asker::script, Asker::data},
    };

    for (const AskerCase& c : cases) {
        if (who_asks(c.request, {}) != c.alone ||
            who_asks(c.request, {true, false}) != c.with_callback ||
            who_asks(c.request, {false, true}) != c.with_token) {
            fail_msg("%s", c.name);
        }
    }
}


void sites(void**)
{
    assert_true(logout::is_same_site("example.com", "id.example.com"));
    assert_true(logout::is_same_site("id.example.com:8443", "id.example.com"));
    assert_false(logout::is_same_site("example.com", "example.org"));
    assert_false(logout::is_same_site("com", "example.com"));
    assert_false(logout::is_same_site("badexample.com", "example.com"));
    assert_false(logout::is_same_site("127.0.0.1", "126.0.0.1"));
    assert_true(logout::is_same_site("[::1]:80", "[::1]:81"));
    assert_false(logout::is_same_site("[::1]", "[::2]"));
    assert_true(logout::is_same_site("localhost:1", "localhost:2"));

#ifdef LOGOUT_HAVE_LIBPSL
    assert_true(logout::is_same_site("app.example.com", "id.example.com"));
    assert_false(logout::is_same_site("a.co.uk", "b.co.uk"));
    assert_false(logout::is_same_site("a.github.io", "b.github.io"));
    assert_false(logout::is_same_site("a.github.io", "github.io"));
#endif
}


struct OriginCase {
    std::string_view origin;
    bool valid;
};


void origins_as_written(void**)
{
    const OriginCase cases[] = {
        {"https://app.example.com", true},
        {"http://localhost:3000", true},
        {"http://[::1]:3000", true},
        {"https://xn--bcher-kva.example", true},
        {"", false},
        {"null", false},
        {"app.example.com", false},
        {"https://", false},
        {"https://app.example.com/", false},
        {"https://app.example.com?x", false},
        {"https://App.example.com", false},
        {"https://*.example.com", false},
        {"https://app.example.com:443", false},
        {"http://app.example.com:80", false},
        {"https://app.example.com:", false},
        {"https://app.example.com:0", false},
        {"https://app.example.com:65536", false},
        {"https://user@app.example.com", false},
        {"https://app..example.com", false},
        {"https://[::1", false},
        {"https://[::1]x", false},
        {"ftp://app.example.com", false},
        {"com.example.app://x", true},
    };

    for (const OriginCase& c : cases) {
        Origins origins;
        const bool added = !origins.add(c.origin);

        if (added != c.valid || origins.contains(c.origin) != c.valid ||
            origins.empty() == c.valid) {
            fail_msg("%.*s", static_cast<int>(c.origin.size()),
                     c.origin.data());
        }
    }
}


void many_origins(void**)
{
    Origins origins;

    for (std::string_view origin : {"https://c.test", "https://a.test",
                                    "https://b.test", "https://a.test"}) {
        assert_false(origins.add(origin).has_value());
    }

    assert_true(origins.contains("https://a.test"));
    assert_true(origins.contains("https://b.test"));
    assert_true(origins.contains("https://c.test"));
    assert_false(origins.contains("https://d.test"));
    assert_false(origins.contains("null"));
    assert_false(origins.contains(""));
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(top_level_navigations),
        cmocka_unit_test(frames),
        cmocka_unit_test(fetches),
        cmocka_unit_test(subresources),
        cmocka_unit_test(without_fetch_metadata),
        cmocka_unit_test(the_scheme_counts_where_it_is_known),
        cmocka_unit_test(schemes_have_names),
        cmocka_unit_test(default_ports_make_no_difference),
        cmocka_unit_test(speculative_requests),
        cmocka_unit_test(who_asks_with_fetch_metadata),
        cmocka_unit_test(who_asks_without_fetch_metadata),
        cmocka_unit_test(sites),
        cmocka_unit_test(origins_as_written),
        cmocka_unit_test(many_origins),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
