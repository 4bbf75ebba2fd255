#include "core/allowlist/lint.hpp"

#include "core/url/path_ambiguity.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace logout {

namespace {

constexpr std::uint32_t none = HashIndex::none;

// How many problems of one kind are reported.
constexpr std::size_t problem_limit = 10;

// How many origins, and then entries, nearest_allowlist_entry() compares.
constexpr std::size_t nearest_limit = 1000;

using Problems = std::vector<AllowlistProblem>;


std::string quote(std::string_view text)
{
    return '"' + std::string(text) + '"';
}


// Adds a warning unless there are enough of its kind.
class Reporter {
public:
    explicit Reporter(Problems& problems) : problems_(problems) {}

    bool full() const { return count_ == problem_limit; }

    void warn(std::size_t entry, std::string message)
    {
        problems_.push_back(
            {AllowlistProblem::Severity::warning, std::move(message), entry});
        ++count_;
    }

private:
    Problems& problems_;
    std::size_t count_ = 0;
};


bool starts_with(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}


// The host of "https://host:port", patterns included.
std::string_view host_of(std::string_view origin)
{
    origin.remove_prefix(std::min(origin.find("://") + 3, origin.size()));
    const std::size_t bracket = origin.find(']');
    if (bracket != origin.npos) {
        return origin.substr(0, bracket + 1);
    }
    return origin.substr(0, origin.find(':'));
}


bool is_loopback(std::string_view host)
{
    return host == "localhost" || host == "[::1]" || starts_with(host, "127.");
}


struct ListedHost {
    std::string_view name;
    std::size_t first_entry;
};


// Sorted by name, each once.
std::vector<ListedHost> hosts_of(const AllowlistTable& table,
                                 std::string_view scheme)
{
    std::vector<ListedHost> hosts;

    for (const StoredOrigin& origin : table.origins()) {
        const std::string_view text = table.view(origin.text);
        if (starts_with(text, scheme) && !is_loopback(host_of(text))) {
            hosts.push_back({host_of(text), origin.first_entry});
        }
    }

    const auto is_before = [](const ListedHost& a, const ListedHost& b) {
        return std::tie(a.name, a.first_entry) <
               std::tie(b.name, b.first_entry);
    };
    const auto is_same = [](const ListedHost& a, const ListedHost& b) {
        return a.name == b.name;
    };
    std::sort(hosts.begin(), hosts.end(), is_before);
    hosts.erase(std::unique(hosts.begin(), hosts.end(), is_same), hosts.end());
    return hosts;
}


// Whoever can read and change http: traffic gets what the browser sends there,
// and can send it elsewhere.
void report_mixed_schemes(const AllowlistTable& table, Reporter reporter)
{
    const auto secure = hosts_of(table, "https://");
    auto place = secure.begin();

    for (const ListedHost& insecure : hosts_of(table, "http://")) {
        while (place != secure.end() && place->name < insecure.name) {
            ++place;
        }
        if (place == secure.end() || reporter.full()) {
            return;
        }
        if (place->name == insecure.name) {
            reporter.warn(insecure.first_entry,
                          "host " + quote(insecure.name) +
                              " is listed with \"https:\" and with "
                              "\"http:\", which can be read and changed on "
                              "the way");
        }
    }
}


// The "/*" entry that makes `entry` superfluous.
std::uint32_t find_cover(const AllowlistTable& table, const StoredEntry& entry)
{
    std::string_view path = table.path_of(entry);
    if (path.size() < table.target_of(entry).size()) {
        return none;
    }
    if (entry.path_pattern) {
        path.remove_suffix(1);
    }

    const std::uint32_t cover = table.find_prefix(entry.origin, path);
    if (cover == none) {
        return none;
    }
    const std::size_t size = table.entry(cover).path_size;
    return is_ambiguous_path(path.substr(size)) ? none : cover;
}


// Not the first one: it is where a browser goes that asks for nothing.
void report_covered(const AllowlistTable& table, Reporter reporter)
{
    const auto& entries = table.entries();

    for (std::size_t i = 1; i < entries.size() && !reporter.full(); ++i) {
        const StoredEntry entry = table.entry(entries[i]);
        const std::uint32_t cover = find_cover(table, entry);
        if (cover != none) {
            reporter.warn(i, quote(table.view(entry.written)) +
                                 " is already allowed by " +
                                 quote(table.view(table.entry(cover).written)));
        }
    }
}


std::size_t common_prefix(std::string_view a, std::string_view b)
{
    const std::size_t size = std::min(a.size(), b.size());
    std::size_t i = 0;

    while (i < size && a[i] == b[i]) {
        ++i;
    }
    return i;
}


std::size_t common_suffix(std::string_view a, std::string_view b)
{
    const std::size_t size = std::min(a.size(), b.size());
    std::size_t i = 0;

    while (i < size && a[a.size() - 1 - i] == b[b.size() - 1 - i]) {
        ++i;
    }
    return i;
}


// The origin most like that of the URL: the same host with another scheme or
// port, or else the name with most of its characters.
std::uint32_t nearest_origin(const AllowlistTable& table, const Url& url)
{
    const auto& origins = table.origins();
    const std::size_t count = std::min(origins.size(), nearest_limit);
    std::size_t best = 0;
    std::uint32_t nearest = none;

    for (std::uint32_t id = 0; id < count; ++id) {
        const std::string_view text = table.view(origins[id].text);
        const bool same_host = !url.host.empty() && host_of(text) == url.host;
        const std::size_t alike = common_prefix(text, url.origin) +
                                  common_suffix(text, url.origin) +
                                  (same_host ? url_max_length : 0);
        if (alike > best) {
            best = alike;
            nearest = id;
        }
    }
    return nearest;
}


std::uint32_t listed_or_nearest_origin(const AllowlistTable& table,
                                       const Url& url)
{
    std::uint32_t origin = table.find_origin(url.origin);

    if (origin == none) {
        origin = table.find_origin_pattern(url);
    }
    return origin == none ? nearest_origin(table, url) : origin;
}

}  // namespace


