// Lists of return URLs: what the tables allow is what the entries allow one by
// one. The input is lines: entries, and in the last line a URL.

#include "fuzz.hpp"
#include "reference_matcher.hpp"

#include "core/allowlist/allowlist.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace {

using logout::Allowlist;
using logout::AllowlistProblem;
using logout::AllowlistRule;
using logout::parse_url;
using logout::QueryMatching;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlRule;

// The reference takes its time for each.
constexpr std::size_t most_entries = 16;


struct Input {
    std::vector<std::string> entries;
    std::string_view url;
};


Input split(std::string_view text)
{
    Input input;

    for (;;) {
        const std::size_t end = text.find('\n');
        if (end == text.npos || input.entries.size() == most_entries) {
            input.url = text;
            return input;
        }
        input.entries.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
}


bool has_error(const std::vector<AllowlistProblem>& problems)
{
    return std::any_of(
        problems.begin(), problems.end(), [](const AllowlistProblem& problem) {
            return problem.severity == AllowlistProblem::Severity::error;
        });
}


void require_default(const Allowlist& list)
{
    const auto buffer = std::make_unique<UrlBuffer>();
    Url url;

    // it may be longer than what the parser reads
    if (list.default_url().size() > logout::url_max_length) {
        return;
    }
    REQUIRE(parse_url(list.default_url(), *buffer, url) == UrlRule::ok);
    REQUIRE(url.text == list.default_url());
    REQUIRE(list.match(url, QueryMatching::ignored));
    REQUIRE(list.match(url, QueryMatching::compared));
}


// What a list holds is sent without a look at it.
void require_held(const Allowlist& list, const Url& url, std::string_view text)
{
    if (!list.holds(text)) {
        return;
    }
    REQUIRE(url.text == text);
    REQUIRE(list.match(url, QueryMatching::ignored));
    REQUIRE(list.match(url, QueryMatching::compared));
}


void require_same(const Allowlist& list,
                  const std::vector<std::string>& entries, const Url& url,
                  QueryMatching matching)
{
    const std::string_view found = list.matching_entry(url, matching);
    const bool allowed = std::any_of(
        entries.begin(), entries.end(), [&](const std::string& entry) {
            return reference_allows(entry, url, matching);
        });

    REQUIRE(static_cast<bool>(list.match(url, matching)) == allowed);
    REQUIRE(found.empty() != allowed);
    if (allowed) {
        REQUIRE(reference_allows(std::string(found), url, matching));
    }
}

}  // namespace


int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Input input = split(to_view(data, size));
    Allowlist list;
    std::vector<std::string> entries;

    for (const std::string& entry : input.entries) {
        const bool was_empty = list.empty();
        if (!has_error(list.add(entry))) {
            entries.push_back(entry);
            REQUIRE(!was_empty || !list.default_url().empty());
        }
    }
    list.compile();
    list.lint(QueryMatching::ignored);
    REQUIRE(list.empty() == entries.empty());
    if (!list.empty()) {
        require_default(list);
    }

    const auto buffer = std::make_unique<UrlBuffer>();
    Url url;
    if (parse_url(input.url, *buffer, url) != UrlRule::ok) {
        REQUIRE(!list.holds(input.url));
        return 0;
    }
    require_held(list, url, input.url);
    require_held(list, url, url.text);
    require_same(list, entries, url, QueryMatching::ignored);
    require_same(list, entries, url, QueryMatching::compared);
    REQUIRE(list.nearest_entry(url).empty() == list.empty() ||
            list.nearest_entry(url).empty());
    return 0;
}
