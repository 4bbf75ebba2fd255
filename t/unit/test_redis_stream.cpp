// Entries of a stream, as Redis sends them, and as it does not.

#include "redis/stream_reply.hpp"

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
using logout::redis::ReplyReader;
using logout::redis::StreamRecord;
using logout::redis::StreamRecords;
using Step = logout::redis::StreamRecords::Step;

namespace {

std::string shown(StreamRecords records)
{
    StreamRecord record;
    std::string all;

    for (;;) {
        switch (records.next(record)) {
        case Step::record:
            all += "(" + std::string(record.id);
            for (const std::string_view text : record.texts) {
                all += " " + std::string(text);
            }
            all += ")";
            break;
        case Step::end:
            return all;
        case Step::nonsense:
            return all + "nonsense";
        }
    }
}


std::string shown(std::string_view bytes, bool is_xread)
{
    ReplyReader reader({4096, 64});

    assert_true(reader.reset());
    assert_true(reader.feed(bytes));
    assert_true(reader.next() == ReplyReader::Outcome::reply);

    return shown(is_xread ? StreamRecords::of_xread(reader)
                          : StreamRecords::of_xrange(reader));
}


constexpr std::string_view two_entries =
    "*2\r\n"
    "*2\r\n$3\r\n1-0\r\n*4\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$0\r\n\r\n"
    "*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nx\r\n$1\r\ny\r\n";


void test_entries(void**)
{
    const std::string in_stream =
        "*1\r\n*2\r\n$3\r\nkey\r\n" + std::string(two_entries);

    assert_string_equal(shown(in_stream, true).c_str(),
                        "(1-0 a b c )(2-0 x y)");
    assert_string_equal(shown(two_entries, false).c_str(),
                        "(1-0 a b c )(2-0 x y)");
    assert_string_equal(shown("*0\r\n", false).c_str(), "");
    assert_string_equal(shown("*1\r\n*2\r\n$3\r\n1-0\r\n*0\r\n", false).c_str(),
                        "(1-0)");
}


void test_what_is_no_stream(void**)
{
    for (const std::string_view reply :
         {":1\r\n"sv, "$-1\r\n"sv, "*0\r\n"sv, "*1\r\n:1\r\n"sv,
          "*1\r\n*1\r\n$3\r\nkey\r\n"sv, "*1\r\n*2\r\n:1\r\n*0\r\n"sv,
          "*1\r\n*2\r\n$3\r\nkey\r\n:1\r\n"sv, "*2\r\n*0\r\n*0\r\n"sv}) {
        assert_string_equal(shown(reply, true).c_str(), "nonsense");
    }

    for (const std::string_view reply :
         {":1\r\n"sv, "*1\r\n:1\r\n"sv, "*1\r\n*1\r\n$3\r\n1-0\r\n"sv,
          "*1\r\n*2\r\n:1\r\n*0\r\n"sv, "*1\r\n*2\r\n$3\r\n1-0\r\n:1\r\n"sv,
          "*1\r\n*2\r\n$3\r\n1-0\r\n*1\r\n:7\r\n"sv,
          "*1\r\n*2\r\n$3\r\n1-0\r\n*-1\r\n"sv}) {
        assert_string_equal(shown(reply, false).c_str(), "nonsense");
    }
}


// What follows it is not looked at any more.
void test_nonsense_stays(void**)
{
    assert_string_equal(
        shown("*2\r\n:1\r\n*2\r\n$3\r\n1-0\r\n*0\r\n", false).c_str(),
        "nonsense");
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_what_is_no_stream),
        cmocka_unit_test(test_nonsense_stays),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