AllowlistProblem refuse_duplicate(const AllowlistTable& table,
                                  std::uint32_t entry)
{
    const std::string_view written = table.view(table.entry(entry).written);

    return {AllowlistProblem::Severity::error,
            "the same as " + quote(written) + " before it"};
}


std::vector<AllowlistProblem> lint_allowlist(const AllowlistTable& table)
{
    Problems problems;

    report_mixed_schemes(table, Reporter(problems));
    report_covered(table, Reporter(problems));
    return problems;
}


std::vector<AllowlistProblem> lint_allowlist(const AllowlistTable& table,
                                             QueryMatching matching)
{
    Problems problems;
    Reporter reporter(problems);

    if (matching == QueryMatching::compared) {
        return problems;
    }
    const auto& entries = table.entries();
    for (std::size_t i = 0; i < entries.size() && !reporter.full(); ++i) {
        const StoredEntry entry = table.entry(entries[i]);
        if (entry.path_size < table.target_of(entry).size()) {
            reporter.warn(i, quote(table.view(entry.written)) +
                                 " allows its path with any query and "
                                 "fragment, because they are not compared "
                                 "here");
        }
    }
    return problems;
}


std::string_view nearest_allowlist_entry(const AllowlistTable& table,
                                         const Url& url)
{
    const std::uint32_t origin = listed_or_nearest_origin(table, url);
    if (origin == none) {
        return {};
    }

    const auto& entries = table.entries();
    const std::string_view wanted = url.text.substr(url.origin.size());
    const std::size_t first = table.origins()[origin].first_entry;
    const std::size_t end = std::min(entries.size(), first + nearest_limit);
    std::size_t best = 0;
    std::uint32_t nearest = entries[first];

    for (std::size_t i = first; i < end; ++i) {
        const StoredEntry entry = table.entry(entries[i]);
        const std::size_t alike = common_prefix(table.target_of(entry), wanted);
        if (entry.origin == origin && alike > best) {
            best = alike;
            nearest = entries[i];
        }
    }
    return table.view(table.entry(nearest).written);
}

}  // namespace logout
