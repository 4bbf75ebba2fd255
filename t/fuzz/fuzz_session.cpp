// The cookies of sessions: whatever they hold, an id is one that the format
// can have, its keys have the format's shape, and nothing is given twice. The
// first line of the input is a format, the rest is two Cookie headers, a line
// each.

#include "fuzz.hpp"

#include "core/session/reader.hpp"

#include <algorithm>
#include <map>
#include <memory_resource>
#include <string>
#include <vector>

namespace {

using logout::DerivedSession;
using logout::DerivedSessions;
using logout::SessionReader;
using Readers = std::vector<SessionReader>;

constexpr std::size_t keys_per_session_max = 2;


void add_reader(Readers& readers, const std::string& format,
                const std::vector<std::string>& secrets)
{
    logout::SessionSettings settings;
    settings.format = format;
    settings.cookie = "c";
    if (format.find("spring") != 0) {
        settings.prefix = "prefix:";
    }
    settings.secrets = secrets;

    std::string problem;
    auto reader = SessionReader::compile(settings, problem);
    if (reader) {
        readers.push_back(std::move(*reader));
    }
}


// With secrets and without, where the format can be had so.
const Readers& readers_of(const std::string& format)
{
    static std::map<std::string, Readers> known;
    static const Readers none;

    const auto found = known.find(format);
    if (found != known.end()) {
        return found->second;
    }

    Readers readers;
    add_reader(readers, format, {});
    add_reader(readers, format, {"0123456789abcdef", "fedcba9876543210"});
    return readers.empty()
               ? none
               : known.emplace(format, std::move(readers)).first->second;
}


bool has_control_byte(std::string_view text)
{
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}


void require_sound(const DerivedSession& session)
{
    REQUIRE(!session.id.empty());
    REQUIRE(session.id.size() <= logout::session_id_max_length);
    REQUIRE(!has_control_byte(session.id));
    REQUIRE(!session.keys.empty());
    REQUIRE(session.keys.size() <= keys_per_session_max);

    for (const std::string_view key : session.keys) {
        REQUIRE(!has_control_byte(key));
        REQUIRE(key.find("prefix:") == 0 ||
                key.find("spring:session:sessions:") == 0);
    }
}


std::string_view take_line(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);

    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace


extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size)
{
    std::string_view text = to_view(data, size);
    const std::string format(take_line(text));
    const std::string_view first = take_line(text);
    const std::string_view headers[] = {first, text};

    for (const SessionReader& reader : readers_of(format)) {
        std::pmr::monotonic_buffer_resource memory;
        DerivedSessions sessions(&memory);
        reader.derive(headers, 2, &memory, sessions);

        for (std::size_t i = 0; i < sessions.size(); i++) {
            require_sound(sessions[i]);
            for (std::size_t j = 0; j < i; j++) {
                REQUIRE(!std::equal(
                    sessions[j].keys.begin(), sessions[j].keys.end(),
                    sessions[i].keys.begin(), sessions[i].keys.end()));
            }
        }
    }
    return 0;
}
