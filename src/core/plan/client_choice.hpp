// Which client a request names: by client_id, by Schibsted's client_sdrn, or by
// the audience of its id_token_hint (OpenID Connect RP-Initiated Logout 1.0,
// section 2).

#ifndef LOGOUT_CLIENT_CHOICE_HPP
#define LOGOUT_CLIENT_CHOICE_HPP

#include "core/allowlist/clients.hpp"
#include "core/request/parameters.hpp"
#include "core/request/protocol.hpp"
#include "core/plan/result.hpp"
#include "core/token/issuer.hpp"
#include "core/token/jwt.hpp"

#include <cstddef>
#include <memory_resource>
#include <string_view>

namespace logout {

// Who may be named, and whose tokens are believed.
struct KnownClients {
    const ProtocolTraits* protocol = nullptr;

    // nullptr: every client is unknown.
    const ClientRegistry* clients = nullptr;

    // For the hints of clients without issuers of their own. nullptr: their
    // hints are not verified, only read for whom they name.
    const TokenIssuers* issuers = nullptr;

    // The longest hint that is read.
    std::size_t hint_max_length = jwt_default_max_length;
};

struct ClientChoice {
    RequestError error = RequestError::none;

    // The client named; nullptr if there is none. It stands beside an error
    // where client_id names it and the hint is wrong.
    const Client* client = nullptr;

    // Whether the request names no client at all, rightly or wrongly.
    bool none_named() const
    {
        return client == nullptr && (error == RequestError::none ||
                                     error == RequestError::client_required);
    }

    // Why the id_token_hint is wrong, a sentence without a full stop, static;
    // empty if it is not.
    std::string_view hint_problem;

    // Whether an id_token_hint came that is too long to be read, and that was
    // not needed.
    bool hint_unread = false;
};

// Memory for reading a token is taken from `memory`.
ClientChoice choose_client(const Parameters& parameters,
                           const KnownClients& known,
                           std::pmr::memory_resource* memory);

}  // namespace logout

#endif
