#include "core/allowlist/table.hpp"

#include "core/url/path_ambiguity.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::uint32_t none = HashIndex::none;

// Offsets into the store have 32 bits.
constexpr std::size_t store_limit = 0x7fffffff;

// The seeds of hashes of origins and of whole URLs; those of paths have the
// origin's number.
constexpr std::uint64_t origin_seed = 0xffffffffffff;
constexpr std::uint64_t url_seed = 0xfffffffffffe;


// A label that "*" stands for: letters, digits and hyphens, the latter not at
// its ends. Not an IDN label: it can look like any other name.
bool is_wildcard_label(std::string_view label)
{
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           label.find('_') == label.npos && label.substr(0, 4) != "xn--";
}


bool is_bare(const Url& url)
{
    return !url.has_query && !url.has_fragment;
}

}  // namespace


AllowlistTable::AllowlistTable(std::pmr::memory_resource* memory)
    : urls_(memory), store_(memory), origins_(memory), entries_(memory),
      origins_by_text_(memory), origins_by_suffix_(memory), targets_(memory),
      paths_(memory), prefixes_(memory)
{
}


AllowlistTable::AllowlistTable(const AllowlistTable& other,
                               std::pmr::memory_resource* memory)
    : urls_(other.urls_, memory), store_(other.store_, memory),
      any_query_(other.any_query_), origins_(other.origins_, memory),
      entries_(other.entries_, memory),
      origins_by_text_(other.origins_by_text_, memory),
      origins_by_suffix_(other.origins_by_suffix_, memory),
      any_port_origins_(other.any_port_origins_),
      targets_(other.targets_, memory), paths_(other.paths_, memory),
      prefixes_(other.prefixes_, memory), prefix_depths_(other.prefix_depths_)
{
}


bool AllowlistTable::has_room_for(std::size_t written_size) const
{
    // besides what is written, its origin and its URL may be stored
    return store_.size() + sizeof(StoredEntry) + written_size +
               2 * sizeof(UrlBuffer) <
           store_limit;
}


StoredText AllowlistTable::store(std::string_view text)
{
    const StoredText stored{static_cast<std::uint32_t>(store_.size()),
                            static_cast<std::uint32_t>(text.size())};

    store_ += text;
    return stored;
}


// Most canonical texts are a part of what nginx.conf says.
StoredText AllowlistTable::store_or_share(std::string_view text,
                                          StoredText with)
{
    const std::size_t found = view(with).rfind(text);

    if (found == std::string_view::npos) {
        return store(text);
    }
    return {with.begin + static_cast<std::uint32_t>(found),
            static_cast<std::uint32_t>(text.size())};
}


void AllowlistTable::add(const AllowlistEntry& entry, std::string_view written)
{
    const auto number = static_cast<std::uint32_t>(store_.size());
    store_.append(sizeof(StoredEntry), '\0');

    StoredEntry stored;
    stored.written = store(written);
    stored.url = store_or_share(entry.origin + entry.target, stored.written);
    stored.origin = add_origin(entry, stored.url);
    stored.origin_size = static_cast<std::uint16_t>(entry.origin.size());
    stored.path_size = static_cast<std::uint16_t>(entry.path_size);
    stored.path_pattern = entry.path_pattern;
    std::memcpy(store_.data() + number, &stored, sizeof stored);

    entries_.push_back(number);
    index_entry(number);
}


std::uint32_t AllowlistTable::add_origin(const AllowlistEntry& entry,
                                         StoredText url)
{
    std::uint32_t id = find_origin(entry.origin);
    if (id != none) {
        return id;
    }

    id = static_cast<std::uint32_t>(origins_.size());
    StoredOrigin origin;
    origin.text = {url.begin, static_cast<std::uint32_t>(entry.origin.size())};
    origin.pattern = entry.host_pattern;
    origin.first_entry = entries_.size();
    origins_.push_back(origin);
    index_origin(entry, id);
    return id;
}


