// The entries of a return-URL list as hash tables: by origin, then by path.

#ifndef LOGOUT_ALLOWLIST_TABLE_HPP
#define LOGOUT_ALLOWLIST_TABLE_HPP

#include "core/allowlist/allowlist.hpp"
#include "core/allowlist/entry.hpp"
#include "core/base/hash_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// A text of the table's store. Offsets instead of pointers halve the memory
// of a list, and stay right while the store grows.
struct StoredText {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
};

struct StoredOrigin {
    StoredText text;  // AllowlistEntry::origin
    HostPattern pattern = HostPattern::none;
    std::size_t first_entry = 0;  // its place in entries()
};

// Lies in the store, before its texts: looking a URL up in a large list costs
// little else than waiting for memory, and so waits once for both. Its number
// is where it lies.
struct StoredEntry {
    StoredText written;  // in nginx.conf
    StoredText url;      // AllowlistEntry::origin and target
    std::uint32_t origin = HashIndex::none;
    std::uint16_t origin_size = 0;  // of `url`
    std::uint16_t path_size = 0;    // of what follows
    bool path_pattern = false;
};

// The entry that allows a URL, or the reason why none does, from the one that
// came closest.
struct AllowlistFinding {
    AllowlistRule rule = AllowlistRule::origin_not_listed;
    std::uint32_t entry = HashIndex::none;
};

class AllowlistTable {
public:
    // `memory` outlives the table.
    explicit AllowlistTable(std::pmr::memory_resource* memory);

    // A copy in other memory, which outlives it, and of which it takes no more
    // than it needs.
    AllowlistTable(const AllowlistTable& other,
                   std::pmr::memory_resource* memory);

    // Whether an entry of this length can still be added.
    bool has_room_for(std::size_t written_size) const;

    void add(const AllowlistEntry& entry, std::string_view written);

    AllowlistFinding find(const Url& url, QueryMatching matching) const;

    // Allowlist::holds()
    bool holds(std::string_view text) const;

    // The entry that says the same as `entry`, or HashIndex::none.
    std::uint32_t find_same(const AllowlistEntry& entry) const;

    // The "/*" entry of an origin with the longest path that covers `path`, or
    // HashIndex::none.
    std::uint32_t find_prefix(std::uint32_t origin,
                              std::string_view path) const;

    // The origin with this text, or HashIndex::none.
    std::uint32_t find_origin(std::string_view text) const;

    // The origin with a pattern ("*." or ":*") that covers that of `url`, or
    // HashIndex::none.
    std::uint32_t find_origin_pattern(const Url& url) const;

    const std::pmr::vector<StoredOrigin>& origins() const { return origins_; }

    // The numbers of all entries, in the order of adding.
    const std::pmr::vector<std::uint32_t>& entries() const { return entries_; }

    StoredEntry entry(std::uint32_t number) const
    {
        StoredEntry entry;
        std::memcpy(&entry, store_.data() + number, sizeof entry);
        return entry;
    }

    std::string_view view(StoredText text) const
    {
        return {store_.data() + text.begin, text.size};
    }

    // AllowlistEntry::target
    std::string_view target_of(const StoredEntry& entry) const
    {
        return view(entry.url).substr(entry.origin_size);
    }

    std::string_view path_of(const StoredEntry& entry) const
    {
        return target_of(entry).substr(0, entry.path_size);
    }

private:
    StoredText store(std::string_view text);
    StoredText store_or_share(std::string_view text, StoredText with);
    std::uint32_t add_origin(const AllowlistEntry& entry, StoredText url);
    void index_origin(const AllowlistEntry& entry, std::uint32_t id);
    void index_entry(std::uint32_t number);

    std::uint32_t find_url(std::string_view text) const;
    std::uint32_t find_any_label(const Url& url) const;
    std::uint32_t find_target(std::uint32_t origin,
                              std::string_view target) const;
    std::uint32_t find_path(std::uint32_t origin, std::string_view path) const;
    std::uint32_t find_exact_prefix(std::uint32_t origin,
                                    std::string_view prefix) const;
    void look_in(std::uint32_t origin, const Url& url, QueryMatching matching,
                 AllowlistFinding& finding) const;
    AllowlistRule judge_prefix(const StoredEntry& prefix, const Url& url,
                               QueryMatching matching) const;

    // First what most look-ups need, and no more than that.
    HashIndex urls_;  // entries without any pattern, by origin and target
    std::pmr::string store_;
    bool any_query_ = false;  // in one of urls_, or a fragment

    std::pmr::vector<StoredOrigin> origins_;
    std::pmr::vector<std::uint32_t> entries_;

    HashIndex origins_by_text_;
    HashIndex origins_by_suffix_;  // those with "*.", by what follows the "*"
    std::array<std::uint32_t, 2> any_port_origins_{HashIndex::none,
                                                   HashIndex::none};

    HashIndex targets_;   // entries without "/*", by target
    HashIndex paths_;     // those of them with query or fragment, by path
    HashIndex prefixes_;  // entries with "/*", by the path before the "*"
    std::uint64_t prefix_depths_ = 0;  // bit n: one of them has n slashes
};

}  // namespace logout

#endif
