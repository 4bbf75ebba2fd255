// What the readers of Cookie headers share.

#ifndef LOGOUT_COOKIE_TEXT_HPP
#define LOGOUT_COOKIE_TEXT_HPP

#include <string_view>

namespace logout {

constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}


inline std::string_view without_quotes(std::string_view value)
{
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return value;
}

}  // namespace logout

#endif
