// The logout protocols that clients speak, as a table of their differences.

#ifndef LOGOUT_PROTOCOL_HPP
#define LOGOUT_PROTOCOL_HPP

#include "core/allowlist/allowlist.hpp"
#include "core/request/parameters.hpp"

#include <string_view>

namespace logout {

enum class ClientRule {
    optional,        // without a client, the tenant-level list is used
    required,        // always
    for_return_url,  // only with a return URL: nobody else's list is used
};

// Where a browser goes that did not ask for a return URL.
enum class DefaultReturn {
    first_listed,     // the first URL of the list in use
    signed_out_page,  // a page that says so
};

// Who makes the requests.
enum class AskedBy {
    user,            // a browser or program, for its user
    provider_frame,  // a page of an OpenID provider, in a frame
    provider,        // an OpenID provider's server, with a logout_token
    transmitter,     // a server, with a security event
    revoker,         // a server or an operator, about a user
};

constexpr bool is_server(AskedBy asked_by)
{
    return asked_by != AskedBy::user && asked_by != AskedBy::provider_frame;
}

struct ProtocolTraits {
    std::string_view name;  // as in "logout NAME;"
    Parameter return_url;
    ParameterSet parameters;  // what is read
    ClientRule client;
    DefaultReturn default_return;
    QueryMatching query_matching;
    AskedBy asked_by = AskedBy::user;
};

// Returns nullptr for an unknown name. The result is static.
const ProtocolTraits* find_protocol(std::string_view name);

// "auth0, schibsted", for messages. Static.
std::string_view protocol_names();

}  // namespace logout

#endif
