// The tokens and key sets of t/unit/data/tokens.json.

#ifndef TOKEN_DATA_HPP
#define TOKEN_DATA_HPP

#include "core/base/json.hpp"
#include "core/token/jwks.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <ctime>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace token_data {

using namespace std::literals;


inline const json_t* document()
{
    static const logout::Json loaded(
        json_load_file("t/unit/data/tokens.json", 0, nullptr));

    if (!loaded) {
        fail_msg("run this from the top of the repository");
    }

    return loaded.get();
}


inline std::string_view text_of(const char* group, const char* name)
{
    const json_t* const text =
        json_object_get(json_object_get(document(), group), name);

    if (!json_is_string(text)) {
        fail_msg("there is no %s in %s", name, group);
    }

    return logout::json_string_view(text);
}


inline std::string_view token(const char* name)
{
    return text_of("tokens", name);
}


inline std::time_t now()
{
    return json_integer_value(json_object_get(document(), "now"));
}


inline std::string issuer()
{
    return json_string_value(json_object_get(document(), "issuer"));
}


inline logout::Jwks keys(const char* name)
{
    std::string problem;
    std::vector<std::string> passed_over;
    std::optional<logout::Jwks> parsed =
        logout::Jwks::parse(text_of("key_sets", name), problem, passed_over);

    if (!parsed) {
        fail_msg("%s: %s", name, problem.c_str());
    }

    return std::move(*parsed);
}


// Fails if a token whose name begins with `prefix` is in the file but not in
// `tested`: a case that nobody looks at.
inline void assert_all_tested(std::string_view prefix,
                              const std::set<std::string>& tested)
{
    const char* name;
    json_t* value;
    json_t* const tokens = json_object_get(document(), "tokens");

    json_object_foreach(tokens, name, value)
    {
        if (std::string_view(name).substr(0, prefix.size()) == prefix &&
            tested.count(name) == 0) {
            fail_msg("%s is not tested", name);
        }
    }
}

}  // namespace token_data

#endif
