#include "core/request/parameters.hpp"

#include "core/request/bearer.hpp"
#include "core/base/form_encoding.hpp"
#include "core/request/jsonp.hpp"
#include "core/request/oidc_state.hpp"
#include "core/url/url.hpp"

#include <jansson.h>

#include <cstring>
#include <memory>
#include <optional>

namespace logout {

namespace {

// In the order of enum Parameter.
constexpr std::array<std::size_t, parameter_count> max_lengths = {
    url_max_length,             // returnTo
    url_max_length,             // redirect_uri
    url_max_length,             // post_logout_redirect_uri
    256,                        // client_id
    320,                        // client_sdrn
    url_max_length,             // federated
    state_max_length,           // state
    token_length_limit,         // id_token_hint
    jsonp_callback_max_length,  // callback
    access_token_max_length,    // oauth_token
    token_length_limit,         // logout_token
    url_max_length,             // iss
    512,                        // sid
};

constexpr std::size_t longest_name =
    parameter_name(Parameter::post_logout_redirect_uri).size();


// A longer name, even if every byte of it is escaped, is an unknown one.
bool decode_name(std::string_view& name, std::pmr::memory_resource* memory)
{
    if (name.size() > 3 * longest_name) {
        return false;
    }

    const auto decoded = decode_form_component(name, memory);
    if (!decoded) {
        return false;
    }

    name = *decoded;
    return true;
}


// Nothing for a name that is not wanted.
inline std::optional<Parameter> find_wanted(std::string_view name,
                                            ParameterSet wanted)
{
    for (std::size_t i = 0; i < parameter_count; ++i) {
        const auto parameter = static_cast<Parameter>(i);
        if (name == parameter_names[i] && wanted.contains(parameter)) {
            return parameter;
        }
    }

    return std::nullopt;
}


ParameterVerdict refuse(ParameterProblem problem, Parameter parameter)
{
    return {problem, parameter_name(parameter)};
}


ParameterVerdict read_pair(std::string_view pair, ParameterSet wanted,
                           std::pmr::memory_resource* memory,
                           Parameters& parameters)
{
    const std::size_t equals = pair.find('=');
    std::string_view name = pair.substr(0, equals);

    // most names are not escaped
    auto found = find_wanted(name, wanted);
    if (!found && decode_name(name, memory)) {
        found = find_wanted(name, wanted);
    }
    if (!found) {
        return {};
    }

    const Parameter parameter = *found;
    ParameterValue& value = parameters[parameter];
    if (value.given) {
        return refuse(ParameterProblem::duplicate, parameter);
    }

    value.given = true;
    if (equals == pair.npos) {
        return {};
    }

    const std::size_t max_length =
        max_lengths[static_cast<std::size_t>(parameter)];

    value.encoded = pair.substr(equals + 1);
    if (value.encoded.size() > 3 * max_length) {
        return refuse(ParameterProblem::too_long, parameter);
    }

    const auto text = decode_form_component(value.encoded, memory);
    if (!text) {
        return refuse(ParameterProblem::malformed_escape, parameter);
    }

    if (text->size() > max_length) {
        return refuse(ParameterProblem::too_long, parameter);
    }

    value.text = *text;
    return {};
}


struct JsonRelease {
    void operator()(json_t* value) const { json_decref(value); }
};

using JsonPointer = std::unique_ptr<json_t, JsonRelease>;


std::string_view copy(std::string_view text, std::pmr::memory_resource* memory)
{
    if (text.empty()) {
        return {};
    }

    void* const place = memory->allocate(text.size(), 1);
    std::memcpy(place, text.data(), text.size());
    return {static_cast<const char*>(place), text.size()};
}


bool is_absent(Parameter parameter, const json_t* member)
{
    return json_is_null(member) ||
           (parameter == Parameter::federated && json_is_false(member));
}


ParameterVerdict read_member(const json_t* member, Parameter parameter,
                             std::pmr::memory_resource* memory,
                             Parameters& parameters)
{
    if (is_absent(parameter, member)) {
        return {};
    }

    ParameterValue& value = parameters[parameter];
    if (value.given) {
        return refuse(ParameterProblem::duplicate, parameter);
    }

    if (!json_is_string(member)) {
        if (parameter != Parameter::federated) {
            return refuse(ParameterProblem::malformed_json, parameter);
        }

        value.given = true;
        return {};
    }

    const std::string_view text(json_string_value(member),
                                json_string_length(member));
    if (text.size() > parameter_max_length(parameter)) {
        return refuse(ParameterProblem::too_long, parameter);
    }

    value.given = true;
    value.text = copy(text, memory);
    return {};
}


char to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}


bool equals_ignoring_case(std::string_view text, std::string_view lower_case)
{
    if (text.size() != lower_case.size()) {
        return false;
    }

    for (std::size_t i = 0; i < text.size(); ++i) {
        if (to_lower(text[i]) != lower_case[i]) {
            return false;
        }
    }

    return true;
}


std::string_view media_type(std::string_view content_type)
{
    std::string_view type = content_type.substr(0, content_type.find(';'));

    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) {
        type.remove_suffix(1);
    }

