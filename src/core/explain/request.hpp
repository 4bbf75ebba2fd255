// A logout request as an operator describes it, for logout_explain.

#ifndef LOGOUT_EXPLAIN_REQUEST_HPP
#define LOGOUT_EXPLAIN_REQUEST_HPP

#include "core/plan/plan.hpp"

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

namespace logout {

// The largest description that is read, in bytes.
constexpr std::size_t description_max_length = 64 * 1024;

// The fields of the form, decoded; the members of a JSON object have the same
// names. All may be empty.
struct DescribedRequest {
    std::string_view location;    // one of those that are explained
    std::string_view method;      // "GET" if empty
    std::string_view url;         // complete, or from "/" or "?" on
    std::string_view client_id;   // added to the query, if not empty
    std::string_view return_url;  // the same
    std::string_view cookie;      // a Cookie header's value
    std::string_view headers;     // lines of "Name: value"
    std::string_view body;
};

// Reads a form's body. Returns nothing if an escape is malformed.
std::optional<DescribedRequest>
read_described_form(std::string_view body, std::pmr::memory_resource* memory);

// Reads a JSON object whose members are strings; `headers` may be an object of
// strings, too. Returns nothing if it is something else.
std::optional<DescribedRequest>
read_described_json(std::string_view body, std::pmr::memory_resource* memory);

// A LogoutRequest and the memory that it needs.
struct RequestDescription {
    explicit RequestDescription(std::pmr::memory_resource* memory)
        : cookie_headers(memory)
    {
    }

    LogoutRequest request;
    std::string_view path;  // of the URL; empty if it has none
    std::pmr::vector<std::string_view> cookie_headers;

    // What cannot be understood, a sentence without a full stop; empty if
    // nothing is wrong.
    std::string_view problem;
};

// Makes the request that `described` says, for a location with `policy`. `host`
// is the Host header if neither a URL nor a header names another one. Views
// point into `described` and `memory`. The result must not be moved.
void describe_request(const DescribedRequest& described,
                      const LogoutPolicy& policy, std::string_view host,
                      std::pmr::memory_resource* memory,
                      RequestDescription& description);

}  // namespace logout

#endif
