// The Cookie header as browsers write it, and the lines that make them forget.

#include "core/session/cookies.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using logout::CookieAttributes;
using logout::CookieValues;
using logout::SameSite;
using Texts = std::vector<std::string>;

namespace {

void assert_texts(const CookieValues& found, const Texts& expected,
                  const char* what)
{
    Texts texts(found.begin(), found.end());

    if (texts != expected) {
        std::string written;
        for (const std::string& text : texts) {
            written += "[" + text + "]";
        }
        fail_msg("%s: found %s", what, written.c_str());
    }
}


struct HeaderCase {
    const char* header;
    Texts values;  // of the cookie "sid"
};


void values_are_found(void**)
{
    const HeaderCase cases[] = {
        {"", {}},
        {"sid=a", {"a"}},
        {"x=1; sid=a", {"a"}},
        {"sid=a; x=1", {"a"}},
        {"x=1;sid=a;y=2", {"a"}},
        {"sid=a;", {"a"}},
        {";;sid=a", {"a"}},
        {"; sid=a", {"a"}},
        {"  \tsid=a", {"a"}},
        {"sid = a ; x=1", {"a"}},
        {"sid=", {""}},
        {"sid=a=b==", {"a=b=="}},
        {"sid=a|b|c", {"a|b|c"}},
        {"sid=\"a b\"", {"a b"}},
        {"sid=\"", {"\""}},
        {"sid=\"\"", {""}},
        {"sid=\"a", {"\"a"}},
        {"sid", {}},
        {"sid;=a", {}},
        {"Sid=a; SID=b", {}},
        {"xsid=a", {}},
        {"sidx=a", {}},
        {"sid.sig=a", {}},
        {"x=sid=a", {}},
        {"x=\"; sid=a\"", {"a\""}},
        {"sid=a, sid=b", {"a, sid=b"}},
        {"=sid=a", {}},
    };

    for (const HeaderCase& example : cases) {
        CookieValues found;
        logout::find_cookie(example.header, "sid", found);
        assert_texts(found, example.values, example.header);
    }
}


void every_occurrence_counts_once_in_order(void**)
{
    CookieValues found;

    logout::find_cookie("sid=b; sid=a; sid=b", "sid", found);
    logout::find_cookie("sid=c; sid=a", "sid", found);
    assert_texts(found, {"b", "a", "c"}, "two headers");
}


void occurrences_are_capped(void**)
{
    CookieValues found;
    std::string header;
    for (int i = 0; i < 1000; i++) {
        header += "sid=" + std::to_string(i) + "; ";
    }

    logout::find_cookie(header, "sid", found);
    assert_texts(found, {"0", "1", "2", "3", "4", "5", "6", "7"}, "1000");
}


void a_header_without_a_terminator_is_not_read_past_its_end(void**)
{
    const std::string text = "sid=abc; sid=secret";
    CookieValues found;

    logout::find_cookie(std::string_view(text).substr(0, 6), "sid", found);
    assert_texts(found, {"ab"}, "cut in the value");

    CookieValues none;
    logout::find_cookie(std::string_view(text).substr(0, 3), "sid", none);
    assert_texts(none, {}, "cut after the name");
}


void names_are_found_by_their_beginning(void**)
{
    CookieValues found;

    logout::find_cookie_names(
        "appSession.0=a; x=1; appSession.1=b; appSession=c; appSession.0=d; "
        "xappSession=e; appSession.2",
        "appSession", found);
    assert_texts(found, {"appSession.0", "appSession.1", "appSession"},
                 "chunks");

    CookieValues everything;
    logout::find_cookie_names("a=1", "", everything);
    assert_texts(everything, {}, "no beginning");
}


void found_names_can_be_written_into_a_response(void**)
{
    CookieValues found;

    logout::find_cookie_names("app\x01=a; app b=c; app\"=d; app,=e; app =f",
                              "app", found);
    assert_texts(found, {"app"}, "only tokens");
}


CookieAttributes attributes(const char* path, const char* domain = "")
{
    CookieAttributes made;
    made.path = path;
    made.domain = domain;
    return made;
}


void expiring_lines_carry_what_browsers_match_on(void**)
{
    CookieAttributes all = attributes("/app", "example.test");
    all.secure = true;
    all.http_only = true;
    all.partitioned = true;
    all.same_site = SameSite::none;

    assert_string_equal(
        logout::expire_cookie("sid", CookieAttributes()).c_str(),
        "sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0");
    assert_string_equal(logout::expire_cookie("sid", all).c_str(),
                        "sid=; Path=/app; Domain=example.test; "
                        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; "
                        "Secure; HttpOnly; Partitioned; SameSite=None");
    assert_string_equal(logout::expire_cookie_suffix(all).c_str(),
                        logout::expire_cookie("sid", all).substr(4).c_str());

    CookieAttributes lax;
    lax.same_site = SameSite::lax;
    assert_non_null(
        std::strstr(logout::expire_cookie("s", lax).c_str(), "SameSite=Lax"));
    lax.same_site = SameSite::strict;
    assert_non_null(std::strstr(logout::expire_cookie("s", lax).c_str(),
                                "SameSite=Strict"));
}


enum : unsigned {
    secure = 1,
    http_only = 2,
    partitioned = 4,
    none = 8,  // SameSite=None
};

struct ProblemCase {
    const char* name;
    const char* path;
    const char* domain;
    unsigned flags;
    const char* problem;  // a part of it; null if there is none
};


CookieAttributes attributes_of(const ProblemCase& example)
{
    CookieAttributes made = attributes(example.path, example.domain);
    made.secure = (example.flags & secure) != 0;
    made.http_only = (example.flags & http_only) != 0;
    made.partitioned = (example.flags & partitioned) != 0;
    if ((example.flags & none) != 0) {
        made.same_site = SameSite::none;
    }
    return made;
}


// Each refused line is one that Chromium was seen to ignore, so that the
// cookie stayed.
void lines_that_browsers_ignore_are_refused(void**)
{
    const ProblemCase cases[] = {
        {"sid", "/", "", 0, nullptr},
        {"sid", "/", "example.test", 0, nullptr},
        {"sid", "/", ".example.test", 0, nullptr},
        {"sid", "/a b", "", 0, nullptr},
        {"sid", "/", "", secure | partitioned, nullptr},
        {"sid", "/", "", secure | none, nullptr},
        {"sid", "/", "", partitioned, "\"partitioned\" without \"secure\""},
        {"sid", "/", "", none, "\"samesite=none\" without \"secure\""},

        {"__Secure-sid", "/", "", secure, nullptr},
        {"__Secure-sid", "/x", "example.test", secure, nullptr},
        {"__Secure-sid", "/", "", 0, "with \"secure\""},
        {"__secure-sid", "/", "", 0, "with \"secure\""},

        {"__Host-sid", "/", "", secure, nullptr},
        {"__Host-sid", "/", "", 0, "with \"secure\""},
        {"__Host-sid", "/x", "", secure, "with the path \"/\""},
        {"__Host-sid", "/", "example.test", secure, "without a domain"},
        {"__HOST-sid", "/", "example.test", secure, "without a domain"},

        {"__Http-sid", "/", "", secure | http_only, nullptr},
        {"__Http-sid", "/x", "example.test", secure | http_only, nullptr},
        {"__Http-sid", "/", "", secure, "with \"httponly\""},
        {"__Http-sid", "/", "", http_only, "with \"secure\""},

        {"__Host-Http-sid", "/", "", secure | http_only, nullptr},
        {"__Host-Http-sid", "/", "", secure, "with \"httponly\""},
        {"__Host-Http-sid", "/x", "", secure | http_only, "the path \"/\""},
        {"__Host-Http-sid", "/", "a.test", secure | http_only,
         "without a domain"},

        {"_Host-sid", "/x", "", 0, nullptr},
        {"sid__Host-", "/x", "", 0, nullptr},

        {"", "/", "", 0, "is not a cookie name"},
        {"a b", "/", "", 0, "is not a cookie name"},
        {"a=b", "/", "", 0, "is not a cookie name"},
        {"a;b", "/", "", 0, "is not a cookie name"},
        {"a\r\nb", "/", "", 0, "is not a cookie name"},
        {"\xc3\xa9", "/", "", 0, "is not a cookie name"},

        {"sid", "", "", 0, "does not begin with \"/\""},
        {"sid", "app", "", 0, "does not begin with \"/\""},
        {"sid", "/a;b", "", 0, "no cookie path can have"},
        {"sid", "/a\nb", "", 0, "no cookie path can have"},
        {"sid", "/a\x7f", "", 0, "no cookie path can have"},

        {"sid", "/", ".", 0, "is not a host name"},
        {"sid", "/", "..a", 0, "is not a host name"},
        {"sid", "/", "a..b", 0, "is not a host name"},
        {"sid", "/", "a.", 0, "is not a host name"},
        {"sid", "/", "a b", 0, "is not a host name"},
        {"sid", "/", "a;b", 0, "is not a host name"},
        {"sid", "/", "https://a.test", 0, "is not a host name"},
        {"sid", "/",
         "b\xc3\xbc"
         "cher.test",
         0, "is not a host name"},
    };

    for (const ProblemCase& example : cases) {
        std::string problem =
            logout::cookie_problem(example.name, attributes_of(example))
                .value_or("");
        bool as_expected =
            example.problem == nullptr
                ? problem.empty()
                : problem.find(example.problem) != std::string::npos;
        if (!as_expected) {
            fail_msg("%s %s %s: \"%s\"", example.name, example.path,
                     example.domain, problem.c_str());
        }
    }
}


void overlong_attributes_are_refused(void**)
{
    CookieAttributes long_path =
        attributes(("/" + std::string(1024, 'a')).c_str());
    CookieAttributes longest =
        attributes(("/" + std::string(1023, 'a')).c_str());
    CookieAttributes long_domain =
        attributes("/", std::string(254, 'a').c_str());

    assert_true(logout::cookie_problem("sid", long_path).has_value());
    assert_false(logout::cookie_problem("sid", longest).has_value());
    assert_true(logout::cookie_problem("sid", long_domain).has_value());
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(every_occurrence_counts_once_in_order),
        cmocka_unit_test(occurrences_are_capped),
        cmocka_unit_test(
            a_header_without_a_terminator_is_not_read_past_its_end),
        cmocka_unit_test(names_are_found_by_their_beginning),
        cmocka_unit_test(found_names_can_be_written_into_a_response),
        cmocka_unit_test(expiring_lines_carry_what_browsers_match_on),
        cmocka_unit_test(lines_that_browsers_ignore_are_refused),
        cmocka_unit_test(overlong_attributes_are_refused),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
