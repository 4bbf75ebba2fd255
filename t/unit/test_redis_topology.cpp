// Slots, redirections and maps of a Redis Cluster.

#include "redis/topology.hpp"

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
extern "C" {
#include <cmocka.h>
}

using logout::redis::ClusterMap;
using logout::redis::key_slot;
using logout::redis::parse_redirection;
using logout::redis::read_cluster_shards;
using logout::redis::read_cluster_slots;
using logout::redis::ReplyReader;

namespace {

// The slots that redis-server 7.0 gives for CLUSTER KEYSLOT.
void finds_the_slot_of_a_key(void**)
{
    const std::pair<std::string_view, int> keys[] = {
        {"123456789", 12739},  // the CRC's check value, 0x31c3
        {"", 0},
        {"foo", 12182},
        {"sess:4fzd8k2m", 12754},
        {"{user1000}.following", 3443},
        {"{user1000}.followers", 3443},
        {"user1000", 3443},
        {"foo{}{bar}", 8363},     // an empty tag: the whole key
        {"foo{{bar}}zap", 4015},  // {bar
        {"{bar", 4015},
        {"foo{bar}{zap}", 5061},  // bar
        {"bar", 5061},
        {"foo{bar", 15278},
        {"}{", 12793},
        {std::string_view("\0\xff\x80", 3), 4727},
    };

    for (const auto& [key, slot] : keys) {
        if (key_slot(key) != slot) {
            fail_msg("%.*s: %u", static_cast<int>(key.size()), key.data(),
                     key_slot(key));
        }
    }
}


void reads_redirections(void**)
{
    auto moved = parse_redirection("MOVED 3999 127.0.0.1:6381");
    assert_true(moved && !moved->ask && moved->slot == 3999 &&
                moved->host == "127.0.0.1" && moved->port == 6381);

    auto ask = parse_redirection("ASK 0 redis-3.example:7000");
    assert_true(ask && ask->ask && ask->slot == 0 &&
                ask->host == "redis-3.example" && ask->port == 7000);

    auto v6 = parse_redirection("MOVED 16383 2001:db8::1:6379");
    assert_true(v6 && v6->slot == 16383 && v6->host == "2001:db8::1" &&
                v6->port == 6379);

    // of a node that does not know its address
    for (std::string_view text : {"MOVED 1 :6381", "MOVED 1 ?:6381"}) {
        auto same = parse_redirection(text);
        assert_true(same && same->host.empty() && same->port == 6381);
    }
}


void refuses_what_is_no_redirection(void**)
{
    for (std::string_view text :
         {"", "MOVED", "MOVED ", "MOVED 1", "MOVED 1 ", "MOVED x 127.0.0.1:1",
          "MOVED 16384 127.0.0.1:1", "MOVED -1 127.0.0.1:1",
          "MOVED 1 127.0.0.1", "MOVED 1 127.0.0.1:", "MOVED 1 127.0.0.1:0",
          "MOVED 1 127.0.0.1:65536", "MOVED 1 127.0.0.1:1x",
          "MOVED 1 127.0.0.1:1 more", "MOVED  1 127.0.0.1:1",
          "moved 1 127.0.0.1:1", "ERR MOVED 1 127.0.0.1:1",
          "CLUSTERDOWN Hash slot not served"}) {
        if (parse_redirection(text)) {
            fail_msg("%.*s", static_cast<int>(text.size()), text.data());
        }
    }
}


class Reply {
public:
    explicit Reply(std::string_view bytes) : reader({1 << 20, 1 << 16})
    {
        assert_true(reader.reset());
        assert_true(reader.feed(bytes));
        assert_true(reader.next() == ReplyReader::Outcome::reply);
    }

