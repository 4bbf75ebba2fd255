#include "redis/topology.hpp"

#include <charconv>

namespace logout::redis {

namespace {

constexpr std::uint16_t crc_polynomial = 0x1021;


constexpr std::array<std::uint16_t, 256> make_crc_table()
{
    std::array<std::uint16_t, 256> table{};

    for (unsigned byte = 0; byte < 256; byte++) {
        std::uint16_t crc = static_cast<std::uint16_t>(byte << 8);

        for (int bit = 0; bit < 8; bit++) {
            bool carry = (crc & 0x8000) != 0;

            crc = static_cast<std::uint16_t>(crc << 1);
            crc = carry ? crc ^ crc_polynomial : crc;
        }

        table[byte] = crc;
    }

    return table;
}


constexpr std::array<std::uint16_t, 256> crc_table = make_crc_table();


std::uint16_t crc16(std::string_view bytes)
{
    std::uint16_t crc = 0;

    for (char c : bytes) {
        std::uint8_t byte = static_cast<std::uint8_t>(c);

        crc = static_cast<std::uint16_t>((crc << 8) ^
                                         crc_table[(crc >> 8) ^ byte]);
    }

    return crc;
}


// The part of the key that is hashed: what is between the first { and the
// first } after it, unless that is nothing.
std::string_view hashed_part(std::string_view key)
{
    std::size_t open = key.find('{');

    if (open == std::string_view::npos) {
        return key;
    }

    std::size_t close = key.find('}', open + 1);

    if (close == std::string_view::npos || close == open + 1) {
        return key;
    }

    return key.substr(open + 1, close - open - 1);
}


template <typename Number>
bool parse_number(std::string_view text, Number& number)
{
    const char* end = text.data() + text.size();
    auto result = std::from_chars(text.data(), end, number);

    return result.ec == std::errc() && result.ptr == end;
}


bool is_integer(const ReplyNode* node, std::int64_t least, std::int64_t most)
{
    return node != nullptr && node->type == ReplyType::integer &&
           node->integer >= least && node->integer <= most;
}


// Redis does not know its own address before others told it: it says nothing,
// or "?".
std::string_view host_of(const ReplyReader& reply, const ReplyNode& node)
{
    std::string_view host = reply.text(node);

    return node.type != ReplyType::bulk || host == "?" ? std::string_view()
                                                       : host;
}


std::uint16_t index_of(ClusterMap& map, std::string_view host,
                       std::uint16_t port, std::string_view hostname)
{
    for (std::size_t i = 0; i < map.masters.size(); i++) {
        if (map.masters[i].host == host && map.masters[i].port == port) {
            return static_cast<std::uint16_t>(i);
        }
    }

    if (map.masters.size() == most_nodes) {
        return ClusterMap::nobody;
    }

    map.masters.push_back({std::string(host), port, std::string(hostname)});

    return static_cast<std::uint16_t>(map.masters.size() - 1);
}


// Gives the slots from `first` to `last` to a master. `left` is the number of
// slots that are not taken: ranges do not overlap.
bool give_slots(const ReplyNode* first, const ReplyNode* last,
                std::uint16_t master, std::int64_t& left, ClusterMap& map)
{
    constexpr std::int64_t last_slot = slot_count - 1;

    if (!is_integer(first, 0, last_slot) ||
        !is_integer(last, first->integer, last_slot)) {
        return false;
    }

    left -= last->integer - first->integer + 1;

    if (left < 0) {
        return false;
    }

    for (std::int64_t slot = first->integer; slot <= last->integer; slot++) {
        map.slots[static_cast<std::size_t>(slot)] = master;
    }

    return true;
}


// The value of a map, which RESP2 sends as an array of names and values;
// nullptr: it has none of this name.
const ReplyNode* find_member(const ReplyReader& reply, const ReplyNode& map,
                             std::string_view name)
{
    const ReplyNode* key = reply.first(map);

    while (key != nullptr) {
        const ReplyNode* value = reply.next(*key);

        if (value == nullptr || reply.text(*key) == name) {
            return value;
        }

        key = reply.next(*value);
    }

    return nullptr;
}


std::string_view member_text(const ReplyReader& reply, const ReplyNode& map,
                             std::string_view name)
{
    const ReplyNode* value = find_member(reply, map, name);

    return value == nullptr ? std::string_view() : reply.text(*value);
}


// A name that Redis 7 gives beside the address, in a map behind the node's id.
std::string_view range_hostname(const ReplyReader& reply, const ReplyNode& port)
{
    const ReplyNode* id = reply.next(port);
    const ReplyNode* more = id == nullptr ? nullptr : reply.next(*id);

    return more == nullptr || more->type != ReplyType::array
               ? std::string_view()
               : member_text(reply, *more, "hostname");
}


// One range: [first slot, last slot, [host, port, id, ...], replicas...]
bool read_range(const ReplyReader& reply, const ReplyNode& range,
                std::int64_t& left, ClusterMap& map)
{
    const ReplyNode* first = reply.first(range);
    const ReplyNode* last = first == nullptr ? nullptr : reply.next(*first);

    if (last == nullptr) {
        return false;
    }

    const ReplyNode* master = reply.next(*last);
    const ReplyNode* host = master == nullptr ? nullptr : reply.first(*master);
    const ReplyNode* port = host == nullptr ? nullptr : reply.next(*host);

    if (!is_integer(port, 1, 65535)) {
        return false;
    }

    std::uint16_t index = index_of(map, host_of(reply, *host),
                                   static_cast<std::uint16_t>(port->integer),
                                   range_hostname(reply, *port));

    return index != ClusterMap::nobody &&
           give_slots(first, last, index, left, map);
}


// A node's preferred endpoint. Nil, and what Redis 7 sends for it, an empty
// text: the host that was asked. "?": it should be a name, which the node does
// not have.
std::string_view shard_host(const ReplyReader& reply, const ReplyNode& node)
{
    const ReplyNode* endpoint = find_member(reply, node, "endpoint");

    return endpoint == nullptr || reply.text(*endpoint) == "?"
               ? member_text(reply, node, "ip")
               : reply.text(*endpoint);
}


// nullptr: it has none.
const ReplyNode* shard_port(const ReplyReader& reply, const ReplyNode& node,
                            bool tls)
{
    const ReplyNode* port = find_member(reply, node, tls ? "tls-port" : "port");

    return is_integer(port, 1, 65535) ? port : nullptr;
}


// While a replica takes over, a shard has two masters: the one that is well is
// the better one.
int fitness(const ReplyReader& reply, const ReplyNode& node)
{
    const std::string_view health = member_text(reply, node, "health");

    return health == "online" ? 2 : health == "loading" ? 1 : 0;
}


const ReplyNode* find_master(const ReplyReader& reply, const ReplyNode& nodes)
{
    const ReplyNode* master = nullptr;

    for (const ReplyNode* node = reply.first(nodes); node != nullptr;
         node = reply.next(*node)) {
        if (member_text(reply, *node, "role") == "master" &&
            (master == nullptr ||
             fitness(reply, *node) > fitness(reply, *master))) {
            master = node;
        }
    }

    return master;
}


// One shard: slots: [first, last, ...], nodes: [a map each]
bool read_shard(const ReplyReader& reply, const ReplyNode& shard, bool tls,
                std::int64_t& left, ClusterMap& map)
{
    const ReplyNode* slots = find_member(reply, shard, "slots");
    const ReplyNode* nodes = find_member(reply, shard, "nodes");

    if (slots == nullptr || slots->type != ReplyType::array ||
        nodes == nullptr || nodes->type != ReplyType::array) {
        return false;
    }

    // a replica whose master is gone, or a master that has nothing yet
    const ReplyNode* master = find_master(reply, *nodes);

    if (master == nullptr || slots->count == 0) {
        return true;
    }

    const ReplyNode* port = shard_port(reply, *master, tls);
    std::uint16_t index =
        port == nullptr ? ClusterMap::nobody
                        : index_of(map, shard_host(reply, *master),
                                   static_cast<std::uint16_t>(port->integer),
                                   member_text(reply, *master, "hostname"));

    if (index == ClusterMap::nobody) {
        return false;
    }

    for (const ReplyNode* first = reply.first(*slots); first != nullptr;) {
        const ReplyNode* last = reply.next(*first);

        if (!give_slots(first, last, index, left, map)) {
            return false;
        }

        first = reply.next(*last);
    }

    return true;
}


template <typename ReadElement>
bool read_map(const ReplyReader& reply, ClusterMap& map, ReadElement read)
{
    const ReplyNode& root = reply.root();

    if (root.type != ReplyType::array || root.count == 0) {
        return false;
    }

    std::int64_t left = slot_count;

    map.masters.clear();
    map.slots.fill(ClusterMap::nobody);

    for (const ReplyNode* element = reply.first(root); element != nullptr;
         element = reply.next(*element)) {
        if (element->type != ReplyType::array || !read(*element, left)) {
            return false;
        }
    }

    return true;
}

}  // namespace


std::uint16_t key_slot(std::string_view key)
{
    return crc16(hashed_part(key)) % slot_count;
}


std::optional<Redirection> parse_redirection(std::string_view error)
{
    std::string_view word = next_word(error);
    std::string_view slot = next_word(error);
    std::string_view address = next_word(error);
    std::size_t colon = address.rfind(':');
    Redirection redirection = {};

    if ((word != "MOVED" && word != "ASK") || !error.empty() ||
        colon == std::string_view::npos) {
        return std::nullopt;
    }

    if (!parse_number(slot, redirection.slot) ||
        redirection.slot >= slot_count ||
        !parse_number(address.substr(colon + 1), redirection.port) ||
        redirection.port == 0) {
        return std::nullopt;
    }

    redirection.ask = word == "ASK";
    redirection.host = address.substr(0, colon);

    if (redirection.host == "?") {
        redirection.host = {};
    }

    return redirection;
}


bool read_cluster_slots(const ReplyReader& reply, ClusterMap& map)
{
    return read_map(reply, map,
                    [&](const ReplyNode& range, std::int64_t& left) {
                        return read_range(reply, range, left, map);
                    });
}


bool read_cluster_shards(const ReplyReader& reply, bool tls, ClusterMap& map)
{
    return read_map(reply, map,
                    [&](const ReplyNode& shard, std::int64_t& left) {
                        return read_shard(reply, shard, tls, left, map);
                    });
}

}  // namespace logout::redis
