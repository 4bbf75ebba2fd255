#include "logout_query_mask.hpp"

#include "logout_form_encoding.hpp"
#include "logout_parameters.hpp"

namespace logout {

namespace {

bool is_token_name(std::string_view encoded, std::pmr::memory_resource* memory)
{
    const auto name = decode_form_component(encoded, memory);

    if (!name) {
        return false;
    }

    for (const Parameter parameter :
         {Parameter::id_token_hint, Parameter::logout_token,
          Parameter::oauth_token}) {
        if (*name == parameter_name(parameter)) {
            return true;
        }
    }

    return false;
}


// Where the pair that begins at `begin` ends: at the next one, or at the space
// that ends the URL of a request line.
std::size_t end_of_pair(std::string_view text, std::size_t begin)
{
    const std::size_t end = text.find_first_of("& ", begin);

    return end == text.npos ? text.size() : end;
}


// Where the token in `pair` begins, 0 if there is none.
std::size_t token_in_pair(std::string_view pair,
                          std::pmr::memory_resource* memory)
{
    const std::size_t equals = pair.find('=');

    if (equals == pair.npos || equals + 1 == pair.size()) {
        return 0;
    }

    return is_token_name(pair.substr(0, equals), memory) ? equals + 1 : 0;
}


// The same for a pair that a path may stand before. A query alone may hold a
// question mark, too.
std::size_t find_token(std::string_view pair, std::pmr::memory_resource* memory)
{
    const std::size_t mark = pair.find('?');
    const std::size_t token = token_in_pair(pair, memory);

    if (token > 0 || mark == pair.npos) {
        return token;
    }

    const std::size_t after = token_in_pair(pair.substr(mark + 1), memory);
    return after > 0 ? mark + 1 + after : 0;
}

}  // namespace


std::optional<std::pmr::string> mask_tokens(std::string_view text,
                                            std::pmr::memory_resource* memory)
{
    std::pmr::string masked(memory);
    std::size_t copied = 0;

    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = end_of_pair(text, begin);
        const std::size_t token =
            find_token(text.substr(begin, end - begin), memory);

        if (token > 0) {
            masked.append(text.substr(copied, begin + token - copied));
            masked.append("***");
            copied = end;
        }

        begin = end + 1;
    }

    if (copied == 0) {
        return std::nullopt;
    }

    masked.append(text.substr(copied));
    return masked;
}

}  // namespace logout
