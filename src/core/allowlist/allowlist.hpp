// Where a browser may be sent: the entries of logout_return_url and of a
// client's return_url, compiled at configuration time.

#ifndef LOGOUT_ALLOWLIST_HPP
#define LOGOUT_ALLOWLIST_HPP

#include "core/url/url.hpp"

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// Whether the query and fragment of a URL take part in matching: where they
// are compared, they are those of the entry, and absent where the entry has
// none.
enum class QueryMatching { ignored, compared };

// Why a URL is not sent, as exactly as it is known.
enum class AllowlistRule {
    ok,
    not_a_url,  // the grammar refused it: see `grammar`
    origin_not_listed,
    path_not_listed,
    query_not_listed,
    unsafe_under_wildcard,  // below a "/*" entry: see is_ambiguous_path()
};

struct AllowlistVerdict {
    AllowlistRule rule = AllowlistRule::ok;
    UrlRule grammar = UrlRule::ok;

    explicit operator bool() const { return rule == AllowlistRule::ok; }
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(const AllowlistVerdict& verdict);

// What `nginx -t` says of an entry. An error refuses the configuration.
struct AllowlistProblem {
    enum class Severity { error, warning } severity;
    std::string message;    // the reason; the caller quotes the entry
    std::size_t entry = 0;  // of a list: how many stand before it
};

// Built entry by entry while the configuration is read, then compiled, then
// immutable and safe to read from anywhere. Matching allocates nothing and
// costs the same for one entry as for 100,000.
class Allowlist {
public:
    Allowlist();
    ~Allowlist();
    Allowlist(Allowlist&&) noexcept;
    Allowlist& operator=(Allowlist&&) noexcept;

    // Adds an entry as it is written in nginx.conf:
    //
    //     https://app.example.com/bye     that URL
    //     https://app.example.com/docs/*  any path below /docs/
    //     https://*.example.com/bye       one label in place of "*"
    //     /bye, /account/*                on the origin of the request
    //     http://127.0.0.1:*/callback     any port of a loopback address
    //     com.example.app://signed-out    that URL (RFC 8252, section 7.1)
    //
    // Returns what is wrong with it: it is not added then. An entry that is in
    // the list already is an error, too.
    std::vector<AllowlistProblem> add(std::string_view entry);

    // Ends building, and moves the list to `memory`, which outlives it: close
    // together, since looking a URL up in a large list costs little else than
    // waiting for memory. Returns warnings of the list as a whole (http: beside
    // https: for one host, entries that another one already covers), at most
    // ten of each kind.
    std::vector<AllowlistProblem> compile(
        std::pmr::memory_resource* memory = std::pmr::get_default_resource());

    // Warnings of using the list where queries are `matching`: entries that
    // allow more there than they seem to. At most ten.
    std::vector<AllowlistProblem> lint(QueryMatching matching) const;

    // Has the processor fetch a compiled list, as far as it is short, while
    // something else is done: where there are 10,000 of them, match() and
    // holds() would wait for one piece of memory after the other.
    void prefetch() const;

    bool empty() const { return size() == 0; }

    // How many entries there are.
    std::size_t size() const;

    // The first entry, canonical: where a browser goes when it asks for
    // nothing. Empty if there is no entry. The first entry must be a plain
    // URL; add() refuses a pattern in that place.
    std::string_view default_url() const;

    // Whether a browser may be sent to `url`.
    AllowlistVerdict match(const Url& url, QueryMatching matching) const;

    // Whether `text` is, byte by byte, the canonical form of an entry without
    // a pattern: a browser may be sent there, and parse_url() would make
    // nothing else of it. False says nothing.
    bool holds(std::string_view text) const;

    // The entry, as written in nginx.conf, that allows `url`; empty if none.
    std::string_view matching_entry(const Url& url, QueryMatching) const;

    // The entry, as written in nginx.conf, that is most like a refused `url`;
    // empty if nothing is. Looks at a bounded number of entries. For logs and
    // logout_explain: slower than match().
    std::string_view nearest_entry(const Url& url) const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  // not shared: in the memory of the list
};

}  // namespace logout

#endif
