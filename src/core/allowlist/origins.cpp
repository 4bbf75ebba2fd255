#include "core/allowlist/origins.hpp"

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
};


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

    const std::size_t bracket = origin.find(']');
    const std::size_t colon =
        origin.find(':', bracket == std::string_view::npos ? 0 : bracket);

    parts.host = origin.substr(0, colon);
    if (colon != std::string_view::npos) {
        parts.has_port = true;
        parts.port = origin.substr(colon + 1);
    }

    return parts;
}


std::string_view default_port(const OriginParts& parts)
{
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
    const std::optional<OriginParts> parts = split_origin(origin);

    if (!parts) {
        return "an origin begins with \"https://\" or \"http://\"";
    }

    if (origin.find_first_of("/?#", parts->secure ? 8 : 7) !=
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

    if (parts->port == default_port(*parts)) {
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
