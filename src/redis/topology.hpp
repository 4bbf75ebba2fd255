// How a Redis Cluster spreads its keys, from what its nodes say: pure values,
// no connections. The formats are those of the Redis Cluster specification.

#ifndef LOGOUT_REDIS_TOPOLOGY_HPP
#define LOGOUT_REDIS_TOPOLOGY_HPP

#include "redis/reply.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout::redis {

constexpr std::uint16_t slot_count = 16384;

// More masters than Redis recommends at most, and than are ever connected to.
constexpr std::size_t most_nodes = 1000;

// The slot of a key: CRC16 (XMODEM) of it, or of its first hash tag if that is
// not empty.
std::uint16_t key_slot(std::string_view key);

// -MOVED or -ASK: "MOVED 3999 127.0.0.1:6381".
struct Redirection {
    bool ask;
    std::uint16_t slot;
    std::string_view host;  // of the error's text; empty: the same as before
    std::uint16_t port;
};

// Nothing if `error` is no redirection, or not a valid one.
std::optional<Redirection> parse_redirection(std::string_view error);

struct ClusterMap {
    struct Node {
        std::string host;  // empty: the one that was asked
        std::uint16_t port;
        std::string hostname;  // announced beside `host`; empty: none
    };

    static constexpr std::uint16_t nobody = 0xffff;

    std::vector<Node> masters;
    std::array<std::uint16_t, slot_count> slots;  // an index into masters
};

// Reads the reply to CLUSTER SLOTS. False: that is not one, or not a sane one;
// `map` is not to be used. Throws std::bad_alloc.
bool read_cluster_slots(const ReplyReader& reply, ClusterMap& map);

// The same for CLUSTER SHARDS, which Redis has since 7.0 and which tells of
// each node how it is. `tls`: nodes are reached at their port for TLS.
bool read_cluster_shards(const ReplyReader& reply, bool tls, ClusterMap& map);

}  // namespace logout::redis

#endif
