#include "logout_allowlist.hpp"

#include "logout_allowlist_entry.hpp"
#include "logout_hash_index.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace logout {

namespace {

constexpr std::uint32_t none = HashIndex::none;

// More than this the list does not take: offsets into it have 32 bits.
constexpr std::size_t text_limit = 0x7fffffff;

// How many entries nearest_entry() compares.
constexpr std::uint32_t nearest_limit = 256;

// How many problems of one kind compile() reports.
constexpr std::size_t problem_limit = 10;


struct Text {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
};


struct Origin {
    Text text;
    HostPattern pattern = HostPattern::none;
    std::uint32_t first_entry = none;
};


struct Entry {
    Text written;  // in nginx.conf
    Text target;   // canonical path, query and fragment
    std::uint32_t origin = none;
    std::uint16_t path_size = 0;  // of `target`
    bool path_pattern = false;
};


// The origins of the list that a URL's origin may be: itself, and the pattern
// that covers it.
struct OriginCandidates {
    std::array<std::uint32_t, 2> ids{};
    std::size_t count = 0;

    const std::uint32_t* begin() const { return ids.data(); }
    const std::uint32_t* end() const { return ids.data() + count; }

    void add(std::uint32_t id)
    {
        if (id != none) {
            ids[count++] = id;
        }
    }
};


// What one look at the list found: the entry that allows the URL, or the
// reason why none does.
struct Finding {
    AllowlistRule rule = AllowlistRule::origin_not_listed;
    std::uint32_t entry = none;
};


// A label that "*" stands for: letters, digits and hyphens, the latter not at
// its ends. Not an IDN label: one can look like another name.
bool is_wildcard_label(std::string_view label)
{
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           label.find('_') == label.npos && label.substr(0, 4) != "xn--";
}


// Part of a web origin behind "https://*": ".example.com:8443".
std::string_view behind_first_label(std::string_view origin,
                                    std::size_t authority)
{
    return origin.substr(std::min(origin.find('.', authority), origin.size()));
}


bool is_any_port_host(const Url& url)
{
    return url.kind == UrlKind::web && url.scheme == "http" &&
           (url.host == "127.0.0.1" || url.host == "[::1]");
}


bool is_well_formed_lead(int byte, int next)
{
    // overlong forms, which some decoders take for "." or "/"
    return byte != 0xc0 && byte != 0xc1 && !(byte == 0xe0 && next < 0xa0) &&
           !(byte == 0xf0 && next < 0x90);
}


int hex_at(std::string_view text, std::size_t i)
{
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };

    return value(text[i]) * 16 + value(text[i + 1]);
}


// Whether servers may read `path` as another one: encoded slashes, an encoded
// "%", a ";" that some cut the segment at, overlong UTF-8.
bool is_ambiguous(std::string_view path)
{
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == ';') {
            return true;
        }
        if (path[i] != '%') {
            continue;
        }
        const int byte = hex_at(path, i + 1);
        const bool pair = i + 5 < path.size() && path[i + 3] == '%';
        const int next = pair ? hex_at(path, i + 4) : 0xff;
        if (byte == '/' || byte == '\\' || byte == '%' || byte == ';' ||
            !is_well_formed_lead(byte, next)) {
            return true;
        }
    }
    return false;
}


std::size_t common_prefix(std::string_view a, std::string_view b)
{
    const std::size_t size = std::min(a.size(), b.size());
    const auto end = a.begin() + static_cast<std::ptrdiff_t>(size);
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}


AllowlistProblem error(std::string message)
{
    return {AllowlistProblem::Severity::error, std::move(message)};
}


AllowlistProblem warning(std::string message)
{
    return {AllowlistProblem::Severity::warning, std::move(message)};
}


std::string quote(std::string_view text)
{
    return '"' + std::string(text) + '"';
}

}  // namespace


struct Allowlist::Impl {
    std::string texts;
    std::string default_url;
    std::vector<Origin> origins;
    std::vector<Entry> entries;

