#include "core/allowlist/clients.hpp"

#include "core/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace logout {

namespace {

constexpr std::string_view sdrn_prefix = "sdrn:";
constexpr std::string_view sdrn_type = ":client:";

constexpr std::array<std::string_view, 4> sdrn_namespaces = {
    "schibsted.com",
    "spid.no",
    "schibsted.fi",
    "schibsted.dk",
};


bool is_control(char32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f) ||
           code_point == 0x2028 || code_point == 0x2029;
}

}  // namespace


const char* client_id_problem(std::string_view id)
{
    if (id.empty()) {
        return "the client_id is empty";
    }
    if (id.size() > client_id_max_length) {
        return "the client_id is longer than 256 bytes";
    }

    while (!id.empty()) {
        const Utf8Sequence character = read_utf8(id);
        if (character.size == 0) {
            return "the client_id is not valid UTF-8";
        }
        if (is_control(character.code_point)) {
            return "the client_id holds a control character";
        }
        id.remove_prefix(character.size);
    }
    return nullptr;
}


std::optional<std::string> ClientRegistry::add(Client client)
{
    const char* problem = client_id_problem(client.id);
    if (problem != nullptr) {
        return problem;
    }
    if (find(client.id) != nullptr) {
        return "client \"" + client.id + "\" is declared twice";
    }

    const std::uint32_t hash = hash_text(client.id, 0);
    const auto number = static_cast<std::uint32_t>(clients_.size());
    origins_.add_all(client.origins);
    clients_.push_back(std::move(client));
    by_id_.insert(hash, number);
    return std::nullopt;
}


const Client* ClientRegistry::find(std::string_view id) const
{
    const std::uint32_t number =
        by_id_.find(hash_text(id, 0), [&](std::uint32_t candidate) {
            return clients_[candidate].id == id;
        });

    if (number == HashIndex::none) {
        return nullptr;
    }

    const Client& client = clients_[number];
    client.return_urls.prefetch();
    return &client;
}


std::optional<std::string_view> client_id_of_sdrn(std::string_view sdrn)
{
    if (sdrn.substr(0, sdrn_prefix.size()) != sdrn_prefix) {
        return std::nullopt;
    }
    sdrn.remove_prefix(sdrn_prefix.size());

    const std::size_t end = std::min(sdrn.find(':'), sdrn.size());
    const std::string_view name_space = sdrn.substr(0, end);
    sdrn.remove_prefix(end);
    if (std::find(sdrn_namespaces.begin(), sdrn_namespaces.end(), name_space) ==
            sdrn_namespaces.end() ||
        sdrn.substr(0, sdrn_type.size()) != sdrn_type) {
        return std::nullopt;
    }

    sdrn.remove_prefix(sdrn_type.size());
    if (client_id_problem(sdrn) != nullptr) {
        return std::nullopt;
    }
    return sdrn;
}

}  // namespace logout
