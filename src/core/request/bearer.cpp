#include "core/request/bearer.hpp"

#include <algorithm>

namespace logout {

namespace {

bool is_token_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') ||
           std::string_view("-._~+/").find(byte) != std::string_view::npos;
}


// Authentication schemes are compared without case (RFC 9110, section 11.1).
bool has_bearer_scheme(std::string_view authorization)
{
    constexpr std::string_view scheme = "bearer ";

    if (authorization.size() < scheme.size()) {
        return false;
    }

    for (std::size_t i = 0; i + 1 < scheme.size(); ++i) {
        if ((authorization[i] | 0x20) != scheme[i]) {
            return false;
        }
    }

    return authorization[scheme.size() - 1] == ' ';
}

}  // namespace


bool is_access_token(std::string_view token)
{
    if (token.size() > access_token_max_length) {
        return false;
    }

    const std::size_t padding = token.find('=');
    const std::string_view body = token.substr(0, padding);

    if (body.empty() ||
        token.find_first_not_of('=', body.size()) != std::string_view::npos) {
        return false;
    }

    for (const char byte : body) {
        if (!is_token_byte(byte)) {
            return false;
        }
    }

    return true;
}


std::string_view bearer_credentials(std::string_view authorization)
{
    if (!has_bearer_scheme(authorization)) {
        return {};
    }

    std::string_view token = authorization.substr(7);
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));

    return token;
}


std::string_view bearer_token(std::string_view authorization)
{
    const std::string_view token = bearer_credentials(authorization);

    return is_access_token(token) ? token : std::string_view();
}

}  // namespace logout
