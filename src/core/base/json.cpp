#include "core/base/json.hpp"

namespace logout {

Json parse_json_object(std::string_view text)
{
    Json value(
        json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));

    if (!json_is_object(value.get())) {
        value.reset();
    }

    return value;
}


std::optional<std::string_view> json_string_member(const json_t* object,
                                                   const char* name)
{
    const json_t* const member = json_object_get(object, name);

    if (!json_is_string(member)) {
        return std::nullopt;
    }

    return json_string_view(member);
}


std::string_view json_string_view(const json_t* string)
{
    return {json_string_value(string), json_string_length(string)};
}

}  // namespace logout