void AllowlistTable::index_origin(const AllowlistEntry& entry, std::uint32_t id)
{
    origins_by_text_.insert(hash_text(entry.origin, origin_seed), id);

    if (entry.host_pattern == HostPattern::any_port) {
        any_port_origins_[entry.host[0] == '['] = id;
    } else if (entry.host_pattern == HostPattern::any_label) {
        const std::size_t star = entry.origin.find('*');
        const std::string_view suffix =
            std::string_view(entry.origin).substr(star + 1);
        origins_by_suffix_.insert(hash_text(suffix, star), id);
    }
}


void AllowlistTable::index_entry(std::uint32_t number)
{
    const StoredEntry entry = this->entry(number);
    const std::string_view url = view(entry.url);
    const std::string_view target = target_of(entry);
    const std::string_view path = path_of(entry);
    const bool bare = path.size() == target.size();

    if (entry.path_pattern) {
        prefixes_.insert(hash_text(target, entry.origin), number);
        prefix_depths_ |= std::uint64_t{1}
                          << std::count(path.begin(), path.end(), '/');
        return;
    }
    targets_.insert(hash_text(target, entry.origin), number);
    if (origins_[entry.origin].pattern == HostPattern::none) {
        urls_.insert(hash_text(url, url_seed), number);
        any_query_ = any_query_ || !bare;
    }
    if (!bare && find_path(entry.origin, path) == none) {
        paths_.insert(hash_text(path, entry.origin), number);
    }
}


// The entry without any pattern that is this URL.
std::uint32_t AllowlistTable::find_url(std::string_view text) const
{
    return urls_.find(hash_text(text, url_seed), [&](std::uint32_t number) {
        return view(entry(number).url) == text;
    });
}


std::uint32_t AllowlistTable::find_origin(std::string_view text) const
{
    return origins_by_text_.find(
        hash_text(text, origin_seed),
        [&](std::uint32_t id) { return view(origins_[id].text) == text; });
}


std::uint32_t AllowlistTable::find_origin_pattern(const Url& url) const
{
    if (url.kind != UrlKind::web) {
        return none;
    }
    if (url.scheme == "http" &&
        (url.host == "127.0.0.1" || url.host == "[::1]")) {
        return any_port_origins_[url.host[0] == '['];
    }
    return origins_by_suffix_.empty() ? none : find_any_label(url);
}


// Looks for "https://*" and what follows the first label of the URL's origin.
// Where that stands in the pattern tells http: from https:.
std::uint32_t AllowlistTable::find_any_label(const Url& url) const
{
    const std::size_t dot = url.host.find('.');
    if (dot == url.host.npos || !is_wildcard_label(url.host.substr(0, dot))) {
        return none;
    }

    const std::size_t star = url.scheme.size() + 3;
    const std::string_view suffix = url.origin.substr(star + dot);
    return origins_by_suffix_.find(
        hash_text(suffix, star), [&](std::uint32_t id) {
            return view(origins_[id].text).substr(star + 1) == suffix;
        });
}


std::uint32_t AllowlistTable::find_target(std::uint32_t origin,
                                          std::string_view target) const
{
    return targets_.find(hash_text(target, origin), [&](std::uint32_t number) {
        const StoredEntry entry = this->entry(number);
        return entry.origin == origin && target_of(entry) == target;
    });
}


// The first entry with this path, whatever its query and fragment.
std::uint32_t AllowlistTable::find_path(std::uint32_t origin,
                                        std::string_view path) const
{
    const std::uint32_t bare = find_target(origin, path);
    if (bare != none || paths_.empty()) {
        return bare;
    }
    return paths_.find(hash_text(path, origin), [&](std::uint32_t number) {
        const StoredEntry entry = this->entry(number);
        return entry.origin == origin && path_of(entry) == path;
    });
}


