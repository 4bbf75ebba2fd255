// What a Redis server sends, whatever that is: the same replies come out
// however the bytes arrive, within the limits, and what is read from them,
// redirections and a cluster's map, is in order. The first byte of the input
// decides into which pieces the rest is cut.

#include "fuzz.hpp"

#include "redis/error_words.hpp"
#include "redis/reply.hpp"
#include "redis/topology.hpp"

#include <algorithm>
#include <memory>
#include <string>

namespace {

using logout::redis::ClusterMap;
using logout::redis::error_word;
using logout::redis::ReplyLimits;
using logout::redis::ReplyNode;
using logout::redis::ReplyReader;
using logout::redis::ReplyType;

constexpr ReplyLimits wide = {1024 * 1024, 64 * 1024};
constexpr ReplyLimits narrow = {64, 8};


// Writes a value down, and counts what is in it.
std::size_t describe(const ReplyReader& reader, const ReplyNode& node,
                     std::string& out)
{
    std::size_t nodes = 1;

    out += static_cast<char>('0' + static_cast<int>(node.type));
    out += std::to_string(node.integer);
    out += reader.text(node);
    out += '(';

    for (const ReplyNode* element = reader.first(node); element != nullptr;
         element = reader.next(*element)) {
        nodes += describe(reader, *element, out);
    }

    out += ')';
    return nodes;
}


void check_error(std::string_view text)
{
    const std::string_view word = error_word(text);

    REQUIRE(!word.empty() && word.size() <= logout::redis::error_word_limit);
    REQUIRE(std::all_of(word.begin(), word.end(),
                        [](char c) { return c >= 'A' && c <= 'Z'; }));

    const auto redirection = logout::redis::parse_redirection(text);
    if (redirection) {
        REQUIRE(redirection->slot < logout::redis::slot_count);
        REQUIRE(is_inside(redirection->host, text));
    }
}


void check_map(const ClusterMap& map)
{
    REQUIRE(map.masters.size() <= logout::redis::most_nodes);
    for (const std::uint16_t master : map.slots) {
        REQUIRE(master == ClusterMap::nobody || master < map.masters.size());
    }
    for (const ClusterMap::Node& master : map.masters) {
        REQUIRE(master.port != 0);
    }
}


void check_maps(const ReplyReader& reader)
{
    const auto map = std::make_unique<ClusterMap>();

    if (read_cluster_slots(reader, *map)) {
        check_map(*map);
    }
    for (const bool tls : {false, true}) {
        if (read_cluster_shards(reader, tls, *map)) {
            check_map(*map);
        }
    }
}


// Feeds `bytes` in pieces and returns what came out. Once broken, it stays so.
std::string read_replies(std::string_view bytes, std::size_t piece,
                         ReplyLimits limits)
{
    ReplyReader reader(limits);
    std::string out;

    REQUIRE(reader.reset());

    while (!bytes.empty()) {
        REQUIRE(reader.feed(bytes.substr(0, piece)));
        bytes.remove_prefix(std::min(piece, bytes.size()));

        for (;;) {
            const ReplyReader::Outcome outcome = reader.next();

            if (outcome == ReplyReader::Outcome::broken) {
                REQUIRE(reader.next() == ReplyReader::Outcome::broken);
                return out + "broken";
            }
            if (outcome == ReplyReader::Outcome::more) {
                break;
            }

            REQUIRE(describe(reader, reader.root(), out) <= limits.nodes);
            if (reader.root().type == ReplyType::error) {
                check_error(reader.text(reader.root()));
            }
            if (reader.root().type == ReplyType::array) {
                check_maps(reader);
            }
        }
    }

    return out + (reader.halfway() ? "halfway" : "");
}

}  // namespace


extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size)
{
    if (size == 0) {
        return 0;
    }

    const std::string_view bytes = to_view(data + 1, size - 1);
    const std::size_t piece = data[0] % 16 + 1;

    REQUIRE(read_replies(bytes, size, wide) ==
            read_replies(bytes, piece, wide));
    (void) read_replies(bytes, piece, narrow);

    return 0;
}
