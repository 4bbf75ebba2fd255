#include "core/allowlist/allowlist.hpp"

#include "core/allowlist/entry.hpp"
#include "core/allowlist/lint.hpp"
#include "core/allowlist/table.hpp"

#include <string>
#include <utility>

namespace logout {

namespace {

// What processors fetch at once: a line of 64 bytes and its neighbour.
constexpr std::size_t fetched_size = 128;

// About what a list of ten URLs takes.
constexpr std::size_t prefetched_size = 10 * fetched_size;


AllowlistProblem error(std::string message)
{
    return {AllowlistProblem::Severity::error, std::move(message)};
}

}  // namespace


struct Allowlist::Impl {
    explicit Impl(std::pmr::memory_resource* memory)
        : table(memory), default_url(memory)
    {
    }

    Impl(const Impl& other, std::pmr::memory_resource* memory)
        : table(other.table, memory), default_url(other.default_url, memory)
    {
    }

    AllowlistTable table;
    std::pmr::string default_url;
};


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
        return "a path that a \"/*\" entry allows may not hold \";\" or an "
               "empty segment (\"//\"), nor escapes of / \\ ; % or of bytes "
               "that are not UTF-8";
    }
    return "the URL is not allowed";
}


Allowlist::Allowlist()
    : impl_(std::make_shared<Impl>(std::pmr::get_default_resource()))
{
}


Allowlist::~Allowlist() = default;


Allowlist::Allowlist(Allowlist&&) noexcept = default;


Allowlist& Allowlist::operator=(Allowlist&&) noexcept = default;


std::vector<AllowlistProblem> Allowlist::add(std::string_view written)
{
    AllowlistTable& table = impl_->table;
    AllowlistEntry entry;

    std::string problem = parse_allowlist_entry(written, entry);
    if (!problem.empty()) {
        return {error(std::move(problem))};
    }
    if (empty() && entry.is_pattern()) {
        return {error("the first entry is where a browser goes that asks for "
                      "nothing: it cannot be a pattern")};
    }
    if (!table.has_room_for(written.size())) {
        return {error("the list is too long")};
    }

    const std::uint32_t same = table.find_same(entry);
    if (same != HashIndex::none) {
        return {refuse_duplicate(table, same)};
    }

    if (empty()) {
        impl_->default_url = entry.origin + entry.target;
    }
    table.add(entry, written);
    return {};
}


std::vector<AllowlistProblem>
Allowlist::compile(std::pmr::memory_resource* memory)
{
    impl_ = std::allocate_shared<Impl>(
        std::pmr::polymorphic_allocator<Impl>(memory), *impl_, memory);
    return lint_allowlist(impl_->table);
}


std::vector<AllowlistProblem> Allowlist::lint(QueryMatching matching) const
{
    return lint_allowlist(impl_->table, matching);
}


void Allowlist::prefetch() const
{
    const char* const begin = reinterpret_cast<const char*>(impl_.get());

    for (std::size_t at = 0; at < prefetched_size; at += fetched_size) {
        __builtin_prefetch(begin + at);
    }
}


std::size_t Allowlist::size() const
{
    return impl_->table.entries().size();
}


std::string_view Allowlist::default_url() const
{
    return impl_->default_url;
}


AllowlistVerdict Allowlist::match(const Url& url, QueryMatching matching) const
{
    return {impl_->table.find(url, matching).rule, UrlRule::ok};
}


bool Allowlist::holds(std::string_view text) const
{
    return impl_->table.holds(text);
}


std::string_view Allowlist::matching_entry(const Url& url,
                                           QueryMatching matching) const
{
    const AllowlistTable& table = impl_->table;
    const std::uint32_t number = table.find(url, matching).entry;

    return number == HashIndex::none ? std::string_view()
                                     : table.view(table.entry(number).written);
}


std::string_view Allowlist::nearest_entry(const Url& url) const
{
    return nearest_allowlist_entry(impl_->table, url);
}

}  // namespace logout
