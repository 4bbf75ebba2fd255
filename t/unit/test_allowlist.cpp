// Lists of return URLs: what an entry may be, and what it allows.

#include "core/allowlist/allowlist.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

using namespace std::literals;
using logout::Allowlist;
using logout::AllowlistProblem;
using logout::AllowlistRule;
using logout::AllowlistVerdict;
using logout::QueryMatching;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlRule;

namespace {

constexpr QueryMatching ignored = QueryMatching::ignored;
constexpr QueryMatching compared = QueryMatching::compared;
constexpr AllowlistRule ok = AllowlistRule::ok;
constexpr AllowlistRule not_a_url = AllowlistRule::not_a_url;
constexpr AllowlistRule no_origin = AllowlistRule::origin_not_listed;
constexpr AllowlistRule no_path = AllowlistRule::path_not_listed;
constexpr AllowlistRule no_query = AllowlistRule::query_not_listed;
constexpr AllowlistRule ambiguous = AllowlistRule::unsafe_under_wildcard;


std::string text(std::string_view view)
{
    return std::string(view);
}


Allowlist list_of(std::initializer_list<std::string_view> entries)
{
    Allowlist list;

    for (const std::string_view entry : entries) {
        for (const AllowlistProblem& problem : list.add(entry)) {
            fail_msg("%s: %s", text(entry).c_str(), problem.message.c_str());
        }
    }
    list.compile();
    return list;
}


// A list whose first entry, which has to be a plain URL, plays no part.
Allowlist list_with(std::initializer_list<std::string_view> entries)
{
    Allowlist list;

    list.add("https://default.example.net/");
    for (const std::string_view entry : entries) {
        for (const AllowlistProblem& problem : list.add(entry)) {
            fail_msg("%s: %s", text(entry).c_str(), problem.message.c_str());
        }
    }
    list.compile();
    return list;
}


AllowlistRule judge(const Allowlist& list, std::string_view input,
                    QueryMatching matching)
{
    UrlBuffer buffer;
    Url url;

    if (logout::parse_url(input, buffer, url) != UrlRule::ok) {
        assert_false(list.holds(input));
        return not_a_url;
    }

    const AllowlistRule rule = list.match(url, matching).rule;
    assert_true(rule == ok || !list.holds(input));
    return rule;
}


struct Case {
    std::string_view url;
    AllowlistRule rule;
};


void expect(const Allowlist& list, QueryMatching matching,
            std::initializer_list<Case> cases)
{
    for (const Case& expected : cases) {
        const AllowlistRule rule = judge(list, expected.url, matching);
        if (rule != expected.rule) {
            fail_msg("%s: rule %d instead of %d", text(expected.url).c_str(),
                     static_cast<int>(rule), static_cast<int>(expected.rule));
        }
    }
}


void expect_error(std::string_view entry, std::string_view fragment)
{
    Allowlist list;

    list.add("https://default.example.net/");
    const auto problems = list.add(entry);
    if (problems.size() != 1 ||
        problems[0].severity != AllowlistProblem::Severity::error) {
        fail_msg("%s: no error", text(entry).c_str());
    }
    if (problems[0].message.find(fragment) == std::string::npos) {
        fail_msg("%s: %s", text(entry).c_str(), problems[0].message.c_str());
    }
    assert_true(problems[0].message.back() != '.');
}


void a_plain_url_allows_itself(void**)
{
    const Allowlist list = list_of({"https://app.example.com/bye"});

    expect(list, compared,
           {{"https://app.example.com/bye", ok},
            {"HTTPS://APP.example.com:443/bye", ok},
            {"https://app.example.com/bye/", no_path},
            {"https://app.example.com/BYE", no_path},
            {"https://app.example.com/by", no_path},
            {"https://app.example.com/bye2", no_path},
            {"https://app.example.com/", no_path},
            {"https://app.example.com//bye", no_path},
            {"https://app.example.com/%62ye", no_path},
            {"https://app.example.com/bye;x", no_path},
            {"https://app.example.com:8443/bye", no_origin},
            {"http://app.example.com/bye", no_origin},
            {"http://app.example.com:443/bye", no_origin},
            {"https://app.example.com.evil.example/bye", no_origin},
            {"https://xapp.example.com/bye", no_origin},
            {"https://example.com/bye", no_origin},
            {"https://x.app.example.com/bye", no_origin},
            {"https://evil.example/https://app.example.com/bye", no_origin},
            {"/bye", no_origin},
            {"com.example.app:/bye", no_origin}});
}


void canonical_forms_are_held(void**)
{
    const Allowlist list = list_of(
        {"HTTPS://App.Example.com:443/bye?a=%2f#b", "/bye", "com.app://out",
         "https://*.example.com/", "http://127.0.0.1:*/", "/docs/*"});

    for (const std::string_view held :
         {"https://app.example.com/bye?a=%2F#b", "/bye", "com.app://out"}) {
        assert_true(list.holds(held));
        assert_int_equal(judge(list, held, compared), ok);
    }

    for (const std::string_view other :
         {"", "HTTPS://App.Example.com:443/bye?a=%2f#b",
          "https://app.example.com/bye?a=%2f#b", "https://app.example.com/bye",
          "https://app.example.com/bye?a=%2F#b/", "https://*.example.com/",
          "https://app.example.com/", "http://127.0.0.1:*/", "/docs/*",
          "/docs/", "https://app.example.com", "app.example.com/bye?a=%2F#b"}) {
        assert_false(list.holds(other));
    }

    assert_false(Allowlist().holds("/bye"));
}


void canonical_forms_are_held_up_to_the_length_of_a_url(void**)
{
    const std::string longest =
        "/?" + std::string(logout::url_max_length - 2, 'x');
    std::string grows = "/?";
    std::string grown = "/?";

    while (grows.size() < logout::url_max_length) {
        grows += "\xc3\xb8";
        grown += "%C3%B8";
    }

    const Allowlist list = list_of({longest, grows});
    assert_true(list.holds(longest));
    assert_int_equal(judge(list, grows, compared), ok);
    assert_false(list.holds(grown));
    assert_int_equal(judge(list, grown, compared), not_a_url);
}


void a_bare_origin_means_the_root(void**)
{
    const Allowlist list = list_of({"https://app.example.com"});

    expect(list, compared,
           {{"https://app.example.com", ok},
            {"https://app.example.com/", ok},
            {"https://app.example.com/x", no_path}});
    assert_true(list.default_url() == "https://app.example.com/");
}


void entries_are_canonical(void**)
{
    const Allowlist list =
        list_of({"HTTPS://App.Example.COM:443/caf%c3%a9?a=\xc3\xb8 b",
                 "http://[0::1]/"});

    expect(list, compared,
           {{"https://app.example.com/caf%C3%A9?a=%c3%b8%20b", ok},
            {"https://app.example.com/caf%C3%A9", no_query},
            {"http://[::1]/", ok}});
    assert_true(list.default_url() ==
                "https://app.example.com/caf%C3%A9?a=%C3%B8%20b");
}


void query_and_fragment_are_compared(void**)
{
    const Allowlist list =
        list_of({"https://a.example/x", "https://a.example/q?a=1",
                 "https://a.example/q?a=2", "https://a.example/f#g",
                 "https://a.example/e?"});

    expect(list, compared,
           {{"https://a.example/x", ok},
            {"https://a.example/x?", no_query},
            {"https://a.example/x#", no_query},
            {"https://a.example/x?a=1", no_query},
            {"https://a.example/q?a=1", ok},
            {"https://a.example/q?a=2", ok},
            {"https://a.example/q?a=3", no_query},
            {"https://a.example/q", no_query},
            {"https://a.example/q?a=1#g", no_query},
            {"https://a.example/f#g", ok},
            {"https://a.example/f", no_query},
            {"https://a.example/f?#g", no_query},
            {"https://a.example/e?", ok},
            {"https://a.example/e", no_query},
            {"https://a.example/y?a=1", no_path}});
}


void query_and_fragment_are_ignored(void**)
{
    const Allowlist list =
        list_of({"https://a.example/x", "https://a.example/q?a=1#b"});

    expect(list, ignored,
           {{"https://a.example/x?a=1#b", ok},
            {"https://a.example/x?", ok},
            {"https://a.example/q", ok},
            {"https://a.example/q?c=2", ok},
            {"https://a.example/q#?", ok},
            {"https://a.example/y?x", no_path}});
}


void a_path_pattern_allows_what_is_below(void**)
{
    const Allowlist list = list_with({"https://a.example/docs/*"});

    expect(list, compared,
           {{"https://a.example/docs/", ok},
            {"https://a.example/docs/a", ok},
            {"https://a.example/docs/a/b//c", ambiguous},
            {"https://a.example/docs/caf%C3%A9%20", ok},
            {"https://a.example/docs", no_path},
            {"https://a.example/docsx", no_path},
            {"https://a.example/doc/x", no_path},
            {"https://a.example/", no_path},
            {"https://a.example//docs/x", no_path},
            {"https://b.example/docs/x", no_origin},
            {"https://a.example/docs/../x", not_a_url},
            {"https://a.example/docs/a?b", no_query},
            {"https://a.example/docs/a#b", no_query}});
    expect(list, ignored,
           {{"https://a.example/docs/a?b#c", ok},
            {"https://a.example/x?/docs/", no_path}});
}


void paths_below_a_pattern_are_unambiguous(void**)
{
    const Allowlist list =
        list_with({"https://a.example/*", "https://a.example/p;q/*"});

    expect(list, compared,
           {{"https://a.example/a%2fb", ambiguous},
            {"https://a.example/a%5cb", ambiguous},
            {"https://a.example/a%252e", ambiguous},
            {"https://a.example/a;b", ambiguous},
            {"https://a.example/a%3bb", ambiguous},
            {"https://a.example/%c0%ae%c0%ae/", ambiguous},
            {"https://a.example/%e0%80%ae", ambiguous},
            {"https://a.example/%f0%80%80%ae", ambiguous},
            {"https://a.example/%ed%a0%80", ambiguous},
            {"https://a.example/%ff", ambiguous},
            {"https://a.example/%c3", ambiguous},
            {"https://a.example/%c3x", ambiguous},
            {"https://a.example/x%80", ambiguous},
            {"https://a.example/%c3%a9%e2%82%ac%f0%9f%98%80", ok},
            {"https://a.example/%41%7e%20", ok},
            {"https://a.example/p;q/r", ok},
            {"https://a.example/p;q/r;s", ambiguous},
            {"https://a.example/a%00", not_a_url}});
}


void the_longest_path_pattern_counts(void**)
{
    const Allowlist list = list_with(
        {"https://a.example/1/*", "https://a.example/1/2/3;/4/*", "/1/2/*"});

    expect(list, compared,
           {{"https://a.example/1/x", ok},
            {"https://a.example/1/2/x", ok},
            {"https://a.example/1/2/3;/4/x", ok},
            {"https://a.example/1/2/3;/x", ambiguous},
            {"https://a.example/2/1/x", no_path},
            {"/1/2/x", ok},
            {"/1/x", no_path},
            {"/1/2", no_path}});
}


void a_host_pattern_allows_one_label(void**)
{
    const Allowlist list = list_with(
        {"https://*.example.com/bye", "https://*.example.com:8443/bye?x=1",
         "https://*.docs.example.com/*", "https://plain.example.com/plain"});

    expect(list, compared,
           {{"https://a.example.com/bye", ok},
            {"https://A-1--b.EXAMPLE.com/bye", ok},
            {"https://plain.example.com/bye", ok},
            {"https://plain.example.com/plain", ok},
            {"https://plain.example.com/x", no_path},
            {"https://a.example.com/plain", no_path},
            {"https://example.com/bye", no_origin},
            {"https://a.b.example.com/bye", no_origin},
            {"https://aexample.com/bye", no_origin},
            {"https://a.example.com.evil.example/bye", no_origin},
            {"https://a.xexample.com/bye", no_origin},
            {"https://-a.example.com/bye", no_origin},
            {"https://a-.example.com/bye", no_origin},
            {"https://a_b.example.com/bye", no_origin},
            {"https://xn--bcher-kva.example.com/bye", no_origin},
            {"http://a.example.com/bye", no_origin},
            {"https://a.example.com:444/bye", no_origin},
            {"https://a.example.com:8443/bye?x=1", ok},
            {"https://a.example.com:8443/bye", no_query},
            {"https://a.docs.example.com/x/y", ok},
            {"https://a.docs.example.com/x;y", ambiguous},
            {"https://*.example.com/bye", not_a_url}});
}


void a_loopback_pattern_allows_any_port(void**)
{
    const Allowlist list =
        list_with({"http://127.0.0.1:*/callback", "http://[::1]:*/*"});

    expect(list, compared,
           {{"http://127.0.0.1:3000/callback", ok},
            {"http://127.0.0.1/callback", ok},
            {"http://127.0.0.1:3000/", no_path},
            {"http://[::1]:65535/x", ok},
            {"http://[0:0::1]/", ok},
            {"http://127.0.0.2:3000/callback", no_origin},
            {"http://127.0.0.1.example:3000/callback", no_origin},
            {"https://127.0.0.1:3000/callback", no_origin},
            {"http://localhost:3000/callback", no_origin},
            {"http://[::2]/", no_origin},
            {"http://[::ffff:127.0.0.1]:1/callback", no_origin},
            {"http://127.0.0.1:3000@evil.example/callback", not_a_url}});
}


void an_exact_origin_and_a_pattern_both_count(void**)
{
    const Allowlist list =
        list_with({"http://127.0.0.1:3000/exact", "http://127.0.0.1:*/any"});

    expect(list, compared,
           {{"http://127.0.0.1:3000/exact", ok},
            {"http://127.0.0.1:3000/any", ok},
            {"http://127.0.0.1:3001/exact", no_path}});
}


void relative_entries_allow_paths_only(void**)
{
    const Allowlist list = list_of({"/bye", "/account/*"});

    expect(list, compared,
           {{"/bye", ok},
            {"/bye/", no_path},
            {"/account/", ok},
            {"/account/x", ok},
            {"/account//evil.example", ambiguous},
            {"/account/x//evil.example", ambiguous},
            {"/account/x//", ambiguous},
            {"/account/x/", ok},
            {"/account", no_path},
            {"//bye", not_a_url},
            {"/\\bye", not_a_url},
            {"/account/..", not_a_url},
            {"/account/%2f", ambiguous},
            {"https://any.example/bye", no_origin}});
    assert_true(list.default_url() == "/bye");
}


// A proxy in front may take off what stands before an empty segment.
void below_a_pattern_no_segment_is_empty(void**)
{
    const Allowlist list =
        list_with({"https://app.example/docs/*", "https://root.example/*",
                   "/a//b/*", "/x//y"});

    expect(list, ignored,
           {{"https://app.example/docs/a/b/", ok},
            {"https://app.example/docs//evil.example", ambiguous},
            {"https://app.example/docs/%C3%A9//evil.example", ambiguous},
            {"https://app.example/docs/a?b=//c", ok},
            {"https://app.example/docs/a#//c", ok},
            {"https://root.example//evil.example", ambiguous},
            {"/a//b/c", ok},
            {"/a//b//c", ambiguous},
            {"/x//y", ok}});
}


void private_use_entries_allow_themselves(void**)
{
    const Allowlist list =
        list_of({"com.example.app://signed-out", "com.example.app:/bye?x"});

    expect(list, compared,
           {{"com.example.app://signed-out", ok},
            {"COM.example.app://signed-out", ok},
            {"com.example.app://Signed-out", no_origin},
            {"com.example.app://signed-out/", no_path},
            {"com.example.app://signed-out?x", no_query},
            {"com.example.app:signed-out", no_path},
            {"com.example.app:/bye?x", ok},
            {"com.example.apps://signed-out", no_origin}});
    expect(list, ignored, {{"com.example.app://signed-out?x#y", ok}});
}


void entries_are_refused(void**)
{
    expect_error("", "empty");
    expect_error("https://test*", "\"*\" is allowed only");
    expect_error("https://*", "\"*\" is allowed only");
    expect_error("https://*/", "\"*\" is allowed only");
    expect_error("*", "\"*\" is allowed only");
    expect_error("https://a.*.example/", "\"*\" is allowed only");
    expect_error("https://a*.example.com/", "\"*\" is allowed only");
    expect_error("https://*.*.example.com/", "\"*\" is allowed only");
    expect_error("https://a.example/x*", "\"*\" is allowed only");
    expect_error("https://a.example/*/x", "\"*\" is allowed only");
    expect_error("https://a.example/**", "\"*\" is allowed only");
    expect_error("https://a.example/*?x=1", "\"*\" is allowed only");
    expect_error("https://a.example/?x=*", "\"*\" is allowed only");
    expect_error("https://a.example/?x=/*", "end of a path");
    expect_error("https://a.example/#/*", "end of a path");
    expect_error("https://a.example:*/", "127.0.0.1");
    expect_error("http://localhost:*/", "127.0.0.1");
    expect_error("https://127.0.0.1:*/", "127.0.0.1");
    expect_error("https://*.com/", "public suffix");
    expect_error("https://*.local/", "public suffix");
    expect_error("https://*.1.2.3.4/", "IP address");
    expect_error("https://*.[::1]/", "IP address");
    expect_error("com.example.app://*.example.com/", "http: or https:");
    expect_error("com.example.app:/x/*", "private-use");
    expect_error("//*", "another host");
    expect_error("//evil.example/", "another host");
    expect_error("^https://a\\.example", "regular expressions");
    expect_error("^https://.*$", "regular expressions");
    expect_error("~^https", "regular expressions");
    expect_error("a.example/x", "begins with");
    expect_error("localhost:3000/x", "in front");
    expect_error("a.example:8443", "in front");
    expect_error("https://a.example/../x", "\"..\"");
    expect_error("https://a.example/./*", "\"..\"");
    expect_error("https://user@a.example/", "user name");
    expect_error("https://b\xc3\xbc"
                 "cher.example/",
                 "xn--");
    expect_error("https://a.example/b c", "space");
    expect_error("https://a.example:0/", "port");
    expect_error("javascript:alert(1)", "scheme");
    expect_error("com.exam_ple.app://bye",
                 "\"_\" cannot be in a scheme, which has letters");
    expect_error("9com.example.app://bye", "scheme");
    expect_error("https://a.example/" + std::string(2048, 'a'), "2048");
    std::string deep = "https://a.example/";
    for (int i = 0; i < 63; ++i) {
        deep += "x/";
    }
    expect_error(deep + "*", "63");
}


#ifdef LOGOUT_HAVE_LIBPSL
void public_suffixes_come_from_the_list(void**)
{
    expect_error("https://*.co.uk/", "public suffix");
    expect_error("https://*.github.io/", "public suffix");
    expect_error("https://*.kawasaki.jp/", "public suffix");
    expect_error("https://*.xn--55qx5d.cn/", "public suffix");
    list_with({"https://*.example.co.uk/", "https://*.me.github.io/",
               "https://*.myapplication.local/"});
}
#endif


void deep_paths_are_allowed_up_to_the_bound(void**)
{
    std::string deep = "https://a.example/";

    for (int i = 0; i < 62; ++i) {
        deep += "x/";
    }
    const Allowlist list = list_with({deep + "*"});
    expect(list, compared,
           {{deep, ok}, {deep + "x/x", ok}, {deep.substr(0, 100), no_path}});
}


void the_first_entry_is_plain(void**)
{
    for (const std::string_view pattern :
         {"https://a.example/*"sv, "https://*.example.com/"sv, "/*"sv,
          "http://127.0.0.1:*/"sv}) {
        Allowlist list;
        const auto problems = list.add(pattern);
        assert_int_equal(problems.size(), 1);
        assert_non_null(std::strstr(problems[0].message.c_str(), "first"));
        assert_true(list.empty());
        assert_true(list.default_url().empty());
    }
}


bool has_problem(const std::vector<AllowlistProblem>& problems,
                 AllowlistProblem::Severity severity, std::string_view fragment)
{
    for (const AllowlistProblem& problem : problems) {
        if (problem.severity == severity &&
            problem.message.find(fragment) != std::string::npos) {
            return true;
        }
    }
    return false;
}


bool has_warning(const std::vector<AllowlistProblem>& problems,
                 std::string_view fragment)
{
    return has_problem(problems, AllowlistProblem::Severity::warning, fragment);
}


bool has_error(const std::vector<AllowlistProblem>& problems,
               std::string_view fragment)
{
    return has_problem(problems, AllowlistProblem::Severity::error, fragment);
}


void duplicates_are_refused(void**)
{
    Allowlist list;

    list.add("https://a.example/x");
    assert_true(list.add("https://a.example/y").empty());
    assert_true(has_error(list.add("HTTPS://A.example:443/x"),
                          "\"https://a.example/x\""));
    assert_true(list.add("https://a.example/x?q").empty());
    assert_true(list.add("https://a.example/x/*").empty());
    assert_true(list.add("https://a.example/x/y/*").empty());
    assert_true(has_error(list.add("https://a.example/x/y/*"), "x/y/*"));
    assert_true(has_error(list.add("https://a.example/x/*"), "x/*"));
}


void mixed_schemes_are_warned_of(void**)
{
    Allowlist list;

    list.add("https://a.example/x");
    list.add("http://a.example:8080/x");
    list.add("http://b.example/x");
    list.add("https://localhost/x");
    list.add("http://localhost/x");
    const auto problems = list.compile();
    assert_int_equal(problems.size(), 1);
    assert_true(has_warning(problems, "\"a.example\""));
    assert_int_equal(problems[0].entry, 1);
}


void covered_entries_are_warned_of(void**)
{
    Allowlist list;

    list.add("https://a.example/first");
    list.add("https://a.example/x/y");
    list.add("https://a.example/x/y;z");
    list.add("https://a.example/x/y?z");
    list.add("https://a.example/x/y/*");
    list.add("https://a.example/*");
    const auto problems = list.compile();
    assert_int_equal(problems.size(), 2);
    assert_true(has_warning(problems, "\"https://a.example/x/y\" is"));
    assert_true(has_warning(problems, "\"https://a.example/x/y/*\" is"));
    assert_int_equal(problems[0].entry, 1);
    assert_int_equal(problems[1].entry, 4);
}


void ignored_queries_are_warned_of(void**)
{
    const Allowlist list =
        list_of({"https://a.example/x", "https://a.example/y?z"});

    assert_true(list.lint(compared).empty());
    assert_int_equal(list.lint(ignored).size(), 1);
    assert_true(has_warning(list.lint(ignored), "/y?z\""));
    assert_int_equal(list.lint(ignored)[0].entry, 1);
}


void warnings_are_few(void**)
{
    Allowlist list;

    list.add("https://a.example/");
    list.add("https://a.example/*");
    for (int i = 0; i < 100; ++i) {
        list.add("https://a.example/" + std::to_string(i));
        list.add("https://" + std::to_string(i) + ".example/?");
        list.add("http://" + std::to_string(i) + ".example/");
    }
    assert_int_equal(list.compile().size(), 20);
    assert_int_equal(list.lint(ignored).size(), 10);
}


void entries_are_named(void**)
{
    const Allowlist list = list_with(
        {"HTTPS://A.example:443/x", "https://a.example/docs/*",
         "https://*.b.example/y", "/rel", "https://c.example:8443/z"});
    const auto matching = [&list](std::string_view input) {
        UrlBuffer buffer;
        Url url;
        assert_int_equal(logout::parse_url(input, buffer, url), 0);
        return list.matching_entry(url, compared);
    };
    const auto nearest = [&list](std::string_view input) {
        UrlBuffer buffer;
        Url url;
        assert_int_equal(logout::parse_url(input, buffer, url), 0);
        return list.nearest_entry(url);
    };

    assert_true(matching("https://a.example/x") == "HTTPS://A.example:443/x");
    assert_true(matching("https://a.example/docs/y") ==
                "https://a.example/docs/*");
    assert_true(matching("https://q.b.example/y") == "https://*.b.example/y");
    assert_true(matching("https://a.example/z").empty());

    assert_true(nearest("https://a.example/xy") == "HTTPS://A.example:443/x");
    assert_true(nearest("https://a.example/docs") ==
                "https://a.example/docs/*");
    assert_true(nearest("https://q.b.example/z") == "https://*.b.example/y");
    assert_true(nearest("http://c.example/z") == "https://c.example:8443/z");
    assert_true(nearest("https://www.c.example:8443/z") ==
                "https://c.example:8443/z");
    assert_true(nearest("/relx") == "/rel");
}


void an_empty_list_allows_nothing(void**)
{
    Allowlist list;

    list.compile();
    assert_true(list.empty());
    assert_true(list.default_url().empty());
    expect(list, ignored,
           {{"https://a.example/", no_origin}, {"/", no_origin}});

    UrlBuffer buffer;
    Url url;
    logout::parse_url("https://a.example/", buffer, url);
    assert_true(list.nearest_entry(url).empty());
    assert_true(list.matching_entry(url, ignored).empty());
}


void many_entries_are_found(void**)
{
    Allowlist list;
    std::string urls[3000];

    for (int i = 0; i < 3000; ++i) {
        urls[i] = "https://app" + std::to_string(i % 500) + ".example/" +
                  std::to_string(i) + (i % 3 == 0 ? "?q" : "");
        assert_true(list.add(urls[i]).empty());
    }
    list.compile();
    for (int i = 0; i < 3000; ++i) {
        assert_true(judge(list, urls[i], compared) == ok);
        assert_true(judge(list, urls[i] + "#f", ignored) == ok);
        assert_true(judge(list, urls[i] + "x", compared) != ok);
    }
}


void lists_can_be_moved(void**)
{
    Allowlist list = list_of({"https://a.example/"});
    Allowlist moved = std::move(list);

    expect(moved, compared, {{"https://a.example/", ok}});
    Allowlist assigned;
    assigned = std::move(moved);
    expect(assigned, compared, {{"https://a.example/", ok}});
    assert_true(assigned.default_url() == "https://a.example/");
}


void every_verdict_is_described(void**)
{
    for (const AllowlistRule rule :
         {ok, no_origin, no_path, no_query, ambiguous}) {
        const std::string_view sentence = logout::describe({rule, UrlRule::ok});
        assert_true(sentence.size() > 10);
        assert_true(sentence.back() != '.');
    }
    assert_string_equal(logout::describe({not_a_url, UrlRule::userinfo}),
                        logout::describe(UrlRule::userinfo));
    assert_true(static_cast<bool>(AllowlistVerdict{}));
    assert_false(static_cast<bool>(AllowlistVerdict{no_path, UrlRule::ok}));
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_url_allows_itself),
        cmocka_unit_test(canonical_forms_are_held),
        cmocka_unit_test(canonical_forms_are_held_up_to_the_length_of_a_url),
        cmocka_unit_test(a_bare_origin_means_the_root),
        cmocka_unit_test(entries_are_canonical),
        cmocka_unit_test(query_and_fragment_are_compared),
        cmocka_unit_test(query_and_fragment_are_ignored),
        cmocka_unit_test(a_path_pattern_allows_what_is_below),
        cmocka_unit_test(paths_below_a_pattern_are_unambiguous),
        cmocka_unit_test(the_longest_path_pattern_counts),
        cmocka_unit_test(a_host_pattern_allows_one_label),
        cmocka_unit_test(a_loopback_pattern_allows_any_port),
        cmocka_unit_test(an_exact_origin_and_a_pattern_both_count),
        cmocka_unit_test(relative_entries_allow_paths_only),
        cmocka_unit_test(below_a_pattern_no_segment_is_empty),
        cmocka_unit_test(private_use_entries_allow_themselves),
        cmocka_unit_test(entries_are_refused),
#ifdef LOGOUT_HAVE_LIBPSL
        cmocka_unit_test(public_suffixes_come_from_the_list),
#endif
        cmocka_unit_test(deep_paths_are_allowed_up_to_the_bound),
        cmocka_unit_test(the_first_entry_is_plain),
        cmocka_unit_test(duplicates_are_refused),
        cmocka_unit_test(mixed_schemes_are_warned_of),
        cmocka_unit_test(covered_entries_are_warned_of),
        cmocka_unit_test(ignored_queries_are_warned_of),
        cmocka_unit_test(warnings_are_few),
        cmocka_unit_test(entries_are_named),
        cmocka_unit_test(an_empty_list_allows_nothing),
        cmocka_unit_test(many_entries_are_found),
        cmocka_unit_test(lists_can_be_moved),
        cmocka_unit_test(every_verdict_is_described),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
