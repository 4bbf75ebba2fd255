#include "core/request/query_mask.hpp"

#include "core/base/form_encoding.hpp"
#include "core/request/parameters.hpp"

#include <algorithm>

namespace logout {

namespace {

constexpr std::string_view token_names[] = {
    parameter_name(Parameter::id_token_hint),
    parameter_name(Parameter::logout_token),
    parameter_name(Parameter::oauth_token),
};

// A longer name is none of them, even if every byte of it is escaped.
constexpr std::size_t longest_name =
    3 * parameter_name(Parameter::id_token_hint).size();


bool is_token_name(std::string_view name)
{
    for (const std::string_view token_name : token_names) {
        if (name == token_name) {
            return true;
        }
    }

    return false;
}


bool is_encoded_token_name(std::string_view encoded,
                           std::pmr::memory_resource* memory)
{
    if (encoded.find('%') == encoded.npos) {
        return is_token_name(encoded);
    }

    const auto name = decode_form_component(encoded, memory);
    return name && is_token_name(*name);
}


// Where the token in `pair` begins, 0 if there is none.
std::size_t token_in_pair(std::string_view pair,
                          std::pmr::memory_resource* memory)
{
    const std::string_view begin = pair.substr(0, longest_name + 1);
    const std::size_t equals = begin.find('=');

    if (equals == begin.npos || equals + 1 == pair.size()) {
        return 0;
    }

    return is_encoded_token_name(begin.substr(0, equals), memory) ? equals + 1
                                                                  : 0;
}


// The same for what may have a path before the pair, or a query in its value.
std::size_t find_token(std::string_view pair, std::pmr::memory_resource* memory)
{
    for (std::size_t begin = 0;;) {
        const std::size_t token = token_in_pair(pair.substr(begin), memory);
        if (token > 0) {
            return begin + token;
        }

        const std::size_t mark = pair.find('?', begin);
        if (mark == pair.npos) {
            return 0;
        }

        begin = mark + 1;
    }
}


// `end`, or the space before it that ends the URL of a request line.
std::size_t end_of_token(std::string_view text, std::size_t begin,
                         std::size_t end)
{
    const std::size_t space = text.substr(0, end).find(' ', begin);

    return space == text.npos ? end : space;
}

// Whether the first `size` bytes of `text` may end with a token's name: the
// names end in "n" or "t", or in the escape of one of these.
bool may_end_token_name(std::string_view text, std::size_t size)
{
    return size >= 3 && (text[size - 1] == 'n' || text[size - 1] == 't' ||
                         text[size - 3] == '%');
}


// Most requests have no token, and all of them are looked at: this tells most
// of them apart at the cost of finding each "=".
bool may_hold_token(std::string_view text)
{
    for (std::size_t equals = text.find('='); equals != text.npos;
         equals = text.find('=', equals + 1)) {
        if (may_end_token_name(text, equals)) {
            return true;
        }
    }

    return false;
}

}  // namespace


std::optional<std::pmr::string> mask_tokens(std::string_view text,
                                            std::pmr::memory_resource* memory)
{
    if (!may_hold_token(text)) {
        return std::nullopt;
    }

    std::pmr::string masked(memory);
    std::size_t copied = 0;

    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('&', begin), text.size());
        const std::size_t token =
            find_token(text.substr(begin, end - begin), memory);

        if (token > 0) {
            masked.append(text.substr(copied, begin + token - copied));
            masked.append("***");
            copied = end_of_token(text, begin + token, end);
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
