#include "core/answer/event.hpp"

#include "core/base/digest.hpp"
#include "core/base/json_writer.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::size_t longest_field_name = 64;

constexpr std::string_view own_fields[] = {"v",       "result",   "protocol",
                                           "client",  "sessions", "token",
                                           "request", "time"};


std::string_view hash(std::string_view secret,
                      std::pmr::memory_resource* memory)
{
    if (secret.empty()) {
        return {};
    }

    return hex_text(Digest(DigestAlgorithm::sha256).add(secret).finish().view(),
                    memory);
}


std::pmr::vector<std::string_view>
hash_sessions(const LogoutEvent& event, std::pmr::memory_resource* memory)
{
    std::pmr::vector<std::string_view> hashes(memory);

    hashes.reserve(event.session_ids.size());
    for (const std::string_view id : event.session_ids) {
        hashes.push_back(hash(id, memory));
    }

    return hashes;
}


std::string_view join_words(const std::pmr::vector<std::string_view>& words,
                            std::pmr::memory_resource* memory)
{
    std::string_view text;

    for (const std::string_view word : words) {
        text = join_text(memory, {text, text.empty() ? "" : " ", word});
    }

    return text;
}


std::string_view seconds(std::uint64_t milliseconds,
                         std::pmr::memory_resource* memory)
{
    std::pmr::string text(memory);

    append_thousandths(text, milliseconds);
    return join_text(memory, {text});
}


// The fields that have one value, in a stream as in a message.
struct SingleFields {
    SingleFields(const LogoutEvent& event, std::pmr::memory_resource* memory)
        : fields{{"v", event_version},
                 {"result", name(event.result)},
                 {"protocol", event.protocol},
                 {"client", event.client},
                 {"token", hash(event.token, memory)},
                 {"request", event.request},
                 {"time", seconds(event.milliseconds, memory)}}
    {
    }

    EventField fields[7];
};


std::pmr::vector<std::string_view>
stream_command(const EventTarget& target, const LogoutEvent& event,
               std::pmr::memory_resource* memory)
{
    std::pmr::vector<std::string_view> command(
        {"XADD", target.name, "MAXLEN", "~", target.max_length, "*"}, memory);

    for (const EventField& field : SingleFields(event, memory).fields) {
        command.insert(command.end(), {field.name, field.value});
    }

    command.insert(
        command.end(),
        {"sessions", join_words(hash_sessions(event, memory), memory)});

    for (const EventField& field : event.fields) {
        command.insert(command.end(), {field.name, field.value});
    }

    return command;
}


std::string_view message(const LogoutEvent& event,
                         std::pmr::memory_resource* memory)
{
    std::pmr::string text(memory);
    JsonWriter json(text);

    json.open('{');
    for (const EventField& field : SingleFields(event, memory).fields) {
        json.member(field.name).text(field.value);
    }

    json.member("sessions").open('[');
    for (const std::string_view session : hash_sessions(event, memory)) {
        json.text(session);
    }
    json.close(']');

    for (const EventField& field : event.fields) {
        json.member(field.name).text(field.value);
    }
    json.close('}');

    return join_text(memory, {text});
}


bool is_field_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

}  // namespace


std::optional<std::string_view> event_field_problem(std::string_view name)
{
    if (name.empty() || name.size() > longest_field_name ||
        !std::all_of(name.begin(), name.end(), is_field_byte)) {
        return "a field's name is of letters, digits and \"_\"";
    }

    if (std::find(std::begin(own_fields), std::end(own_fields), name) !=
        std::end(own_fields)) {
        return "every event has a field of this name";
    }

    return std::nullopt;
}


std::pmr::vector<std::string_view>
event_command(const EventTarget& target, const LogoutEvent& event,
              std::pmr::memory_resource* memory)
{
    if (target.kind == EventTarget::Kind::stream) {
        return stream_command(target, event, memory);
    }

    return std::pmr::vector<std::string_view>(
        {"PUBLISH", target.name, message(event, memory)}, memory);
}

}  // namespace logout
