// Access tokens that a logout ends with the session.

#ifndef LOGOUT_BEARER_HPP
#define LOGOUT_BEARER_HPP

#include <cstddef>
#include <string_view>

namespace logout {

// The longest access token that is read, in bytes.
constexpr std::size_t access_token_max_length = 1024;

// Whether `token` has the form of a bearer token (b64token, RFC 6750, section
// 2.1) and is not too long. Only such a token becomes part of a key.
bool is_access_token(std::string_view token);

// What an Authorization header of scheme Bearer holds, which may be any bytes;
// empty for another scheme. A view into `authorization`.
std::string_view bearer_credentials(std::string_view authorization);

// The token of an Authorization header of scheme Bearer; empty for any other,
// and for a token that is_access_token() does not accept. A view into
// `authorization`.
std::string_view bearer_token(std::string_view authorization);

}  // namespace logout

#endif
