#include "logout_redis_topology.hpp"

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


std::string_view next_word(std::string_view& text)
{
    std::size_t length = text.find(' ');
    std::string_view word = text.substr(0, length);

    text.remove_prefix(length == std::string_view::npos ? text.size()
                                                        : length + 1);

    return word;
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
                       std::uint16_t port)
{
    for (std::size_t i = 0; i < map.masters.size(); i++) {
        if (map.masters[i].host == host && map.masters[i].port == port) {
            return static_cast<std::uint16_t>(i);
        }
    }

    if (map.masters.size() == most_nodes) {
        return ClusterMap::nobody;
    }

    map.masters.push_back({std::string(host), port});

    return static_cast<std::uint16_t>(map.masters.size() - 1);
}


// One range: [first slot, last slot, [host, port, id, ...], replicas...]
// `left` is the number of slots that are not taken: ranges do not overlap.
bool read_range(const ReplyReader& reply, const ReplyNode& range,
                std::int64_t& left, ClusterMap& map)
{
    constexpr std::int64_t last_slot = slot_count - 1;

    const ReplyNode* first = reply.first(range);
    const ReplyNode* last = first == nullptr ? nullptr : reply.next(*first);

    if (!is_integer(first, 0, last_slot) ||
        !is_integer(last, first->integer, last_slot)) {
        return false;
    }

    left -= last->integer - first->integer + 1;

    if (left < 0) {
        return false;
    }

    const ReplyNode* master = reply.next(*last);
    const ReplyNode* host = master == nullptr ? nullptr : reply.first(*master);
    const ReplyNode* port = host == nullptr ? nullptr : reply.next(*host);

    if (!is_integer(port, 1, 65535)) {
        return false;
    }

    std::uint16_t index = index_of(map, host_of(reply, *host),
                                   static_cast<std::uint16_t>(port->integer));

    if (index == ClusterMap::nobody) {
        return false;
    }

    for (std::int64_t slot = first->integer; slot <= last->integer; slot++) {
        map.slots[static_cast<std::size_t>(slot)] = index;
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
    const ReplyNode& root = reply.root();

    if (root.type != ReplyType::array || root.count == 0) {
        return false;
    }

    std::int64_t left = slot_count;

    map.masters.clear();
    map.slots.fill(ClusterMap::nobody);

    for (const ReplyNode* range = reply.first(root); range != nullptr;
         range = reply.next(*range)) {
        if (range->type != ReplyType::array ||
            !read_range(reply, *range, left, map)) {
            return false;
        }
    }

    return true;
}

}  // namespace logout::redis