    while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) {
        type.remove_prefix(1);
    }

    return type;
}

}  // namespace


std::size_t parameter_max_length(Parameter parameter)
{
    return max_lengths[static_cast<std::size_t>(parameter)];
}


const char* describe(ParameterProblem problem)
{
    switch (problem) {
    case ParameterProblem::none:
        break;
    case ParameterProblem::malformed_escape:
        return "\"%\" is not followed by two hexadecimal digits";
    case ParameterProblem::duplicate:
        return "the parameter is given twice";
    case ParameterProblem::too_long:
        return "the value is too long";
    case ParameterProblem::malformed_json:
        return "the body is not a JSON object with string members";
    case ParameterProblem::invalid_value:
        return "the value does not have the form of the parameter";
    case ParameterProblem::unsupported_body:
        return "a body of type multipart/form-data is not read";
    }

    return "no problem";
}


ParameterVerdict read_form(std::string_view input, ParameterSet wanted,
                           std::pmr::memory_resource* memory,
                           Parameters& parameters)
{
    while (!input.empty()) {
        const std::size_t end = input.find('&');

        const auto verdict =
            read_pair(input.substr(0, end), wanted, memory, parameters);
        if (!verdict || end == input.npos) {
            return verdict;
        }

        input.remove_prefix(end + 1);
    }

    return {};
}


ParameterVerdict read_json(std::string_view input, ParameterSet wanted,
                           std::pmr::memory_resource* memory,
                           Parameters& parameters)
{
    const JsonPointer document(json_loadb(input.data(), input.size(),
                                          JSON_REJECT_DUPLICATES, nullptr));

    if (!json_is_object(document.get())) {
        return {ParameterProblem::malformed_json, {}};
    }

    for (std::size_t i = 0; i < parameter_count; ++i) {
        const auto parameter = static_cast<Parameter>(i);

        // the names are literals, so they end with a NUL
        const json_t* const member =
            wanted.contains(parameter)
                ? json_object_get(document.get(), parameter_names[i].data())
                : nullptr;
        if (member == nullptr) {
            continue;
        }

        const auto verdict = read_member(member, parameter, memory, parameters);
        if (!verdict) {
            return verdict;
        }
    }

    return {};
}


BodyType body_type(std::string_view content_type)
{
    const std::string_view type = media_type(content_type);

    if (type.empty()) {
        return BodyType::none;
    }

    if (equals_ignoring_case(type, "application/x-www-form-urlencoded")) {
        return BodyType::form;
    }

    if (equals_ignoring_case(type, "application/json")) {
        return BodyType::json;
    }

    if (equals_ignoring_case(type, "multipart/form-data")) {
        return BodyType::multipart;
    }

    if (equals_ignoring_case(type, "application/secevent+jwt")) {
        return BodyType::security_event;
    }

    return BodyType::other;
}

}  // namespace logout
