#include "core/allowlist/origins.hpp"

#include "core/base/byte_classes.hpp"
#include "core/url/forbidden_scheme.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::size_t host_max_length = 253;


bool starts_with(std::string_view text, std::string_view prefix)
{
    return text.substr(0, prefix.size()) == prefix;
}


struct OriginParts {
    std::string_view host;
    std::string_view port;  // without ":"
    bool has_port = false;
    bool secure = false;
    bool of_app = false;
};


void split_authority(std::string_view authority, OriginParts& parts)
{
    const std::size_t bracket = authority.find(']');
    const std::size_t colon =
        authority.find(':', bracket == std::string_view::npos ? 0 : bracket);

    parts.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
        parts.has_port = true;
        parts.port = authority.substr(colon + 1);
    }
}


// Splits without judging: the caller checks the parts.
std::optional<OriginParts> split_origin(std::string_view origin)
{
    OriginParts parts;

    if (starts_with(origin, "https://")) {
        parts.secure = true;
        origin.remove_prefix(8);
    } else if (starts_with(origin, "http://")) {
        origin.remove_prefix(7);
    } else {
        return std::nullopt;
    }

    split_authority(origin, parts);
    return parts;
}


// The origins of files, data and the browser's own pages are nobody's, and
// browsers write most of them as "null". An extension is one of the browser's
// pages that has a name of its own.
bool is_app_scheme(std::string_view scheme)
{
    constexpr std::string_view extension = "chrome-extension";

    return !scheme.empty() && scheme.front() >= 'a' && scheme.front() <= 'z' &&
           run_length(scheme, without_upper_case(scheme_bytes)) ==
               scheme.size() &&
           scheme != "http" && scheme != "https" &&
           (scheme == extension || !is_dangerous_scheme(scheme));
}


// "capacitor://localhost": the origin of a page that an app brings along, as
// web views write it. Such a scheme has no default port.
std::optional<OriginParts> split_app_origin(std::string_view origin)
{
    const std::size_t colon = origin.find("://");

    if (colon == origin.npos || !is_app_scheme(origin.substr(0, colon))) {
        return std::nullopt;
    }

    OriginParts parts;
    parts.of_app = true;
    split_authority(origin.substr(colon + 3), parts);
    return parts;
}


std::string_view default_port(const OriginParts& parts)
{
    if (parts.of_app) {
        return {};
    }

    return parts.secure ? "443" : "80";
}


bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}


bool is_ipv6_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' ||
           c == '.';
}


bool is_bracketed_host(std::string_view host)
{
    if (host.size() < 4 || host.front() != '[' || host.back() != ']') {
        return false;
    }

    const std::string_view address = host.substr(1, host.size() - 2);

    return std::all_of(address.begin(), address.end(), is_ipv6_character);
}


bool is_host(std::string_view host)
{
    if (host.empty() || host.size() > host_max_length) {
        return false;
    }

    if (host.front() == '[') {
        return is_bracketed_host(host);
    }

    return host.front() != '.' && host.back() != '.' &&
           host.find("..") == std::string_view::npos &&
           std::all_of(host.begin(), host.end(), is_host_character);
}


bool is_port(std::string_view port)
{
    unsigned value = 0;

    if (port.empty() || port.size() > 5 || port.front() == '0') {
        return false;
    }

    for (char c : port) {
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + static_cast<unsigned>(c - '0');
    }

    return value <= 65535;
}


std::optional<std::string> origin_problem(std::string_view origin)
{
    std::optional<OriginParts> parts = split_origin(origin);
    if (!parts) {
        parts = split_app_origin(origin);
    }

    if (!parts) {
        return "an origin begins with \"https://\" or \"http://\", or with the "
               "lower-case scheme of an app (\"capacitor://localhost\")";
    }

    if (origin.find_first_of("/?#", origin.find("://") + 3) !=
        std::string_view::npos) {
        return "an origin has no path, query or fragment, and no slash at "
               "its end";
    }

    if (origin.find('*') != std::string_view::npos) {
        return "an origin has no \"*\": the answer may be read by exactly "
               "the origins that are listed";
    }

    if (!is_host(parts->host)) {
        return "the host is not written as browsers write it: lower-case "
               "letters, digits, \"-\" and \".\", or an IPv6 address in "
               "brackets";
    }

    if (parts->has_port && !is_port(parts->port)) {
        return "the port is not a number from 1 to 65535";
    }

    if (parts->has_port && parts->port == default_port(*parts)) {
        return "browsers leave out the port that is the scheme's default";
    }

    return std::nullopt;
}

}  // namespace


std::optional<std::string> Origins::add(std::string_view origin)
{
    if (std::optional<std::string> problem = origin_problem(origin)) {
        return problem;
    }

    origins_.emplace(origin);
    return std::nullopt;
}


void Origins::add_all(const Origins& others)
{
    origins_.insert(others.origins_.begin(), others.origins_.end());
}


bool Origins::contains(std::string_view origin) const
{
    return origins_.find(origin) != origins_.end();
}


std::string_view referer_origin(std::string_view referer)
{
    std::size_t authority;

    if (starts_with(referer, "https://")) {
        authority = 8;
    } else if (starts_with(referer, "http://")) {
        authority = 7;
    } else {
        return {};
    }

    return referer.substr(0, referer.find_first_of("/?#", authority));
}


std::string_view origin_authority(std::string_view origin)
{
    const std::optional<OriginParts> parts = split_origin(origin);

    if (!parts || !is_host(parts->host) ||
        (parts->has_port && !is_port(parts->port))) {
        return {};
    }

    if (!parts->has_port || parts->port == default_port(*parts)) {
        return parts->host;
    }

    return origin.substr(parts->secure ? 8 : 7);
}

}  // namespace logout
