// The applications that may ask for a logout, by their client_id.

#ifndef LOGOUT_CLIENTS_HPP
#define LOGOUT_CLIENTS_HPP

#include "core/allowlist/allowlist.hpp"
#include "core/base/hash_index.hpp"
#include "core/allowlist/origins.hpp"

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// The longest client_id, in bytes after decoding.
constexpr std::size_t client_id_max_length = 256;

struct TokenIssuer;
using TokenIssuers = std::vector<TokenIssuer>;  // core/token/issuer.hpp

struct Client {
    std::string id;
    Allowlist return_urls;  // compiled
    Origins origins;        // whose scripts may call the logout endpoint

    // The providers of the client's tokens, if they are not those of the logout
    // endpoint. Not owned; outlives the client.
    const TokenIssuers* issuers = nullptr;

    std::size_t tag = 0;  // the owner's: an index into what it keeps beside
};

// What is wrong with `id` as a client_id: empty, too long, not UTF-8, or with
// a control character or line separator in it. A sentence without a full stop,
// static; nullptr if nothing is wrong.
const char* client_id_problem(std::string_view id);

// Built while the configuration is read, then immutable. Finding a client
// costs the same among one and among 10,000.
class ClientRegistry {
public:
    ClientRegistry() : ClientRegistry(std::pmr::get_default_resource()) {}

    // `memory` outlives the registry.
    explicit ClientRegistry(std::pmr::memory_resource* memory)
        : clients_(memory), by_id_(memory)
    {
    }

    // Adds a client. Returns what is wrong with it, a sentence without a full
    // stop, and adds nothing then: a bad client_id, or one that is known.
    std::optional<std::string> add(Client client);

    // The client with this id, compared byte by byte; nullptr if there is
    // none. The pointer stays valid until another one is added.
    const Client* find(std::string_view id) const;

    std::size_t size() const { return clients_.size(); }

    // The origins of all clients.
    const Origins& origins() const { return origins_; }

    // All clients, in the order of adding.
    auto begin() const { return clients_.begin(); }
    auto end() const { return clients_.end(); }

private:
    std::pmr::vector<Client> clients_;
    HashIndex by_id_;
    Origins origins_;
};

// The client_id in Schibsted's resource name for a client,
// "sdrn:NAMESPACE:client:ID" with one of the namespaces of its environments
// (schibsted.com, spid.no, schibsted.fi, schibsted.dk). A view into `sdrn`;
// nothing if it is anything else.
std::optional<std::string_view> client_id_of_sdrn(std::string_view sdrn);

}  // namespace logout

#endif
