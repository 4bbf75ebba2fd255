// The Cookie header: the values and names found are those that a slow reader
// finds. The first line of the input is a name, the rest is the header.

#include "fuzz.hpp"

#include "core/session/cookies.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using logout::CookieValues;


std::string trim(const std::string& text)
{
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) {
        return "";
    }
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}


std::string without_quotes(const std::string& text)
{
    const bool quoted =
        text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}


struct Cookie {
    std::string name;
    std::string value;
};


std::vector<Cookie> split(std::string_view header)
{
    std::vector<Cookie> cookies;

    while (!header.empty()) {
        const std::size_t end = std::min(header.find(';'), header.size());
        const std::string pair(header.substr(0, end));
        const std::size_t equals = pair.find('=');
        if (equals != pair.npos) {
            cookies.push_back({trim(pair.substr(0, equals)),
                               without_quotes(trim(pair.substr(equals + 1)))});
        }
        header.remove_prefix(std::min(end + 1, header.size()));
    }
    return cookies;
}


void add_distinct(std::vector<std::string>& texts, const std::string& text)
{
    if (std::find(texts.begin(), texts.end(), text) == texts.end() &&
        texts.size() < logout::cookie_max_occurrences) {
        texts.push_back(text);
    }
}


void require_same(const CookieValues& found,
                  const std::vector<std::string>& expected,
                  std::string_view header)
{
    REQUIRE(found.size() == expected.size());
    REQUIRE(std::equal(found.begin(), found.end(), expected.begin()));
    for (const std::string_view text : found) {
        REQUIRE(is_inside(text, header));
    }
}


void fuzz_values(std::string_view name, std::string_view header)
{
    CookieValues found;
    std::vector<std::string> expected;

    for (const Cookie& cookie : split(header)) {
        if (cookie.name == name) {
            add_distinct(expected, cookie.value);
        }
    }
    find_cookie(header, name, found);
    require_same(found, expected, header);
}


void fuzz_names(std::string_view prefix, std::string_view header)
{
    CookieValues found;
    std::vector<std::string> expected;

    for (const Cookie& cookie : split(header)) {
        if (cookie.name.compare(0, prefix.size(), prefix) == 0 &&
            logout::is_cookie_name(cookie.name)) {
            add_distinct(expected, cookie.name);
        }
    }
    find_cookie_names(header, prefix, found);
    require_same(found, expected, header);
}


// What expires a cookie is one line, and the name is in it once.
void fuzz_expiry(std::string_view name, std::string_view path)
{
    logout::CookieAttributes attributes;

    attributes.path = path;
    if (cookie_problem(name, attributes)) {
        return;
    }
    const std::string line = expire_cookie(name, attributes);
    REQUIRE(line.compare(0, name.size() + 1, std::string(name) + '=') == 0);
    REQUIRE(line == std::string(name) + '=' + expire_cookie_suffix(attributes));
    for (const char c : line) {
        REQUIRE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
}

}  // namespace


int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = to_view(data, size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view name = input.substr(0, end);
    const std::string_view header = input.substr(std::min(end + 1, size));

    fuzz_expiry(name, header);
    if (logout::is_cookie_name(name)) {
        fuzz_values(name, header);
        fuzz_names(name, header);
    }
    return 0;
}