    HashIndex origins_by_text;
    HashIndex origins_by_suffix;  // those with "*."
    std::array<std::uint32_t, 2> any_port_origins{none, none};

    HashIndex targets;   // plain paths: by path, query and fragment
    HashIndex paths;     // the same, those with query or fragment, by path
    HashIndex prefixes;  // "/*" entries, by the path before the "*"
    std::uint64_t prefix_depths = 0;  // bit n: a prefix with n slashes exists

    std::string_view view(Text text) const
    {
        return std::string_view(texts).substr(text.begin, text.size);
    }

    std::string_view path_of(const Entry& entry) const
    {
        return view(entry.target).substr(0, entry.path_size);
    }

    Text store(std::string_view text);
    Text store_or_share(std::string_view text, Text with);

    std::uint32_t find_origin(std::string_view text) const;
    std::uint32_t find_any_label(const Url& url) const;
    std::uint32_t find_any_port(const Url& url) const;
    OriginCandidates candidates(const Url& url) const;
    std::uint32_t add_origin(const AllowlistEntry& entry, Text written);

    std::uint32_t find_target(std::uint32_t origin,
                              std::string_view target) const;
    std::uint32_t find_path(std::uint32_t origin, std::string_view path) const;
    std::uint32_t find_prefix(std::uint32_t origin,
                              std::string_view path) const;
    std::uint32_t find_plain(std::uint32_t origin, const Url& url,
                             QueryMatching matching) const;
    void look_in(std::uint32_t origin, const Url& url, QueryMatching matching,
                 Finding& finding) const;
    Finding find(const Url& url, QueryMatching matching) const;

    void index(std::uint32_t number);
    std::uint32_t find_same(const AllowlistEntry& entry) const;
    std::size_t likeness(const Entry& entry, const Url& url) const;
    void report_mixed_schemes(std::vector<AllowlistProblem>& problems) const;
    void report_covered(std::vector<AllowlistProblem>& problems) const;
};


Text Allowlist::Impl::store(std::string_view text)
{
    const Text stored{static_cast<std::uint32_t>(texts.size()),
                      static_cast<std::uint32_t>(text.size())};

    texts += text;
    return stored;
}


// Most canonical texts are a part of what nginx.conf says.
Text Allowlist::Impl::store_or_share(std::string_view text, Text with)
{
    const std::size_t found = view(with).rfind(text);

    if (found == std::string_view::npos) {
        return store(text);
    }
    return {with.begin + static_cast<std::uint32_t>(found),
            static_cast<std::uint32_t>(text.size())};
}


std::uint32_t Allowlist::Impl::find_origin(std::string_view text) const
{
    return origins_by_text.find(hash_text(text, 0), [&](std::uint32_t id) {
        return view(origins[id].text) == text;
    });
}


std::uint32_t Allowlist::Impl::find_any_label(const Url& url) const
{
    if (origins_by_suffix.empty() || url.kind != UrlKind::web) {
        return none;
    }

    const std::size_t authority = url.scheme.size() + 3;
    const std::string_view suffix = behind_first_label(url.origin, authority);
    const std::string_view label = url.host.substr(0, url.host.find('.'));
    const std::string_view scheme = url.origin.substr(0, authority);

    const std::uint32_t id = origins_by_suffix.find(
        hash_text(suffix, authority), [&](std::uint32_t number) {
            const std::string_view text = view(origins[number].text);
            return text.substr(0, authority) == scheme &&
                   text.substr(authority + 1) == suffix;
        });
    return id != none && is_wildcard_label(label) ? id : none;
}


std::uint32_t Allowlist::Impl::find_any_port(const Url& url) const
{
    return is_any_port_host(url) ? any_port_origins[url.host[0] == '['] : none;
}


