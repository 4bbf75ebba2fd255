// Which client a request names.

#ifndef LOGOUT_CLIENT_CHOICE_HPP
#define LOGOUT_CLIENT_CHOICE_HPP

#include "logout_clients.hpp"
#include "logout_parameters.hpp"
#include "logout_protocol.hpp"
#include "logout_result.hpp"

namespace logout {

struct ClientChoice {
    RequestError error = RequestError::none;
    const Client* client = nullptr;  // nullptr: none was named, or an error
};

// `clients` may be nullptr: then every client is unknown.
ClientChoice choose_client(const Parameters& parameters,
                           const ProtocolTraits& protocol,
                           const ClientRegistry* clients);

}  // namespace logout

#endif
