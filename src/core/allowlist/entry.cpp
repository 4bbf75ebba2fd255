#include "core/allowlist/entry.hpp"

#include "core/url/host.hpp"
#include "core/url/public_suffix.hpp"
#include "core/base/byte_classes.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::string_view any_label = "*.";
constexpr std::string_view any_port = ":*";
constexpr std::string_view any_path = "/*";


bool ends_with(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() &&
           text.substr(text.size() - end.size()) == end;
}


// Where the authority of `text` begins, behind "://"; 0 if it has none.
std::size_t authority_begin(std::string_view text)
{
    const std::size_t slashes = text.find("://");
    return slashes < text.find_first_of("/?#") ? slashes + 3 : 0;
}


std::size_t authority_end(std::string_view text, std::size_t begin)
{
    return std::min(text.find_first_of("/?#", begin), text.size());
}


// Takes the patterns out of an entry, so that a URL is left that the grammar
// can judge.
std::string remove_patterns(std::string_view written, AllowlistEntry& entry)
{
    std::string plain(written);
    const std::size_t begin = authority_begin(plain);

    if (ends_with(plain, any_path) && plain.size() > begin + 1) {
        plain.pop_back();
        entry.path_pattern = true;
    }
    if (begin == 0) {
        return plain;
    }
    if (plain.compare(begin, any_label.size(), any_label) == 0) {
        plain.erase(begin, any_label.size());
        entry.host_pattern = HostPattern::any_label;
        return plain;
    }
    const std::size_t end = authority_end(plain, begin);
    if (ends_with(std::string_view(plain).substr(begin, end - begin),
                  any_port)) {
        plain.erase(end - any_port.size(), any_port.size());
        entry.host_pattern = HostPattern::any_port;
    }
    return plain;
}


std::string check_any_label(const Url& url)
{
    if (url.kind != UrlKind::web) {
        return "\"*.\" needs an http: or https: URL";
    }
    if (is_ip_address(url.host)) {
        return "\"*.\" cannot stand before an IP address";
    }
    if (is_public_suffix(url.host)) {
        return "\"*." + std::string(url.host) +
               "\" would allow names that "
               "anybody can register: \"" +
               std::string(url.host) + "\" is a public suffix";
    }
    return {};
}


std::string check_any_port(const Url& url)
{
    if (url.scheme != "http" ||
        (url.host != "127.0.0.1" && url.host != "[::1]") || !url.port.empty()) {
        return "\":*\" is allowed only in \"http://127.0.0.1:*\" and "
               "\"http://[::1]:*\" (RFC 8252, sections 7.3 and 8.3)";
    }
    return {};
}


std::string check_any_path(const Url& url)
{
    if (url.kind == UrlKind::private_use) {
        return "\"/*\" is not allowed with a private-use scheme";
    }
    if (url.has_query || url.has_fragment) {
        return "\"/*\" is allowed only at the end of a path, and such an "
               "entry has no query and no fragment";
    }
    const auto slashes = static_cast<std::size_t>(
        std::count(url.path.begin(), url.path.end(), '/'));
    if (slashes > allowlist_max_depth) {
        return "the path has more than 63 segments before \"/*\"";
    }
    return {};
}


// "localhost:3000/x" and "example.com:8443/x" are URLs with a scheme of that
// name; nobody means that.
bool looks_like_host_and_port(const Url& url)
{
    return url.kind == UrlKind::private_use && url.host.empty() &&
           !url.path.empty() && is_digit(url.path[0]);
}


std::string check_patterns(const Url& url, const AllowlistEntry& entry)
{
    std::string problem;

    if (entry.host_pattern == HostPattern::any_label) {
        problem = check_any_label(url);
    } else if (entry.host_pattern == HostPattern::any_port) {
        problem = check_any_port(url);
    }
    if (problem.empty() && entry.path_pattern) {
        problem = check_any_path(url);
    }
    return problem;
}


// What stands before the colon of `written` and cannot be in a scheme; 0 if all
// of it can.
char find_bad_scheme_byte(std::string_view written)
{
    const std::size_t end = written.find_first_of(":/?#");

    if (end == written.npos || written[end] != ':') {
        return 0;
    }
    const std::size_t good = run_length(written.substr(0, end), scheme_bytes);
    return good == end ? '\0' : written[good];
}


std::string explain_grammar(std::string_view written, UrlRule rule)
{
    const char bad_byte =
        rule == UrlRule::bad_scheme ? find_bad_scheme_byte(written) : '\0';
    if (bad_byte != 0) {
        return std::string("\"") + bad_byte +
               "\" cannot be in a scheme, which has letters, digits, \"+\", "
               "\"-\" and \".\" (RFC 3986, section 3.1)";
    }

    if (rule == UrlRule::bad_scheme && written.find("://") == written.npos &&
        written.find(':') == written.npos) {
        return "an entry begins with \"https://\", another scheme or \"/\"";
    }

    const auto is_beyond_ascii = [](char c) {
        return static_cast<unsigned char>(c) > 0x7f;
    };
    if (rule == UrlRule::forbidden_byte &&
        std::any_of(written.begin(), written.end(), is_beyond_ascii)) {
        return "write internationalized host names in their \"xn--\" form, "
               "and other characters beyond ASCII as %XX escapes of UTF-8";
    }
    return describe(rule);
}


void write_origin(const Url& url, AllowlistEntry& entry)
{
    entry.origin = url.origin;

    if (entry.host_pattern == HostPattern::any_label) {
        entry.origin.insert(authority_begin(entry.origin), any_label);
    } else if (entry.host_pattern == HostPattern::any_port) {
        entry.origin += any_port;
    }
}

}  // namespace


std::string parse_allowlist_entry(std::string_view written,
                                  AllowlistEntry& entry)
{
    if (written.empty()) {
        return "an entry cannot be empty";
    }
    if (written[0] == '^' || written[0] == '~') {
        return "an entry is a URL, regular expressions are not supported";
    }

    AllowlistEntry parsed;
    const std::string plain = remove_patterns(written, parsed);
    if (plain.find('*') != plain.npos) {
        return "\"*\" is allowed only as the first label of a host "
               "(\"https://*.example.com/\"), as the last segment of a path "
               "(\"/docs/*\") and as the port of a loopback address";
    }

    UrlBuffer buffer;
    Url url;
    const UrlRule rule = parse_url(plain, buffer, url);
    if (rule != UrlRule::ok) {
        return explain_grammar(written, rule);
    }
    if (looks_like_host_and_port(url)) {
        return "a host and port need \"https://\" in front";
    }

    const std::string problem = check_patterns(url, parsed);
    if (!problem.empty()) {
        return problem;
    }

    parsed.kind = url.kind;
    parsed.host = url.host;
    parsed.target = url.text.substr(url.origin.size());
    parsed.path_size = url.path.size();
    write_origin(url, parsed);
    entry = std::move(parsed);
    return {};
}

}  // namespace logout