    ReplyReader reader;
};


bool read(std::string_view bytes, ClusterMap& map)
{
    Reply reply(bytes);

    return read_cluster_slots(reply.reader, map);
}


void reads_a_map(void**)
{
    auto map = std::make_unique<ClusterMap>();

    // as redis 7 sends it: with ids, metadata and a replica
    assert_true(read("*3\r\n"
                     "*4\r\n:0\r\n:5460\r\n"
                     "*4\r\n$9\r\n127.0.0.1\r\n:7000\r\n$2\r\nid\r\n*0\r\n"
                     "*4\r\n$9\r\n127.0.0.1\r\n:7003\r\n$2\r\nid\r\n"
                     "*2\r\n$8\r\nhostname\r\n$1\r\nh\r\n"
                     "*3\r\n:5461\r\n:5461\r\n*2\r\n$2\r\n::\r\n:7001\r\n"
                     "*3\r\n:5463\r\n:16383\r\n"
                     "*3\r\n$9\r\n127.0.0.1\r\n:7000\r\n$2\r\nid\r\n",
                     *map));

    assert_int_equal(map->masters.size(), 2);
    assert_true(map->masters[0].host == "127.0.0.1");
    assert_int_equal(map->masters[0].port, 7000);
    assert_true(map->masters[1].host == "::");
    assert_int_equal(map->slots[0], 0);
    assert_int_equal(map->slots[5460], 0);
    assert_int_equal(map->slots[5461], 1);
    assert_int_equal(map->slots[5462], ClusterMap::nobody);
    assert_int_equal(map->slots[5463], 0);
    assert_int_equal(map->slots[16383], 0);
}


void takes_a_nameless_node_for_the_one_that_was_asked(void**)
{
    for (std::string_view host : {"$-1\r\n", "$0\r\n\r\n", "$1\r\n?\r\n"}) {
        auto map = std::make_unique<ClusterMap>();
        std::string bytes = "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n" +
                            std::string(host) + ":7000\r\n";

        assert_true(read(bytes, *map));
        assert_true(map->masters[0].host.empty());
        assert_int_equal(map->masters[0].port, 7000);
    }
}


void refuses_what_is_no_map(void**)
{
    auto map = std::make_unique<ClusterMap>();

    for (std::string_view bytes : {
             ":1\r\n",
             "-ERR This instance has cluster support disabled\r\n",
             "$-1\r\n",
             "*0\r\n",
             "*1\r\n:0\r\n",
             "*1\r\n*0\r\n",
             "*1\r\n*2\r\n:0\r\n:1\r\n",
             "*1\r\n*3\r\n:0\r\n:1\r\n:2\r\n",
             "*1\r\n*3\r\n:0\r\n:1\r\n*0\r\n",
             "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n$1\r\na\r\n",
             "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n$4\r\n7000\r\n",
             "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n:0\r\n",
             "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n:65536\r\n",
             "*1\r\n*3\r\n:-1\r\n:1\r\n*2\r\n$1\r\na\r\n:7000\r\n",
             "*1\r\n*3\r\n:2\r\n:1\r\n*2\r\n$1\r\na\r\n:7000\r\n",
             "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:7000\r\n",
             "*1\r\n*3\r\n$1\r\n0\r\n:1\r\n*2\r\n$1\r\na\r\n:7000\r\n",
             // more slots than there are
             "*2\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\na\r\n:7000\r\n"
             "*3\r\n:0\r\n:0\r\n*2\r\n$1\r\na\r\n:7000\r\n",
         }) {
        if (read(bytes, *map)) {
            fail_msg("%.*s", static_cast<int>(bytes.size()), bytes.data());
        }
    }
}


void refuses_too_many_nodes(void**)
{
    auto map = std::make_unique<ClusterMap>();
    std::string ranges;
    int count = 0;

    for (; count <= static_cast<int>(logout::redis::most_nodes); count++) {
        std::string slot = ":" + std::to_string(count) + "\r\n";

        ranges += "*3\r\n" + slot + slot +
                  "*2\r\n$1\r\na\r\n:" + std::to_string(1000 + count) + "\r\n";
    }

    assert_false(read("*" + std::to_string(count) + "\r\n" + ranges, *map));
}

std::string bulk(std::string_view text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) +
           "\r\n";
}


