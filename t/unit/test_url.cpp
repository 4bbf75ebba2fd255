// The grammar of return URLs: what is accepted and how it is then written,
// what is refused and by which rule.

#include "core/url/url.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <memory>
#include <string>

using namespace std::literals;
using logout::parse_url;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlKind;
using logout::UrlRule;

namespace {

struct Accepted {
    std::string_view input;
    std::string_view canonical;
};


struct Refused {
    std::string_view input;
    UrlRule rule;
};


void expect_accepted(const Accepted& expected)
{
    UrlBuffer buffer;
    Url url;
    const UrlRule rule = parse_url(expected.input, buffer, url);

    if (rule != UrlRule::ok) {
        fail_msg("refused: %s: %s", std::string(expected.input).c_str(),
                 logout::describe(rule));
    }
    if (url.text != expected.canonical) {
        fail_msg("%s became %s", std::string(expected.input).c_str(),
                 std::string(url.text).c_str());
    }
}


void expect_refused(const Refused& expected)
{
    UrlBuffer buffer;
    Url url;
    const UrlRule rule = parse_url(expected.input, buffer, url);

    if (rule != expected.rule) {
        fail_msg("%s: rule %d (%s) instead of %d",
                 std::string(expected.input).c_str(), static_cast<int>(rule),
                 logout::describe(rule), static_cast<int>(expected.rule));
    }
}


template <std::size_t size>
void expect_all(const Accepted (&cases)[size])
{
    for (const Accepted& expected : cases) {
        expect_accepted(expected);
        // the canonical form is a fixed point
        expect_accepted({expected.canonical, expected.canonical});
    }
}


template <std::size_t size>
void expect_all(const Refused (&cases)[size])
{
    for (const Refused& expected : cases) {
        expect_refused(expected);
    }
}


void scheme_and_host_are_lower_cased(void**)
{
    static const Accepted cases[] = {
        {"https://app.example.com/", "https://app.example.com/"},
        {"HTTPS://APP.EXAMPLE.COM/", "https://app.example.com/"},
        {"hTTp://AZ.az09-_.Example/P", "http://az.az09-_.example/P"},
        {"https://a", "https://a/"},
        {"https://a?q", "https://a/?q"},
        {"https://a#f", "https://a/#f"},
        {"https://a?", "https://a/?"},
        {"https://a/#", "https://a/#"},
        {"https://a?#", "https://a/?#"},
    };

    expect_all(cases);
}


void schemes_are_refused(void**)
{
    static const Refused cases[] = {
        {"app.example.com", UrlRule::bad_scheme},
        {"app.example.com/path", UrlRule::bad_scheme},
        {"?query", UrlRule::bad_scheme},
        {"#fragment", UrlRule::bad_scheme},
        {":", UrlRule::bad_scheme},
        {"1https://a/", UrlRule::bad_scheme},
        {"+a:b", UrlRule::bad_scheme},
        {"ht_tps://a/", UrlRule::bad_scheme},
        {"https", UrlRule::bad_scheme},
        {"https%3a//a/", UrlRule::bad_scheme},
        {"javascript:alert(1)", UrlRule::bad_scheme},
        {"JavaScript://a/%0aalert(1)", UrlRule::bad_scheme},
        {"data:text/html,x", UrlRule::bad_scheme},
        {"vbscript:x", UrlRule::bad_scheme},
        {"blob:https://a/1", UrlRule::bad_scheme},
        {"file:///etc/passwd", UrlRule::bad_scheme},
        {"about:blank", UrlRule::bad_scheme},
        {"view-source:https://a/", UrlRule::bad_scheme},
        {"intent://a#Intent;end", UrlRule::bad_scheme},
        {"filesystem:https://a/", UrlRule::bad_scheme},
        {"ws://a/", UrlRule::bad_scheme},
        {"wss://a/", UrlRule::bad_scheme},
        {"ftp://a/", UrlRule::bad_scheme},
        {"chrome://settings", UrlRule::bad_scheme},
        {"chrome-extension://a/", UrlRule::bad_scheme},
        {"moz-extension://a/", UrlRule::bad_scheme},
        {"ms-msdt:/id", UrlRule::bad_scheme},
        {"search-ms:query=a", UrlRule::bad_scheme},
        {"x-javascript:a", UrlRule::bad_scheme},
        {"https:a", UrlRule::no_slashes_after_scheme},
        {"https:", UrlRule::no_slashes_after_scheme},
        {"https:/a", UrlRule::no_slashes_after_scheme},
        {"http:/\\a", UrlRule::no_slashes_after_scheme},
        {"https:\\\\a", UrlRule::no_slashes_after_scheme},
    };

    expect_all(cases);
}


void hosts_are_refused(void**)
{
    static const std::string label63(63, 'a');
    static const std::string label64 = "https://" + label63 + "a/";
    static const std::string host254 = "https://" + label63 + '.' + label63 +
                                       '.' + label63 + '.' + label63.substr(1) +
                                       "/";
    static const Refused cases[] = {
        {"https://", UrlRule::bad_host},
        {"https:///a", UrlRule::bad_host},
        {"https:////a", UrlRule::bad_host},
        {"https://?a", UrlRule::bad_host},
        {"https://:443/", UrlRule::bad_host},
        {"https://a./", UrlRule::bad_host},
        {"https://.a/", UrlRule::bad_host},
        {"https://a..b/", UrlRule::bad_host},
        {"https://a%2eb/", UrlRule::bad_host},
        {"https://a%00b/", UrlRule::bad_host},
        {"https://a!b/", UrlRule::bad_host},
        {"https://*.a/", UrlRule::bad_host},
        {"https://a,b/", UrlRule::bad_host},
        {"https://a]/", UrlRule::bad_host},
        {"https://[::1]a/", UrlRule::bad_host},
        {"https://xn--/", UrlRule::bad_host},
        {"https://xn--a-/", UrlRule::bad_host},
        {"https://a.xn--example-/", UrlRule::bad_host},
        {"https://xn--99999999/", UrlRule::bad_host},
        {"https://xn---a/", UrlRule::bad_host},
        {label64, UrlRule::bad_host},
        {host254, UrlRule::bad_host},
        {"https://user@a/", UrlRule::userinfo},
        {"https://a:b@c/", UrlRule::userinfo},
        {"https://a:1@c/", UrlRule::userinfo},
        {"https://@a/", UrlRule::userinfo},
        {"https://a%2f@b/", UrlRule::userinfo},
        {"https://[::1]@b/", UrlRule::userinfo},
        {"https://a\\@b/", UrlRule::userinfo},
        {"https://a\\b/", UrlRule::forbidden_byte},
        {"https://a b/", UrlRule::forbidden_byte},
        {"https://a\xe3\x80\x82"
         "b/",
         UrlRule::forbidden_byte},
        {"https://b\xc3\xbc"
         "cher.example/",
         UrlRule::forbidden_byte},
    };

    expect_all(cases);
}


void long_hosts_are_accepted_up_to_the_bound(void**)
{
    const std::string label63(63, 'a');
    const std::string host253 =
        label63 + '.' + label63 + '.' + label63 + '.' + label63.substr(2);
    const std::string url = "https://" + host253 + "/";

    assert_int_equal(host253.size(), 253);
    expect_accepted({url, url});
}


void internationalized_hosts_are_punycode(void**)
{
    static const Accepted cases[] = {
        {"https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/"},
        {"https://xn--p1ai/", "https://xn--p1ai/"},
        {"https://xn--fiqs8s/", "https://xn--fiqs8s/"},
        {"https://a.xn--80ak6aa92e.com/", "https://a.xn--80ak6aa92e.com/"},
        {"https://ab--cd.example/", "https://ab--cd.example/"},
    };

    expect_all(cases);
}


void numeric_hosts_are_dotted_quads(void**)
{
    static const Accepted accepted[] = {
        {"http://127.0.0.1/", "http://127.0.0.1/"},
        {"http://0.0.0.0/", "http://0.0.0.0/"},
        {"http://255.255.255.255/", "http://255.255.255.255/"},
        {"http://1.2.3.4a/", "http://1.2.3.4a/"},
        {"http://0x1g/", "http://0x1g/"},
        {"http://1.a/", "http://1.a/"},
    };
    static const Refused refused[] = {
        {"http://1/", UrlRule::bad_ipv4},
        {"http://2130706433/", UrlRule::bad_ipv4},
        {"http://127.1/", UrlRule::bad_ipv4},
        {"http://127.0.0.01/", UrlRule::bad_ipv4},
        {"http://0177.0.0.1/", UrlRule::bad_ipv4},
        {"http://0x7f.0.0.1/", UrlRule::bad_ipv4},
        {"http://127.0.0.0x1/", UrlRule::bad_ipv4},
        {"http://0x/", UrlRule::bad_ipv4},
        {"http://a.0X7F/", UrlRule::bad_ipv4},
        {"http://256.0.0.1/", UrlRule::bad_ipv4},
        {"http://1.2.3.256/", UrlRule::bad_ipv4},
        {"http://1.2.3.1000/", UrlRule::bad_ipv4},
        {"http://1.2.3.4.5/", UrlRule::bad_ipv4},
        {"http://a.1/", UrlRule::bad_ipv4},
        {"http://1.2.3.4./", UrlRule::bad_host},
    };

    expect_all(accepted);
    expect_all(refused);
}


void ipv6_is_written_one_way(void**)
{
    static const Accepted cases[] = {
        {"http://[::1]/", "http://[::1]/"},
        {"http://[::]/", "http://[::]/"},
        {"http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080/"},
        {"http://[2001:DB8::00AB]/", "http://[2001:db8::ab]/"},
        {"http://[1:0:0:2:0:0:0:3]/", "http://[1:0:0:2::3]/"},
        {"http://[1:0:0:2:3:0:0:4]/", "http://[1::2:3:0:0:4]/"},
        {"http://[1::2:3:4:5:6:7]/", "http://[1:0:2:3:4:5:6:7]/"},
        {"http://[1:2:3:4:5:6:7::]/", "http://[1:2:3:4:5:6:7:0]/"},
        {"http://[1:2::]/", "http://[1:2::]/"},
        {"http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"},
        {"http://[1:2:3:4:5:6:255.0.1.2]/", "http://[1:2:3:4:5:6:ff00:102]/"},
    };
    static const Refused refused[] = {
        {"http://[]/", UrlRule::bad_ipv6},
        {"http://[:]/", UrlRule::bad_ipv6},
        {"http://[:::]/", UrlRule::bad_ipv6},
        {"http://[1::2::3]/", UrlRule::bad_ipv6},
        {"http://[1:2:3:4:5:6:7]/", UrlRule::bad_ipv6},
        {"http://[1:2:3:4:5:6:7:8:9]/", UrlRule::bad_ipv6},
        {"http://[1:2:3:4:5:6:7:8::]/", UrlRule::bad_ipv6},
        {"http://[::1:2:3:4:5:6:7:8]/", UrlRule::bad_ipv6},
        {"http://[1:2:3:4:5:6:7:]/", UrlRule::bad_ipv6},
        {"http://[:1:2:3:4:5:6:7]/", UrlRule::bad_ipv6},
        {"http://[12345::]/", UrlRule::bad_ipv6},
        {"http://[g::]/", UrlRule::bad_ipv6},
        {"http://[fe80::1%25eth0]/", UrlRule::bad_ipv6},
        {"http://[fe80::1%eth0]/", UrlRule::bad_ipv6},
        {"http://[::1.2.3]/", UrlRule::bad_ipv6},
        {"http://[::1.2.3.04]/", UrlRule::bad_ipv6},
        {"http://[::1.2.3.256]/", UrlRule::bad_ipv6},
        {"http://[::1.2.3.4.5]/", UrlRule::bad_ipv6},
        {"http://[::1.2.3.4:5]/", UrlRule::bad_ipv6},
        {"http://[1.2.3.4]/", UrlRule::bad_ipv6},
        {"http://[1:2:3:4:5:6:7:1.2.3.4]/", UrlRule::bad_ipv6},
        {"http://[v1.a]/", UrlRule::bad_ipv6},
        {"http://[::1/", UrlRule::bad_ipv6},
        {"http://::1/", UrlRule::bad_host},
    };

    expect_all(cases);
    expect_all(refused);
}


void ports_are_plain_numbers(void**)
{
    static const Accepted accepted[] = {
        {"https://a:443/", "https://a/"},
        {"http://a:80", "http://a/"},
        {"https://a:80/", "https://a:80/"},
        {"http://a:443/", "http://a:443/"},
        {"https://a:1/", "https://a:1/"},
        {"https://a:65535/?x", "https://a:65535/?x"},
    };
    static const Refused refused[] = {
        {"https://a:/", UrlRule::bad_port},
        {"https://a:", UrlRule::bad_port},
        {"https://a:0/", UrlRule::bad_port},
        {"https://a:0443/", UrlRule::bad_port},
        {"https://a:+443/", UrlRule::bad_port},
        {"https://a:-2/", UrlRule::bad_port},
        {"https://a:65536/", UrlRule::bad_port},
        {"https://a:99999999999999999999/", UrlRule::bad_port},
        {"https://a:b/", UrlRule::bad_port},
        {"https://a:80b/", UrlRule::bad_host},
        {"https://a:80:80/", UrlRule::bad_host},
        {"https://[::1]:/", UrlRule::bad_port},
    };

    expect_all(accepted);
    expect_all(refused);
}


void paths_are_kept(void**)
{
    static const Accepted cases[] = {
        {"https://a/B/c", "https://a/B/c"},
        {"https://a//b//", "https://a//b//"},
        {"https://a/-._~!$&'()*+,;=:@", "https://a/-._~!$&'()*+,;=:@"},
        {"https://a/%c3%a9%2F", "https://a/%C3%A9%2F"},
        {"https://a/...", "https://a/..."},
        {"https://a/.a/..b/c./d..", "https://a/.a/..b/c./d.."},
        {"https://a/%2e%2e%2e", "https://a/%2E%2E%2E"},
        {"https://a/%2ea", "https://a/%2Ea"},
        {"/", "/"},
        {"/a/b?c#d", "/a/b?c#d"},
        {"/a//b", "/a//b"},
        {"/https://b/", "/https://b/"},
        {"/app?u=https://other.example/x", "/app?u=https://other.example/x"},
        {"/app?next=//x", "/app?next=//x"},
    };

    expect_all(cases);
}


void paths_are_refused(void**)
{
    static const Refused cases[] = {
        {"https://a/.", UrlRule::dot_segment},
        {"https://a/..", UrlRule::dot_segment},
        {"https://a/./b", UrlRule::dot_segment},
        {"https://a/b/../c", UrlRule::dot_segment},
        {"https://a/b/..?c", UrlRule::dot_segment},
        {"https://a/b/.#c", UrlRule::dot_segment},
        {"https://a/%2e", UrlRule::dot_segment},
        {"https://a/%2E./b", UrlRule::dot_segment},
        {"https://a/.%2e", UrlRule::dot_segment},
        {"https://a/b/%2e%2E/", UrlRule::dot_segment},
        {"https://a/..;/b", UrlRule::dot_segment},
        {"https://a/..;c=d/b", UrlRule::dot_segment},
        {"https://a/%2e%2e%3b/b", UrlRule::dot_segment},
        {"https://a/b%2f..", UrlRule::dot_segment},
        {"https://a/b%2F%2e%2e%2fc", UrlRule::dot_segment},
        {"https://a/b%5c..%5Cc", UrlRule::dot_segment},
        {"https://a/..%2f", UrlRule::dot_segment},
        {"/..", UrlRule::dot_segment},
        {"/.//evil.example", UrlRule::dot_segment},
        {"com.example.app:/a/../b", UrlRule::dot_segment},
        {"com.example.app:..", UrlRule::dot_segment},
        {"//", UrlRule::network_path},
        {"//evil.example", UrlRule::network_path},
        {"///evil.example", UrlRule::network_path},
        {"/\\evil.example", UrlRule::network_path},
        {"/\t/evil.example", UrlRule::forbidden_byte},
        {"/ /evil.example", UrlRule::forbidden_byte},
        {"https://a/\\b", UrlRule::forbidden_byte},
        {"https://a/b c", UrlRule::forbidden_byte},
        {"https://a/\"", UrlRule::forbidden_byte},
        {"https://a/<", UrlRule::forbidden_byte},
        {"https://a/>", UrlRule::forbidden_byte},
        {"https://a/^", UrlRule::forbidden_byte},
        {"https://a/`", UrlRule::forbidden_byte},
        {"https://a/{", UrlRule::forbidden_byte},
        {"https://a/|", UrlRule::forbidden_byte},
        {"https://a/}", UrlRule::forbidden_byte},
        {"https://a/[", UrlRule::forbidden_byte},
        {"https://a/]", UrlRule::forbidden_byte},
        {"https://a/\xc3\xa9", UrlRule::forbidden_byte},
        {"https://a/\x7f", UrlRule::forbidden_byte},
        {"https://a/b\0c"sv, UrlRule::forbidden_byte},
        {"https://a/%", UrlRule::bad_escape},
        {"https://a/%4", UrlRule::bad_escape},
        {"https://a/%4g", UrlRule::bad_escape},
        {"https://a/%u002e", UrlRule::bad_escape},
        {"https://a/%00", UrlRule::escaped_control},
        {"https://a/%0d%0aX:y", UrlRule::escaped_control},
        {"https://a/%1F", UrlRule::escaped_control},
        {"https://a/%7f", UrlRule::escaped_control},
    };

    expect_all(cases);
}


void queries_are_escaped_as_browsers_do(void**)
{
    static const Accepted cases[] = {
        {"https://app.example.test:18444/after?x=1&y=\xc3\xb8 z",
         "https://app.example.test:18444/after?x=1&y=%C3%B8%20z"},
        {"https://a/?'#'", "https://a/?%27#'"},
        {"/?'#'", "/?%27#'"},
        {"com.example.app:/?'#'", "com.example.app:/?'#'"},
        {"https://a/?+%20", "https://a/?+%20"},
        {"https://a/?a[]=1", "https://a/?a[]=1"},
        {"https://a/?/../?@:", "https://a/?/../?@:"},
        {"https://a/#/route?x=\xe2\x82\xac", "https://a/#/route?x=%E2%82%AC"},
        {"https://a/?\xf0\x9f\x98\x80", "https://a/?%F0%9F%98%80"},
        {"https://a/?\xef\xbb\xbf", "https://a/?%EF%BB%BF"},
        {"https://a/?\xef\xbf\xbf", "https://a/?%EF%BF%BF"},
        {"https://a/?\xe2\x80\xa8", "https://a/?%E2%80%A8"},
        {"https://a/?\xc2\x80", "https://a/?%C2%80"},
        {"https://a/?  b", "https://a/?%20%20b"},
        {"https://a/?%e6", "https://a/?%E6"},
        {"https://a/?a{b}c|d^e`f\\g", "https://a/?a{b}c|d^e`f\\g"},
        {"https://a/?\"<>", "https://a/?%22%3C%3E"},
        {"https://a/#a{b}c|d^e`f\\g", "https://a/#a{b}c|d^e%60f\\g"},
        {"https://a/#\"<>", "https://a/#%22%3C%3E"},
        {"https://a/?a#b#c", "https://a/?a#b#c"},
        {"/?{}|^`\\#{}|^`\\", "/?{}|^`\\#{}|^%60\\"},
        {"com.example.app:/?{}|^`\\\"", "com.example.app:/?{}|^`\\%22"},
    };
    static const Refused refused[] = {
        {"https://a/? ", UrlRule::forbidden_byte},
        {"https://a/?b# ", UrlRule::forbidden_byte},
        {" https://a/", UrlRule::forbidden_byte},
        {"https://a/?\t", UrlRule::forbidden_byte},
        {"https://a/?\r\nX:y", UrlRule::forbidden_byte},
        {"https://a/?\x7f", UrlRule::forbidden_byte},
        {"https://a/#\x1b", UrlRule::forbidden_byte},
        {"https://a/?b\0c"sv, UrlRule::forbidden_byte},
        {"https://a/#b\0c"sv, UrlRule::forbidden_byte},
        {"https://a/#b\0"sv, UrlRule::forbidden_byte},
        {"https://a/?\x80", UrlRule::forbidden_byte},
        {"https://a/?\xc3", UrlRule::forbidden_byte},
        {"https://a/?\xc3(", UrlRule::forbidden_byte},
        {"https://a/?\xc0\xae", UrlRule::forbidden_byte},
        {"https://a/?\xe0\x80\xae", UrlRule::forbidden_byte},
        {"https://a/?\xed\xa0\x80", UrlRule::forbidden_byte},
        {"https://a/?\xf4\x90\x80\x80", UrlRule::forbidden_byte},
        {"https://a/?\xff", UrlRule::forbidden_byte},
        {"https://a/?%", UrlRule::bad_escape},
        {"https://a/#%zz", UrlRule::bad_escape},
        {"https://a/?%00", UrlRule::escaped_control},
        {"https://a/#%0A", UrlRule::escaped_control},
    };

    expect_all(cases);
    expect_all(refused);
}


void private_use_schemes_are_kept(void**)
{
    static const Accepted cases[] = {
        {"com.example.app://signed-out", "com.example.app://signed-out"},
        {"COM.Example.App://Signed-Out", "com.example.app://Signed-Out"},
        {"com.example.app:/signed-out", "com.example.app:/signed-out"},
        {"com.example.app:signed-out", "com.example.app:signed-out"},
        {"com.example.app:///signed-out", "com.example.app:///signed-out"},
        {"com.example.app://", "com.example.app://"},
        {"com.example.app://h:80/p?q#f", "com.example.app://h:80/p?q#f"},
        {"myapp://callback?a=\xc3\xb8", "myapp://callback?a=%C3%B8"},
    };
    static const Refused refused[] = {
        {"com.example.app://a@b", UrlRule::userinfo},
        {"com.example.app://:80", UrlRule::bad_host},
        {"com.example.app://[::1]/", UrlRule::bad_host},
        {"com.example.app://a%41/", UrlRule::bad_host},
        {"com.example.app://a:080/", UrlRule::bad_port},
        {"com.example.app://a b/", UrlRule::forbidden_byte},
        {"com.example.app:a b", UrlRule::forbidden_byte},
        {"com.example.app:\\\\a", UrlRule::forbidden_byte},
    };

    expect_all(cases);
    expect_all(refused);
}


void length_is_bounded(void**)
{
    const std::string longest = "https://a/?" + std::string(2037, ' ');
    const std::string all = longest.substr(0, 2047) + "x";

    assert_int_equal(all.size(), 2048);
    expect_accepted({all, "https://a/?" + std::string() + [] {
                         std::string spaces;
                         for (int i = 0; i < 2036; ++i) {
                             spaces += "%20";
                         }
                         return spaces;
                     }() + "x"});
    expect_refused({all + "x", UrlRule::too_long});
    expect_refused({"", UrlRule::empty});
}


void parts_are_views_of_the_canonical_form(void**)
{
    UrlBuffer buffer;
    Url url;

    assert_int_equal(
        parse_url("HTTPS://App.Example:8443/p;q?r=1#s", buffer, url), 0);
    assert_true(url.kind == UrlKind::web);
    assert_true(url.scheme == "https");
    assert_true(url.host == "app.example");
    assert_true(url.port == "8443");
    assert_true(url.origin == "https://app.example:8443");
    assert_true(url.path == "/p;q");
    assert_true(url.query == "r=1");
    assert_true(url.fragment == "s");
    assert_true(url.has_query);
    assert_true(url.has_fragment);
    assert_false(url.plain_path);
    assert_true(url.without_query() == "https://app.example:8443/p;q");
    assert_ptr_equal(url.text.data(), buffer.data());

    assert_int_equal(parse_url("https://a:443?b", buffer, url), 0);
    assert_true(url.port.empty());
    assert_true(url.origin == "https://a");
    assert_true(url.path == "/");
    assert_true(url.without_query() == "https://a/");
    assert_false(url.has_fragment);
    assert_true(url.plain_path);

    assert_int_equal(parse_url("/p%41?", buffer, url), 0);
    assert_true(url.kind == UrlKind::relative);
    assert_true(url.origin.empty());
    assert_true(url.scheme.empty());
    assert_true(url.host.empty());
    assert_true(url.path == "/p%41");
    assert_true(url.has_query);
    assert_true(url.query.empty());
    assert_false(url.plain_path);

    assert_int_equal(parse_url("com.example.app://h/p?q", buffer, url), 0);
    assert_true(url.kind == UrlKind::private_use);
    assert_true(url.scheme == "com.example.app");
    assert_true(url.host == "h");
    assert_true(url.origin == "com.example.app://h");
    assert_true(url.path == "/p");
    assert_true(url.without_query() == "com.example.app://h/p");
}


void refusal_leaves_an_empty_result(void**)
{
    UrlBuffer buffer;
    Url url;

    for (const std::string_view refused :
         {"https://b:80/c/..?d"sv, "com.example.app://h/p#\t"sv, "//b"sv,
          ""sv}) {
        assert_int_equal(parse_url("https://a:1/b?c#d", buffer, url), 0);
        assert_int_not_equal(parse_url(refused, buffer, url), 0);
        assert_true(url.text.empty());
        assert_true(url.host.empty());
        assert_true(url.origin.empty());
        assert_true(url.path.empty());
        assert_false(url.has_query);
        assert_false(url.has_fragment);
    }
}


// Memory checkers see a read behind an input that ends where its memory does.
void every_beginning_is_judged(void**)
{
    const std::string_view whole =
        "https://xn--bcher-kva.example:8443/a/%2Ex/..y;z?q=\xc3\xb8 %41#\xe2"
        "\x82\xac";

    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const std::unique_ptr<char[]> exact(new char[size]);
        whole.copy(exact.get(), size);
        UrlBuffer buffer;
        Url url;
        parse_url({exact.get(), size}, buffer, url);
    }
}


