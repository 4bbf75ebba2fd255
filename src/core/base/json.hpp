// JSON objects of others, read with jansson.

#ifndef LOGOUT_JSON_HPP
#define LOGOUT_JSON_HPP

#include <jansson.h>

#include <memory>
#include <optional>
#include <string_view>

namespace logout {

struct JsonRelease {
    void operator()(json_t* value) const { json_decref(value); }
};

using Json = std::unique_ptr<json_t, JsonRelease>;

// Parses a JSON object. Gives nothing if `text` is anything else, or if a
// member's name occurs twice: two readers would not agree on what it says.
Json parse_json_object(std::string_view text);

// The string member `name` of `object`, as a view that lives as long as the
// object. Nothing if there is none, or if it is not a string.
std::optional<std::string_view> json_string_member(const json_t* object,
                                                   const char* name);

// The view of a JSON string.
std::string_view json_string_view(const json_t* string);

}  // namespace logout

#endif