OriginCandidates Allowlist::Impl::candidates(const Url& url) const
{
    OriginCandidates found;

    found.add(find_origin(url.origin));
    const std::uint32_t any_port = find_any_port(url);
    found.add(any_port == none ? find_any_label(url) : any_port);
    return found;
}


std::uint32_t Allowlist::Impl::add_origin(const AllowlistEntry& entry,
                                          Text written)
{
    const std::uint32_t known = find_origin(entry.origin);
    if (known != none) {
        return known;
    }

    const auto id = static_cast<std::uint32_t>(origins.size());
    Origin origin;
    origin.text = store_or_share(entry.origin, written);
    origin.pattern = entry.host_pattern;
    origin.first_entry = static_cast<std::uint32_t>(entries.size());
    origins.push_back(origin);
    origins_by_text.insert(hash_text(entry.origin, 0), id);

    if (entry.host_pattern == HostPattern::any_label) {
        const std::size_t authority = entry.origin.find('*');
        const std::string_view suffix =
            std::string_view(entry.origin).substr(authority + 1);
        origins_by_suffix.insert(hash_text(suffix, authority), id);
    } else if (entry.host_pattern == HostPattern::any_port) {
        any_port_origins[entry.host[0] == '['] = id;
    }
    return id;
}


std::uint32_t Allowlist::Impl::find_target(std::uint32_t origin,
                                           std::string_view target) const
{
    return targets.find(hash_text(target, origin), [&](std::uint32_t number) {
        const Entry& entry = entries[number];
        return entry.origin == origin && view(entry.target) == target;
    });
}


std::uint32_t Allowlist::Impl::find_path(std::uint32_t origin,
                                         std::string_view path) const
{
    const std::uint32_t plain = find_target(origin, path);
    if (plain != none) {
        return plain;
    }
    return paths.find(hash_text(path, origin), [&](std::uint32_t number) {
        const Entry& entry = entries[number];
        return entry.origin == origin && path_of(entry) == path;
    });
}


// Tries the beginnings of `path` that end in a slash and are as deep as some
// entry of the list, the shortest first.
std::uint32_t Allowlist::Impl::find_prefix(std::uint32_t origin,
                                           std::string_view path) const
{
    std::uint64_t depths = prefix_depths;
    std::size_t slash = path.find('/');

    for (; depths > 1 && slash != path.npos;
         slash = path.find('/', slash + 1)) {
        depths >>= 1;
        if ((depths & 1) == 0) {
            continue;
        }
        const std::string_view prefix = path.substr(0, slash + 1);
        const std::uint32_t number = prefixes.find(
            hash_text(prefix, origin), [&](std::uint32_t candidate) {
                const Entry& entry = entries[candidate];
                return entry.origin == origin && view(entry.target) == prefix;
            });
        if (number != none) {
            return number;
        }
    }
    return none;
}


std::uint32_t Allowlist::Impl::find_plain(std::uint32_t origin, const Url& url,
                                          QueryMatching matching) const
{
    return matching == QueryMatching::compared
               ? find_target(origin, url.text.substr(url.origin.size()))
               : find_path(origin, url.path);
}


// Looks among the entries of one origin; `finding` keeps the reason that came
// closest to an entry.
void Allowlist::Impl::look_in(std::uint32_t origin, const Url& url,
                              QueryMatching matching, Finding& finding) const
{
    const auto refuse = [&finding](AllowlistRule rule) {
        finding.rule = std::max(finding.rule, rule);
    };

    const std::uint32_t plain = find_plain(origin, url, matching);
    if (plain != none) {
        finding = {AllowlistRule::ok, plain};
        return;
    }

    refuse(AllowlistRule::path_not_listed);
    const bool bare = !url.has_query && !url.has_fragment;
    const std::uint32_t prefix = find_prefix(origin, url.path);
    if (prefix == none) {
        if (!bare && find_path(origin, url.path) != none) {
            refuse(AllowlistRule::query_not_listed);
        }
        return;
    }
    if (!url.plain_path &&
        is_ambiguous(url.path.substr(entries[prefix].path_size))) {
        refuse(AllowlistRule::unsafe_under_wildcard);
        return;
    }
    if (matching == QueryMatching::compared && !bare) {
        refuse(AllowlistRule::query_not_listed);
        return;
    }
    finding = {AllowlistRule::ok, prefix};
}


