// Replies of Redis: those it sends, and those that only a broken or hostile
// server sends.

#include "redis/reply.hpp"

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::redis::ReplyNode;
using logout::redis::ReplyReader;
using logout::redis::ReplyType;
using Outcome = logout::redis::ReplyReader::Outcome;

namespace {

constexpr logout::redis::ReplyLimits limits = {4096, 32};


// The reply in a form that is easy to compare.
std::string shown(const ReplyReader& reader, const ReplyNode& node)
{
    std::string text(reader.text(node));

    switch (node.type) {
    case ReplyType::integer:
        return ":" + std::to_string(node.integer);
    case ReplyType::status:
        return "+" + text;
    case ReplyType::bulk:
        return "'" + text + "'";
    case ReplyType::nil:
        return "nil";
    case ReplyType::error:
        return "-" + text;
    case ReplyType::array:
        break;
    }

    std::string all = "[" + std::to_string(node.count);

    for (const ReplyNode* child = reader.first(node); child != nullptr;
         child = reader.next(*child)) {
        all += " " + shown(reader, *child);
    }

    return all + "]";
}


// All replies in `bytes`, which arrive in pieces of `step` bytes.
std::string read_all(std::string_view bytes, std::size_t step)
{
    ReplyReader reader(limits);
    std::string all;

    assert_true(reader.reset());

    while (!bytes.empty()) {
        assert_true(reader.feed(bytes.substr(0, step)));
        bytes.remove_prefix(bytes.size() < step ? bytes.size() : step);

        for (Outcome outcome = reader.next(); outcome != Outcome::more;
             outcome = reader.next()) {
            if (outcome == Outcome::broken) {
                assert_true(reader.next() == Outcome::broken);
                return all + "broken";
            }
            all += shown(reader, reader.root()) + "\n";
        }
    }

    return all + (reader.halfway() ? "halfway" : "");
}


struct Case {
    std::string_view bytes;
    std::string_view replies;
};

const Case cases[] = {
    {":1\r\n", ":1\n"},
    {":-9223372036854775808\r\n", ":-9223372036854775808\n"},
    {"+OK\r\n", "+OK\n"},
    {"-NOPERM no\r\n", "-NOPERM no\n"},
    {"$5\r\nhello\r\n", "'hello'\n"},
    {"$0\r\n\r\n", "''\n"},
    {"$2\r\n\r\n\r\n", "'\r\n'\n"},
    {"$-1\r\n", "nil\n"},
    {"*-1\r\n", "nil\n"},
    {"*0\r\n", "[0]\n"},
    {":1\r\n:0\r\n-ERR x\r\n:1\r\n", ":1\n:0\n-ERR x\n:1\n"},
    {"*3\r\n$6\r\nmaster\r\n:42\r\n*0\r\n", "[3 'master' :42 [0]]\n"},
    {"*1\r\n*3\r\n:0\r\n:9\r\n*2\r\n$1\r\na\r\n:7\r\n",
     "[1 [3 :0 :9 [2 'a' :7]]]\n"},
    {"*2\r\n:1\r\n", "halfway"},
    {":1", "halfway"},
    {"$5\r\nhel", "halfway"},
    {":1\r\n:", ":1\nhalfway"},
    {"HTTP/1.1 400 Bad Request\r\n", "broken"},
    {":1\r\nxyz\r\n", ":1\nbroken"},
    {":1x\r\n", "broken"},
    {":99999999999999999999\r\n", "broken"},
    {"$x\r\n", "broken"},
    {"$-2\r\n", "broken"},
    {"*-2\r\n", "broken"},
    {"*33\r\n", "broken"},  // more values than the limit
    {"*2147483647\r\n", "broken"},
    {"*99999999999\r\n", "broken"},
    {">2\r\n+a\r\n+b\r\n", "broken"},  // RESP3: not asked for
    {"%1\r\n+a\r\n+b\r\n", "broken"},
    {"_\r\n", "broken"},
    {",1.5\r\n", "broken"},
    {"#t\r\n", "broken"},
    {"=7\r\ntxt:abc\r\n", "broken"},
    {"\0\0\0\0"sv, "broken"},
};


void reads_in_any_pieces(void**)
{
    for (const Case& c : cases) {
        for (std::size_t step : {1, 2, 3, 7, 4096}) {
            std::string replies = read_all(c.bytes, step);

            if (replies != c.replies) {
                fail_msg("%.*s in pieces of %zu: %s",
                         static_cast<int>(c.bytes.size()), c.bytes.data(), step,
                         replies.c_str());
            }
        }
    }
}


void refuses_nested_arrays_without_end(void**)
{
    std::string nested;

    for (int i = 0; i < 100; i++) {
        nested += "*1\r\n";
    }

    assert_string_equal(read_all(nested, 4096).c_str(), "broken");
}


void refuses_replies_over_the_limit(void**)
{
    const std::string body(limits.bytes + 1, 'x');

    assert_string_equal(read_all("$536870912\r\n" + body, 1000).c_str(),
                        "broken");
    assert_string_equal(read_all("+" + body, 1000).c_str(), "broken");
    assert_string_equal(read_all(body, 1000).c_str(), "broken");

    // many values that are small alone
    std::string many = "*30\r\n";
    for (int i = 0; i < 30; i++) {
        many += "$200\r\n" + std::string(200, 'y') + "\r\n";
    }
    assert_string_equal(read_all(many, 1000).c_str(), "broken");
}


void starts_afresh_after_reset(void**)
{
    ReplyReader reader(limits);

    assert_true(reader.reset());
    assert_true(reader.feed("nonsense\r\n"));
    assert_true(reader.next() == Outcome::broken);

    assert_true(reader.reset());
    assert_true(reader.feed("*2\r\n:1\r\n"));
    assert_true(reader.next() == Outcome::more);
    assert_true(reader.halfway());

    assert_true(reader.reset());
    assert_false(reader.halfway());
    assert_true(reader.feed(":7\r\n"));
    assert_true(reader.next() == Outcome::reply);
    assert_true(reader.root().integer == 7);
}


void reads_many_replies_in_bounded_memory(void**)
{
    ReplyReader reader(limits);

    assert_true(reader.reset());

    for (int i = 0; i < 100000; i++) {
        assert_true(reader.feed("$20\r\n01234567890123456789\r\n:1\r\n"));
        assert_true(reader.next() == Outcome::reply);
        assert_true(reader.text(reader.root()) == "01234567890123456789");
        assert_true(reader.next() == Outcome::reply);
        assert_true(reader.root().integer == 1);
        assert_true(reader.next() == Outcome::more);
        assert_false(reader.halfway());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_any_pieces),
        cmocka_unit_test(refuses_nested_arrays_without_end),
        cmocka_unit_test(refuses_replies_over_the_limit),
        cmocka_unit_test(starts_afresh_after_reset),
        cmocka_unit_test(reads_many_replies_in_bounded_memory),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
