#include "core/plan/client_choice.hpp"

#include "core/token/id_token.hpp"

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

ClientChoice find_client(std::string_view client_id,
                         const ClientRegistry* clients)
{
    const Client* const client =
        clients != nullptr ? clients->find(client_id) : nullptr;

    return {client != nullptr ? RequestError::none
                              : RequestError::unknown_client,
            client,
            {}};
}


ClientChoice refuse_hint(const IdTokenHint& hint, const Client* client)
{
    return {RequestError::invalid_id_token_hint, client, describe(hint)};
}


// Until the client is known it is not known whose keys verify the token: it is
// read twice where it alone names the client.
ClientChoice choose_by_hint(std::string_view token, std::string_view client_id,
                            const KnownClients& known,
                            std::pmr::memory_resource* memory)
{
    IdTokenHint hint(memory);

    if (client_id.empty()) {
        hint = read_id_token_hint(token, {}, nullptr, memory);
        if (hint.problem != IdTokenProblem::none) {
            return refuse_hint(hint, nullptr);
        }

        client_id = hint.client_id;
    }

    const ClientChoice choice = find_client(client_id, known.clients);
    if (choice.client == nullptr) {
        return choice;
    }

    const TokenIssuers* const issuers = choice.client->issuers != nullptr
                                            ? choice.client->issuers
                                            : known.issuers;
    const IdTokenHint verified =
        read_id_token_hint(token, client_id, issuers, memory);

    return verified.problem == IdTokenProblem::none
               ? choice
               : refuse_hint(verified, choice.client);
}

// What scripts write that have no token: keycloak-js sends "undefined".
bool is_no_hint(std::string_view hint)
{
    return hint.empty() || hint == "undefined" || hint == "null";
}


ClientChoice choose_without_hint(std::string_view client_id,
                                 const Parameters& parameters,
                                 const KnownClients& known)
{
    if (!client_id.empty()) {
        return find_client(client_id, known.clients);
    }

    return {is_client_required(parameters, *known.protocol)
                ? RequestError::client_required
                : RequestError::none,
            nullptr,
            {}};
}


// Whoever made the hint could have sent none: that it is not read opens
// nothing.
ClientChoice choose_by_long_hint(std::string_view client_id,
                                 const Parameters& parameters,
                                 const KnownClients& known)
{
    ClientChoice choice = choose_without_hint(client_id, parameters, known);

    if (choice.error == RequestError::client_required) {
        return {RequestError::invalid_id_token_hint, nullptr,
                describe(JwtProblem::too_long)};
    }

    choice.hint_unread = true;
    return choice;
}

}  // namespace


ClientChoice choose_client(const Parameters& parameters,
                           const KnownClients& known,
                           std::pmr::memory_resource* memory)
{
    std::string_view client_id;

    const RequestError error = named_client(parameters, client_id);
    if (error != RequestError::none) {
        return {error, nullptr, {}};
    }

    const std::string_view token = parameters.text(Parameter::id_token_hint);
    if (is_no_hint(token)) {
        return choose_without_hint(client_id, parameters, known);
    }

    return token.size() > known.hint_max_length
               ? choose_by_long_hint(client_id, parameters, known)
               : choose_by_hint(token, client_id, known, memory);
}

}  // namespace logout