Finding Allowlist::Impl::find(const Url& url, QueryMatching matching) const
{
    Finding finding;

    for (const std::uint32_t origin : candidates(url)) {
        look_in(origin, url, matching, finding);
        if (finding.rule == AllowlistRule::ok) {
            break;
        }
    }
    return finding;
}


void Allowlist::Impl::index(std::uint32_t number)
{
    const Entry& entry = entries[number];
    const std::string_view target = view(entry.target);
    const std::string_view path = path_of(entry);

    if (entry.path_pattern) {
        prefixes.insert(hash_text(target, entry.origin), number);
        prefix_depths |= std::uint64_t{1}
                         << std::count(path.begin(), path.end(), '/');
        return;
    }
    targets.insert(hash_text(target, entry.origin), number);
    if (path.size() < target.size() && find_path(entry.origin, path) == none) {
        paths.insert(hash_text(path, entry.origin), number);
    }
}


// An earlier entry that says the same.
std::uint32_t Allowlist::Impl::find_same(const AllowlistEntry& entry) const
{
    const std::uint32_t origin = find_origin(entry.origin);
    if (origin == none) {
        return none;
    }
    if (!entry.path_pattern) {
        return find_target(origin, entry.target);
    }
    const std::uint32_t prefix = find_prefix(origin, entry.target);
    return prefix != none && view(entries[prefix].target) == entry.target
               ? prefix
               : none;
}


// How alike an entry and a URL are: the host counts more than anything else.
std::size_t Allowlist::Impl::likeness(const Entry& entry, const Url& url) const
{
    const std::string_view origin = view(origins[entry.origin].text);
    const std::string_view target = view(entry.target);
    const std::string_view wanted = url.text.substr(url.origin.size());

    if (origin == url.origin) {
        return 4 * url_max_length + common_prefix(target, wanted);
    }
    const bool same_host =
        !url.host.empty() && origin.find(url.host) != origin.npos;
    const std::size_t alike =
        common_prefix(target, wanted) + common_prefix(origin, url.origin);
    return alike + (same_host ? 2 * url_max_length : 0);
}


// Whoever can read or change http: traffic can read or change the answer to
// a redirect to it.
void Allowlist::Impl::report_mixed_schemes(
    std::vector<AllowlistProblem>& problems) const
{
    std::size_t reported = 0;

    for (const Origin& origin : origins) {
        const std::string text(view(origin.text));
        const bool is_http = text.compare(0, 7, "http://") == 0;
        if (!is_http || find_origin("https" + text.substr(4)) == none) {
            continue;
        }
        if (++reported > problem_limit) {
            return;
        }
        problems.push_back(warning(quote(text) +
                                   " is listed beside its https: form; "
                                   "its traffic can be read and changed "
                                   "on the way"));
    }
}


void Allowlist::Impl::report_covered(
    std::vector<AllowlistProblem>& problems) const
{
    std::size_t reported = 0;

    for (const Entry& entry : entries) {
        const std::string_view target = view(entry.target);
        const std::uint32_t prefix = find_prefix(entry.origin, path_of(entry));
        if (prefix == none || view(entries[prefix].target) == target ||
            entry.path_size < target.size() ||
            is_ambiguous(target.substr(entries[prefix].path_size))) {
            continue;
        }
        if (++reported > problem_limit) {
            return;
        }
        problems.push_back(warning(quote(view(entry.written)) +
                                   " is already allowed by " +
                                   quote(view(entries[prefix].written))));
    }
}


