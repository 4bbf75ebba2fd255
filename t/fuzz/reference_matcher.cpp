#include "reference_matcher.hpp"

#include <cstdlib>
#include <memory>

namespace {

using logout::QueryMatching;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlKind;


std::string replace_once(std::string text, const std::string& from,
                         const std::string& to)
{
    const std::size_t at = text.find(from);

    return at == text.npos ? text : text.replace(at, from.size(), to);
}


// Letters, digits and inner hyphens; not an internationalized name.
bool is_label(const std::string& text)
{
    const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    return !text.empty() &&
           text.find_first_not_of(letters + '-') == text.npos &&
           letters.find(text.front()) != letters.npos &&
           letters.find(text.back()) != letters.npos &&
           text.compare(0, 4, "xn--") != 0;
}


bool is_continuation(const std::string& bytes, std::size_t i)
{
    return i < bytes.size() && (bytes[i] & 0xc0) == 0x80;
}


// Unicode 3.9, table 3-7, row by row.
bool is_utf8(const std::string& bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        const auto byte = [&bytes](std::size_t at) {
            return at < bytes.size() ? static_cast<unsigned char>(bytes[at])
                                     : 0u;
        };
        const unsigned first = byte(i);
        const unsigned second = byte(i + 1);
        if (first <= 0x7f) {
            i += 1;
        } else if (first >= 0xc2 && first <= 0xdf &&
                   is_continuation(bytes, i + 1)) {
            i += 2;
        } else if (first >= 0xe0 && first <= 0xef &&
                   is_continuation(bytes, i + 1) &&
                   is_continuation(bytes, i + 2) &&
                   !(first == 0xe0 && second < 0xa0) &&
                   !(first == 0xed && second > 0x9f)) {
            i += 3;
        } else if (first >= 0xf0 && first <= 0xf4 &&
                   is_continuation(bytes, i + 1) &&
                   is_continuation(bytes, i + 2) &&
                   is_continuation(bytes, i + 3) &&
                   !(first == 0xf0 && second < 0x90) &&
                   !(first == 0xf4 && second > 0x8f)) {
            i += 4;
        } else {
            return false;
        }
    }
    return true;
}


std::string decode(const std::string& path)
{
    std::string bytes;

    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '%') {
            const std::string digits = path.substr(i + 1, 2);
            bytes +=
                static_cast<char>(std::strtoul(digits.c_str(), nullptr, 16));
            i += 2;
        } else {
            bytes += path[i];
        }
    }
    return bytes;
}


bool is_safe_below_pattern(const std::string& path)
{
    if (path.compare(0, 1, "/") == 0) {
        return false;
    }
    for (const char* separator : {"//", ";", "%2F", "%5C", "%3B", "%25"}) {
        if (path.find(separator) != path.npos) {
            return false;
        }
    }
    return is_utf8(decode(path));
}


struct Pattern {
    std::string sample;  // a URL that is like the entry, without patterns
    bool any_label = false;
    bool any_port = false;
    bool any_path = false;
};


Pattern read_pattern(const std::string& entry)
{
    Pattern pattern;

    pattern.sample = entry;
    if (entry.size() >= 2 && entry.substr(entry.size() - 2) == "/*") {
        pattern.sample.pop_back();
        pattern.any_path = true;
    }
    pattern.any_label = pattern.sample.find("://*.") != entry.npos;
    pattern.sample = replace_once(pattern.sample, "://*.", "://label.");
    pattern.any_port = pattern.sample.find(":*") != entry.npos;
    pattern.sample = replace_once(pattern.sample, ":*", "");
    return pattern;
}


bool allows_host(const Pattern& pattern, const Url& sample, const Url& url)
{
    if (!pattern.any_label) {
        return url.host == sample.host;
    }
    const std::string host(url.host);
    const std::string suffix(sample.host.substr(5));
    return host.size() > suffix.size() &&
           host.substr(host.size() - suffix.size()) == suffix &&
           is_label(host.substr(0, host.size() - suffix.size()));
}


bool allows_path(const Pattern& pattern, const Url& sample, const Url& url)
{
    if (!pattern.any_path) {
        return url.path == sample.path;
    }
    const std::string path(url.path);
    const std::string below(sample.path);
    return path.size() >= below.size() &&
           path.substr(0, below.size()) == below &&
           is_safe_below_pattern(path.substr(below.size()));
}


bool allows_query(const Url& sample, const Url& url)
{
    return url.has_query == sample.has_query && url.query == sample.query &&
           url.has_fragment == sample.has_fragment &&
           url.fragment == sample.fragment;
}


// "app:" and "app://" without a host are different origins.
bool has_authority(const Url& url)
{
    return url.origin.find('/') != url.origin.npos;
}

}  // namespace


bool reference_allows(const std::string& entry, const Url& url,
                      QueryMatching matching)
{
    const Pattern pattern = read_pattern(entry);
    const auto buffer = std::make_unique<UrlBuffer>();
    Url sample;

    if (logout::parse_url(pattern.sample, *buffer, sample) !=
        logout::UrlRule::ok) {
        return false;
    }
    return url.kind == sample.kind && url.scheme == sample.scheme &&
           has_authority(url) == has_authority(sample) &&
           allows_host(pattern, sample, url) &&
           (pattern.any_port || url.port == sample.port) &&
           allows_path(pattern, sample, url) &&
           (matching == QueryMatching::ignored || allows_query(sample, url));
}
