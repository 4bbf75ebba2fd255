// application/x-www-form-urlencoded: how browsers write queries and forms
// (WHATWG URL standard, section 5).

#ifndef LOGOUT_FORM_ENCODING_HPP
#define LOGOUT_FORM_ENCODING_HPP

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace logout {

// Decodes "%XX" and "+" once. Returns nothing if an escape is malformed. The
// result is `encoded` itself if there is nothing to decode, else it lives in
// `memory`.
std::optional<std::string_view>
decode_form_component(std::string_view encoded,
                      std::pmr::memory_resource* memory);

// Escapes every byte but the unreserved ones of RFC 3986, so that `text` can
// stand as a value in a query or inside another URL's query.
std::pmr::string escape_component(std::string_view text,
                                  std::pmr::memory_resource* memory);

}  // namespace logout

#endif