const char* describe(const AllowlistVerdict& verdict)
{
    switch (verdict.rule) {
    case AllowlistRule::ok:
        return "the URL is allowed";
    case AllowlistRule::not_a_url:
        return describe(verdict.grammar);
    case AllowlistRule::origin_not_listed:
        return "no entry has the URL's scheme, host and port";
    case AllowlistRule::path_not_listed:
        return "no entry for the URL's host has its path";
    case AllowlistRule::query_not_listed:
        return "no entry for the URL's path has its query and fragment";
    case AllowlistRule::unsafe_under_wildcard:
        return "a path that a \"/*\" entry allows may not hold \";\" or "
               "escapes of / \\ ; % or of malformed UTF-8";
    }
    return "the URL is not allowed";
}


Allowlist::Allowlist() : impl_(std::make_unique<Impl>()) {}


Allowlist::~Allowlist() = default;


Allowlist::Allowlist(Allowlist&&) noexcept = default;


Allowlist& Allowlist::operator=(Allowlist&&) noexcept = default;


std::vector<AllowlistProblem> Allowlist::add(std::string_view written)
{
    Impl& list = *impl_;
    AllowlistEntry parsed;

    std::string problem = parse_allowlist_entry(written, parsed);
    if (problem.empty() && list.entries.empty() && parsed.is_pattern()) {
        problem = "the first entry is where a browser goes that asks for "
                  "nothing: it cannot be a pattern";
    }
    if (problem.empty() &&
        list.texts.size() + written.size() + 3 * url_max_length > text_limit) {
        problem = "the list is too long";
    }
    if (!problem.empty()) {
        return {error(std::move(problem))};
    }

    const std::uint32_t same = list.find_same(parsed);
    if (same != none) {
        return {warning("is the same as " +
                        quote(list.view(list.entries[same].written)) +
                        " before it")};
    }

    Entry entry;
    entry.written = list.store(written);
    entry.origin = list.add_origin(parsed, entry.written);
    entry.target = list.store_or_share(parsed.target, entry.written);
    entry.path_size = static_cast<std::uint16_t>(parsed.path_size);
    entry.path_pattern = parsed.path_pattern;
    list.entries.push_back(entry);
    list.index(static_cast<std::uint32_t>(list.entries.size() - 1));

    if (list.entries.size() == 1) {
        list.default_url = parsed.origin + parsed.target;
    }
    return {};
}


std::vector<AllowlistProblem> Allowlist::compile()
{
    std::vector<AllowlistProblem> problems;

    impl_->texts.shrink_to_fit();
    impl_->origins.shrink_to_fit();
    impl_->entries.shrink_to_fit();
    impl_->report_mixed_schemes(problems);
    impl_->report_covered(problems);
    return problems;
}


bool Allowlist::empty() const
{
    return impl_->entries.empty();
}


std::string_view Allowlist::default_url() const
{
    return impl_->default_url;
}


AllowlistVerdict Allowlist::match(const Url& url, QueryMatching matching) const
{
    return {impl_->find(url, matching).rule, UrlRule::ok};
}


std::string_view Allowlist::matching_entry(const Url& url,
                                           QueryMatching matching) const
{
    const std::uint32_t number = impl_->find(url, matching).entry;

    return number == none ? std::string_view()
                          : impl_->view(impl_->entries[number].written);
}


std::string_view Allowlist::nearest_entry(const Url& url) const
{
    const Impl& list = *impl_;
    const std::size_t count = list.entries.size();
    std::size_t first = 0;
    std::size_t best = 0;
    std::string_view nearest;

    for (const std::uint32_t origin : list.candidates(url)) {
        first = list.origins[origin].first_entry;
    }
    const std::size_t last =
        std::min<std::size_t>(first + nearest_limit, count);
    for (std::size_t i = first; i < last; ++i) {
        const std::size_t alike = list.likeness(list.entries[i], url);
        if (alike > best) {
            best = alike;
            nearest = list.view(list.entries[i].written);
        }
    }
    return nearest;
}

}  // namespace logout
