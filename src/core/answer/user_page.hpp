// The bodies that people and programs read: HTML, JSON and plain text.

#ifndef LOGOUT_PAGE_HPP
#define LOGOUT_PAGE_HPP

#include "core/answer/response.hpp"

#include <string>
#include <string_view>

namespace logout {

// What a body says. Holds nothing of the request but what was validated.
struct Message {
    Result result;
    RequestError error;
    std::string_view return_url;  // canonical and allowed; empty: none
    std::string_view parameter;   // the parameter to blame; empty: none
};

// Static.
std::string_view content_type(BodyFormat format);

// Appends the body to `body`.
void write_body(BodyFormat format, const Message& message,
                std::pmr::string& body);

}  // namespace logout

#endif
