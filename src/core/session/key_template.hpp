// The keys of Redis that key= makes of text and nginx's variables.

#ifndef LOGOUT_KEY_TEMPLATE_HPP
#define LOGOUT_KEY_TEMPLATE_HPP

#include <cstddef>
#include <string_view>

namespace logout {

// Whether `key` is $`name` and nothing else: whoever chooses the variable's
// value names any key of the database.
constexpr bool is_bare_variable(std::string_view key, std::string_view name)
{
    const bool braced = key.size() > 3 && key[1] == '{' && key.back() == '}';
    const std::size_t around = braced ? 2 : 1;

    return key.size() > around && key.front() == '$' &&
           key.substr(around, key.size() - around - braced) == name;
}


// Whether nginx would put a variable's value into `text`.
constexpr bool has_variable(std::string_view text)
{
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const char next = text[i + 1];

        if (text[i] == '$' &&
            (next == '{' || next == '_' || (next >= '0' && next <= '9') ||
             (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'))) {
            return true;
        }
    }

    return false;
}

}  // namespace logout

#endif
