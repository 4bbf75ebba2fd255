#include "logout_client_choice.hpp"

namespace logout {

namespace {

// client_id and client_sdrn may both be there, if they name the same client.
RequestError named_client(const Parameters& parameters,
                          std::string_view& client_id)
{
    client_id = parameters.text(Parameter::client_id);

    const std::string_view sdrn = parameters.text(Parameter::client_sdrn);
    if (sdrn.empty()) {
        return RequestError::none;
    }

    const auto from_sdrn = client_id_of_sdrn(sdrn);
    if (!from_sdrn) {
        return RequestError::unknown_client;
    }

    if (!client_id.empty() && client_id != *from_sdrn) {
        return RequestError::malformed_request;
    }

    client_id = *from_sdrn;
    return RequestError::none;
}


bool is_client_required(const Parameters& parameters,
                        const ProtocolTraits& protocol)
{
    switch (protocol.client) {
    case ClientRule::required:
        return true;
    case ClientRule::for_return_url:
        return !parameters.text(protocol.return_url).empty();
    case ClientRule::optional:
        break;
    }

    return false;
}

}  // namespace


ClientChoice choose_client(const Parameters& parameters,
                           const ProtocolTraits& protocol,
                           const ClientRegistry* clients)
{
    std::string_view client_id;

    const RequestError error = named_client(parameters, client_id);
    if (error != RequestError::none) {
        return {error, nullptr};
    }

    if (client_id.empty()) {
        return {is_client_required(parameters, protocol)
                    ? RequestError::client_required
                    : RequestError::none,
                nullptr};
    }

    const Client* const client =
        clients != nullptr ? clients->find(client_id) : nullptr;

    return {client != nullptr ? RequestError::none
                              : RequestError::unknown_client,
            client};
}

}  // namespace logout