std::string number(int value)
{
    return ":" + std::to_string(value) + "\r\n";
}


std::string array(std::initializer_list<std::string> elements)
{
    std::string bytes = "*" + std::to_string(elements.size()) + "\r\n";

    for (const std::string& element : elements) {
        bytes += element;
    }

    return bytes;
}


// A node as redis 7 describes it, with RESP2.
std::string node(const std::string& endpoint, int port, std::string_view role,
                 std::string_view health)
{
    return array({bulk("id"), bulk("0123456789"), bulk("port"), number(port),
                  bulk("ip"), bulk("10.0.0.1"), bulk("endpoint"), endpoint,
                  bulk("role"), bulk(role), bulk("replication-offset"),
                  number(72156), bulk("health"), bulk(health)});
}


std::string shard(const std::string& slots, const std::string& nodes)
{
    return array({bulk("slots"), slots, bulk("nodes"), nodes});
}


bool read_shards(std::string_view bytes, ClusterMap& map, bool tls = false)
{
    Reply reply(bytes);

    return read_cluster_shards(reply.reader, tls, map);
}


void reads_shards(void**)
{
    auto map = std::make_unique<ClusterMap>();
    const std::string a = bulk("10.0.0.7");

    assert_true(read_shards(
        array({shard(array({number(0), number(99), number(200), number(200)}),
                     array({node(a, 7003, "replica", "online"),
                            node(a, 7000, "master", "online")})),
               shard(array({number(100), number(199)}),
                     array({node(bulk("redis-2"), 7001, "master", "online")})),
               shard(array({}), array({node(a, 7002, "master", "online")}))}),
        *map));

    assert_int_equal(map->masters.size(), 2);
    assert_true(map->masters[0].host == "10.0.0.7");
    assert_int_equal(map->masters[0].port, 7000);
    assert_true(map->masters[1].host == "redis-2");
    assert_int_equal(map->slots[0], 0);
    assert_int_equal(map->slots[99], 0);
    assert_int_equal(map->slots[100], 1);
    assert_int_equal(map->slots[199], 1);
    assert_int_equal(map->slots[200], 0);
    assert_int_equal(map->slots[201], ClusterMap::nobody);
}


// Of a shard with these nodes: the port of the one that serves; 0: none.
int serving_port(std::initializer_list<std::string> nodes)
{
    auto map = std::make_unique<ClusterMap>();
    const std::string slots = array({number(0), number(0)});

    assert_true(read_shards(array({shard(slots, array(nodes))}), *map));

    return map->slots[0] == ClusterMap::nobody
               ? 0
               : map->masters[map->slots[0]].port;
}


void prefers_the_master_that_is_well(void**)
{
    const std::string host = bulk("10.0.0.7");
    const auto master = [&](int port, std::string_view health) {
        return node(host, port, "master", health);
    };

    assert_int_equal(serving_port({master(1, "fail"), master(2, "online")}), 2);
    assert_int_equal(serving_port({master(1, "online"), master(2, "fail")}), 1);
    assert_int_equal(serving_port({master(1, "fail"), master(2, "loading")}),
                     2);
    assert_int_equal(serving_port({master(1, "loading"), master(2, "online")}),
                     2);

    // its slots fail, and no others
    assert_int_equal(serving_port({master(1, "fail")}), 1);

    assert_int_equal(serving_port({node(host, 1, "replica", "online")}), 0);
    assert_int_equal(serving_port({}), 0);
}


