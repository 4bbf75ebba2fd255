// What a logout tells applications: an entry of a Redis stream, or a message on
// a channel.

#ifndef LOGOUT_EVENT_HPP
#define LOGOUT_EVENT_HPP

#include "core/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// The value of the field "v". It changes when a field goes or means something
// else; that one is added changes nothing.
constexpr std::string_view event_version = "1";

// Where events go.
struct EventTarget {
    enum class Kind { stream, channel };

    Kind kind = Kind::stream;
    std::string name;
    std::string max_length = "10000";  // of a stream, about; decimal digits
};

// A field of the configuration's own.
struct EventField {
    std::string_view name;
    std::string_view value;
};

struct LogoutEvent {
    explicit LogoutEvent(std::pmr::memory_resource* memory)
        : session_ids(memory), fields(memory)
    {
    }

    Result result = Result::logged_out;
    std::string_view protocol;
    std::string_view client;  // may be empty
    std::pmr::vector<std::string_view> session_ids;
    std::string_view token;          // an access token; may be empty
    std::string_view request;        // its name
    std::uint64_t milliseconds = 0;  // since 1970
    std::pmr::vector<EventField> fields;
};

// What is wrong with the name of a field of the configuration's own, or
// nothing.
std::optional<std::string_view> event_field_problem(std::string_view name);

// The command that tells `event` to `target`: XADD or PUBLISH. Session ids and
// the token appear in it only as SHA-256, in hexadecimal digits. The views
// point into `memory`, the target and the event.
std::pmr::vector<std::string_view>
event_command(const EventTarget& target, const LogoutEvent& event,
              std::pmr::memory_resource* memory);

}  // namespace logout

#endif
