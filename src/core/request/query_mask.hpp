// Tokens in a request's query, kept out of logs.

#ifndef LOGOUT_QUERY_MASK_HPP
#define LOGOUT_QUERY_MASK_HPP

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace logout {

// `text`, a query or anything that has one ("GET /path?query HTTP/1.1",
// "/path?query"), with "***" in place of the values of id_token_hint,
// logout_token and oauth_token, however their names are escaped. Nothing if
// there is no such value.
std::optional<std::pmr::string> mask_tokens(std::string_view text,
                                            std::pmr::memory_resource* memory);

}  // namespace logout

#endif