void knows_where_a_node_of_a_shard_is(void**)
{
    const std::pair<std::string, std::string> hosts[] = {
        {bulk("10.0.0.7"), "10.0.0.7"},
        {bulk("::1"), "::1"},
        {bulk("redis-2.example"), "redis-2.example"},
        {"$-1\r\n", ""},          // unknown: the one that was asked
        {bulk(""), ""},           // the same, as Redis 7 says it
        {bulk("?"), "10.0.0.1"},  // it should have a name, and has none
    };

    for (const auto& [endpoint, host] : hosts) {
        auto map = std::make_unique<ClusterMap>();

        assert_true(read_shards(
            array({shard(array({number(0), number(1)}),
                         array({node(endpoint, 7000, "master", "online")}))}),
            *map));
        if (map->masters[0].host != host) {
            fail_msg("%s is not %s", map->masters[0].host.c_str(),
                     host.c_str());
        }
    }
}


void takes_the_port_for_tls(void**)
{
    auto map = std::make_unique<ClusterMap>();
    const auto with = [&](std::initializer_list<std::string> ports) {
        std::string members =
            bulk("endpoint") + bulk("a") + bulk("role") + bulk("master");
        std::size_t count = 4 + ports.size();

        for (const std::string& port : ports) {
            members += port;
        }

        return array(
            {shard(array({number(0), number(1)}),
                   array({"*" + std::to_string(count) + "\r\n" + members}))});
    };
    const std::string both =
        with({bulk("port"), number(1), bulk("tls-port"), number(2)});

    assert_true(read_shards(both, *map));
    assert_int_equal(map->masters[0].port, 1);
    assert_true(read_shards(both, *map, true));
    assert_int_equal(map->masters[0].port, 2);

    assert_false(read_shards(with({bulk("port"), number(1)}), *map, true));
    assert_false(read_shards(with({bulk("tls-port"), number(2)}), *map));
    assert_false(read_shards(with({bulk("port"), number(0)}), *map));
    assert_false(read_shards(with({bulk("port"), bulk("7000")}), *map));
    assert_false(read_shards(with({bulk("port")}), *map));
}


void refuses_what_are_no_shards(void**)
{
    auto map = std::make_unique<ClusterMap>();
    const std::string nodes =
        array({node(bulk("a"), 7000, "master", "online")});
    const std::string all = array({number(0), number(16383)});

    for (const std::string& bytes : {
             std::string(":1\r\n"),
             std::string("-ERR Unknown subcommand\r\n"),
             std::string("$-1\r\n"),
             std::string("*0\r\n"),
             array({number(1)}),
             array({array({})}),
             array({array({bulk("slots")})}),
             array({array({bulk("slots"), all})}),
             array({array({bulk("nodes"), nodes})}),
             array({shard(bulk("0-1"), nodes)}),
             array({shard(all, bulk("nodes"))}),
             array({shard(array({number(0)}), nodes)}),
             array({shard(array({number(2), number(1)}), nodes)}),
             array({shard(array({number(-1), number(1)}), nodes)}),
             array({shard(array({number(0), number(16384)}), nodes)}),
             array({shard(array({bulk("0"), bulk("1")}), nodes)}),
             array({shard(all, nodes), shard(all, nodes)}),
             // what CLUSTER SLOTS says
             std::string("*1\r\n*3\r\n:0\r\n:16383\r\n"
                         "*2\r\n$1\r\na\r\n:7000\r\n"),
         }) {
        if (read_shards(bytes, *map)) {
            fail_msg("%s", bytes.c_str());
        }
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_slot_of_a_key),
        cmocka_unit_test(reads_redirections),
        cmocka_unit_test(refuses_what_is_no_redirection),
        cmocka_unit_test(reads_a_map),
        cmocka_unit_test(takes_a_nameless_node_for_the_one_that_was_asked),
        cmocka_unit_test(refuses_what_is_no_map),
        cmocka_unit_test(refuses_too_many_nodes),
        cmocka_unit_test(reads_shards),
        cmocka_unit_test(prefers_the_master_that_is_well),
        cmocka_unit_test(knows_where_a_node_of_a_shard_is),
        cmocka_unit_test(takes_the_port_for_tls),
        cmocka_unit_test(refuses_what_are_no_shards),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
