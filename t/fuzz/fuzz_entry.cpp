// Entries of the stream of revocations: the texts of the input are separated by
// zero bytes. What is accepted is bounded, and the same when it is written and
// read again.

#include "fuzz.hpp"

#include "core/revocation/stream_entry.hpp"

#include <string>
#include <vector>

namespace {

using logout::StreamEntry;
using logout::StreamEntryProblem;

constexpr logout::Milliseconds lifetime = 30 * 24 * 3600 * std::uint64_t{1000};
constexpr logout::StreamPlace place = {1800000000000, 0};


std::vector<std::string_view> split(std::string_view input)
{
    std::vector<std::string_view> texts;
    std::size_t end = 0;

    while ((end = input.find('\0')) != std::string_view::npos) {
        texts.push_back(input.substr(0, end));
        input.remove_prefix(end + 1);
    }
    texts.push_back(input);
    return texts;
}


StreamEntryProblem parse(const std::string_view* texts, std::size_t count,
                         StreamEntry& entry)
{
    return logout::parse_stream_entry(texts, count, place, lifetime, entry);
}


void check(const StreamEntry& entry, std::string_view input)
{
    REQUIRE(is_inside(entry.realm, input) && is_inside(entry.value, input));
    REQUIRE(entry.digest.has_value() == entry.value.empty());
    REQUIRE(entry.value.size() <= logout::revocation_name_max_length);
    REQUIRE(entry.realm.size() <= logout::revocation_name_max_length);
    REQUIRE(entry.kind != logout::RevocationKind::cookie || entry.digest);
    REQUIRE(entry.since <= place.milliseconds + (entry.lift ? 1 : 0));
    REQUIRE(entry.expires <= place.milliseconds + lifetime);
}

}  // namespace


extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size)
{
    const logout::RevocationKeys keys({1, 2});
    const std::string_view input = to_view(data, size);
    const std::vector<std::string_view> texts = split(input);
    StreamEntry entry;
    const StreamEntryProblem problem = parse(texts.data(), texts.size(), entry);

    REQUIRE(*logout::describe(problem) != '\0');
    if (problem != StreamEntryProblem::none) {
        return 0;
    }
    check(entry, input);

    const logout::StreamEntryFields fields(entry);
    StreamEntry again;

    REQUIRE(parse(fields.data(), fields.size(), again) ==
            StreamEntryProblem::none);
    REQUIRE(again.kind == entry.kind && again.lift == entry.lift);
    REQUIRE(again.key(keys) == entry.key(keys));
    REQUIRE(again.expires == entry.expires);

    const auto read_place = logout::parse_stream_place(input);

    if (read_place) {
        REQUIRE(logout::StreamPlaceText(*read_place).view().size() <=
                input.size());
    }
    return 0;
}
