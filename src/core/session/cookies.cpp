#include "core/session/cookies.hpp"

#include "core/session/cookie_text.hpp"

#include <algorithm>
#include <cstring>

namespace logout {

namespace {

// Browsers ignore an attribute that is longer (RFC 6265bis, section 5.6).
constexpr std::size_t attribute_max_length = 1024;

constexpr std::string_view long_ago = "Thu, 01 Jan 1970 00:00:00 GMT";


std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}


// Calls `action` with each "name=value" that begins with `start`, which is not
// empty. The first byte is compared before anything is called: most cookies
// are others.
template <typename Action>
void for_each_cookie(std::string_view header, std::string_view start,
                     Action action)
{
    const char* at = header.data();
    const char* const end = at + header.size();

    while (at != end) {
        const char* const semicolon = static_cast<const char*>(
            std::memchr(at, ';', static_cast<std::size_t>(end - at)));
        const char* const stop = semicolon == nullptr ? end : semicolon;

        while (at != stop && is_blank(*at)) {
            at++;
        }

        const auto length = static_cast<std::size_t>(stop - at);
        if (length > start.size() && *at == start.front() &&
            std::memcmp(at, start.data(), start.size()) == 0) {
            action(std::string_view(at, length));
        }
        at = semicolon == nullptr ? end : semicolon + 1;
    }
}


// The value, if what follows the name is "=" and a value.
std::optional<std::string_view> value_in(std::string_view rest)
{
    // few write blanks around it
    if (rest.empty() || rest.front() != '=') {
        rest = trim(rest);
    }
    if (rest.empty() || rest.front() != '=') {
        return std::nullopt;
    }
    return without_quotes(trim(rest.substr(1)));
}


bool is_token_char(char c)
{
    constexpr std::string_view symbols = "!#$%&'*+-.^_`|~";

    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || symbols.find(c) != std::string_view::npos;
}


// A byte that neither ends the attribute nor makes browsers drop the line.
bool is_path_char(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != ';';
}


bool is_domain_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.';
}


std::optional<std::string> path_problem(const std::string& path)
{
    if (path.empty() || path.front() != '/') {
        return "the path \"" + path + "\" does not begin with \"/\"";
    }
    if (!std::all_of(path.begin(), path.end(), is_path_char)) {
        return "the path has a byte that no cookie path can have";
    }
    if (path.size() > attribute_max_length) {
        return "the path is longer than browsers accept";
    }
    return std::nullopt;
}


std::optional<std::string> domain_problem(const std::string& domain)
{
    if (domain.empty()) {
        return std::nullopt;
    }

    std::string_view host = domain;
    if (host.front() == '.') {
        host.remove_prefix(1);
    }
    if (host.empty() || host.front() == '.' || host.back() == '.' ||
        host.find("..") != std::string_view::npos || host.size() > 253 ||
        !std::all_of(host.begin(), host.end(), is_domain_char)) {
        return "the domain \"" + domain +
               "\" is not a host name (an internationalised one is written "
               "in its xn-- form)";
    }
    return std::nullopt;
}


char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}


bool has_prefix_ignoring_case(std::string_view text, std::string_view prefix)
{
    return text.size() >= prefix.size() &&
           std::equal(
               prefix.begin(), prefix.end(), text.begin(),
               [](char a, char b) { return to_lower(a) == to_lower(b); });
}


// What a browser demands of every Set-Cookie line of such a name
// (RFC 6265bis, section 4.1.3); it compares them case-insensitively.
struct NamePrefix {
    std::string_view text;
    bool host_only;
    bool http_only;
};

constexpr NamePrefix name_prefixes[] = {
    {"__Host-Http-", true, true},
    {"__Host-", true, false},
    {"__Http-", false, true},
    {"__Secure-", false, false},
};


std::optional<std::string> prefix_problem(std::string_view name,
                                          const CookieAttributes& attributes)
{
    for (const NamePrefix& prefix : name_prefixes) {
        if (!has_prefix_ignoring_case(name, prefix.text)) {
            continue;
        }

        std::string rule = "browsers keep a \"" + std::string(prefix.text) +
                           "\" cookie unless it is expired ";
        if (!attributes.secure) {
            return rule + "with \"secure\"";
        }
        if (prefix.http_only && !attributes.http_only) {
            return rule + "with \"httponly\"";
        }
        if (prefix.host_only && attributes.path != "/") {
            return rule + "with the path \"/\"";
        }
        if (prefix.host_only && !attributes.domain.empty()) {
            return rule + "without a domain";
        }
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace


void CookieValues::add(std::string_view value)
{
    // std::find() is made for longer lists
    for (const std::string_view known : values_) {
        if (known == value) {
            return;
        }
    }
    if (values_.size() < cookie_max_occurrences) {
        values_.push_back(value);
    }
}


void find_cookie(std::string_view header, std::string_view name,
                 CookieValues& found)
{
    if (name.empty()) {
        return;
    }

    for_each_cookie(header, name, [&](std::string_view cookie) {
        auto value = value_in(cookie.substr(name.size()));
        if (value) {
            found.add(*value);
        }
    });
}


void find_cookie_names(std::string_view header, std::string_view prefix,
                       CookieValues& found)
{
    if (prefix.empty()) {
        return;
    }

    for_each_cookie(header, prefix, [&](std::string_view cookie) {
        std::size_t equals = cookie.find('=');
        std::string_view name = trim(cookie.substr(0, equals));

        // the name is written into a response: no other bytes than a name's
        if (equals != std::string_view::npos && is_cookie_name(name)) {
            found.add(name);
        }
    });
}


bool is_cookie_name(std::string_view name)
{
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), is_token_char);
}


std::optional<std::string> cookie_problem(std::string_view name,
                                          const CookieAttributes& attributes)
{
    if (!is_cookie_name(name)) {
        return "\"" + std::string(name) + "\" is not a cookie name";
    }
    if (auto problem = path_problem(attributes.path)) {
        return problem;
    }
    if (auto problem = domain_problem(attributes.domain)) {
        return problem;
    }
    if (auto problem = prefix_problem(name, attributes)) {
        return problem;
    }
    if (attributes.partitioned && !attributes.secure) {
        return "browsers ignore \"partitioned\" without \"secure\"";
    }
    if (attributes.same_site == SameSite::none && !attributes.secure) {
        return "browsers ignore \"samesite=none\" without \"secure\"";
    }
    return std::nullopt;
}


std::string expire_cookie(std::string_view name,
                          const CookieAttributes& attributes)
{
    return std::string(name) + "=" + expire_cookie_suffix(attributes);
}


std::string expire_cookie_suffix(const CookieAttributes& attributes)
{
    std::string line = "; Path=" + attributes.path;

    if (!attributes.domain.empty()) {
        line += "; Domain=" + attributes.domain;
    }

    // Max-Age for what browsers do today, Expires for the rest
    line += "; Expires=";
    line += long_ago;
    line += "; Max-Age=0";

    if (attributes.secure) {
        line += "; Secure";
    }
    if (attributes.http_only) {
        line += "; HttpOnly";
    }
    if (attributes.partitioned) {
        line += "; Partitioned";
    }

    switch (attributes.same_site) {
    case SameSite::strict:
        return line + "; SameSite=Strict";
    case SameSite::lax:
        return line + "; SameSite=Lax";
    case SameSite::none:
        return line + "; SameSite=None";
    case SameSite::unset:
        break;
    }
    return line;
}

}  // namespace logout