void every_rule_is_described(void**)
{
    for (int i = 0; i <= static_cast<int>(UrlRule::network_path); ++i) {
        const std::string_view text = logout::describe(static_cast<UrlRule>(i));
        assert_true(text.size() > 10);
        assert_true(text.back() != '.');
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(scheme_and_host_are_lower_cased),
        cmocka_unit_test(schemes_are_refused),
        cmocka_unit_test(hosts_are_refused),
        cmocka_unit_test(long_hosts_are_accepted_up_to_the_bound),
        cmocka_unit_test(internationalized_hosts_are_punycode),
        cmocka_unit_test(numeric_hosts_are_dotted_quads),
        cmocka_unit_test(ipv6_is_written_one_way),
        cmocka_unit_test(ports_are_plain_numbers),
        cmocka_unit_test(paths_are_kept),
        cmocka_unit_test(paths_are_refused),
        cmocka_unit_test(queries_are_escaped_as_browsers_do),
        cmocka_unit_test(private_use_schemes_are_kept),
        cmocka_unit_test(length_is_bounded),
        cmocka_unit_test(parts_are_views_of_the_canonical_form),
        cmocka_unit_test(refusal_leaves_an_empty_result),
        cmocka_unit_test(every_beginning_is_judged),
        cmocka_unit_test(every_rule_is_described),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