// Tries the beginnings of `path` that end in a slash and are as deep as some
// entry of the list. The longest one counts: it leaves least of the path open.
std::uint32_t AllowlistTable::find_prefix(std::uint32_t origin,
                                          std::string_view path) const
{
    std::uint32_t longest = none;
    std::uint64_t depths = prefix_depths_ >> 1;
    std::size_t size = 0;

    for (; depths != 0; depths >>= 1) {
        size = path.find('/', size) + 1;
        if (size == 0) {
            break;
        }
        if ((depths & 1) != 0) {
            const std::uint32_t found =
                find_exact_prefix(origin, path.substr(0, size));
            longest = found == none ? longest : found;
        }
    }
    return longest;
}


std::uint32_t AllowlistTable::find_exact_prefix(std::uint32_t origin,
                                                std::string_view prefix) const
{
    return prefixes_.find(hash_text(prefix, origin), [&](std::uint32_t number) {
        const StoredEntry entry = this->entry(number);
        return entry.origin == origin && target_of(entry) == prefix;
    });
}


// Why the entry `prefix`, which covers the URL's path, does not allow it.
AllowlistRule AllowlistTable::judge_prefix(const StoredEntry& prefix,
                                           const Url& url,
                                           QueryMatching matching) const
{
    const std::string_view below = url.path.substr(prefix.path_size);

    if (url.plain_path ? has_empty_segment(below) : is_ambiguous_path(below)) {
        return AllowlistRule::unsafe_under_wildcard;
    }
    if (matching == QueryMatching::compared && !is_bare(url)) {
        return AllowlistRule::query_not_listed;
    }
    return AllowlistRule::ok;
}


// Looks among the entries of one origin.
void AllowlistTable::look_in(std::uint32_t origin, const Url& url,
                             QueryMatching matching,
                             AllowlistFinding& finding) const
{
    const bool compared = matching == QueryMatching::compared;
    const std::uint32_t same =
        compared ? find_target(origin, url.text.substr(url.origin.size()))
                 : find_path(origin, url.path);
    if (same != none) {
        finding = {AllowlistRule::ok, same};
        return;
    }

    AllowlistRule rule = AllowlistRule::path_not_listed;
    const std::uint32_t prefix = find_prefix(origin, url.path);
    if (prefix != none) {
        rule = judge_prefix(entry(prefix), url, matching);
        if (rule == AllowlistRule::ok) {
            finding = {AllowlistRule::ok, prefix};
            return;
        }
    }
    if (compared && find_path(origin, url.path) != none) {
        rule = AllowlistRule::query_not_listed;
    }
    finding.rule = std::max(finding.rule, rule);
}


AllowlistFinding AllowlistTable::find(const Url& url,
                                      QueryMatching matching) const
{
    // the shortest way, for what holds() does not find
    if (matching == QueryMatching::ignored && !is_bare(url)) {
        const std::uint32_t same = find_url(url.without_query());
        if (same != none) {
            return {AllowlistRule::ok, same};
        }
    }

    AllowlistFinding finding;
    const std::uint32_t origin = find_origin(url.origin);
    if (origin != none) {
        look_in(origin, url, matching, finding);
        if (finding.rule == AllowlistRule::ok) {
            return finding;
        }
    }
    const std::uint32_t pattern = find_origin_pattern(url);
    if (pattern != none) {
        look_in(pattern, url, matching, finding);
    }
    return finding;
}


bool AllowlistTable::holds(std::string_view text) const
{
    // parse_url() refuses a longer one
    if (text.size() > url_max_length ||
        (!any_query_ && text.find('?') != text.npos)) {
        return false;
    }
    return find_url(text) != none;
}


std::uint32_t AllowlistTable::find_same(const AllowlistEntry& entry) const
{
    const std::uint32_t origin = find_origin(entry.origin);

    if (origin == none) {
        return none;
    }
    return entry.path_pattern ? find_exact_prefix(origin, entry.target)
                              : find_target(origin, entry.target);
}

}  // namespace logout
