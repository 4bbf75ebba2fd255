// Slots, redirections and maps of a Redis Cluster.

#include "redis/logout_redis_topology.hpp"

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
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
