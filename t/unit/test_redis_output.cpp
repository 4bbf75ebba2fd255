// Commands as they are sent to Redis, and the buffer that keeps them.

#include "redis/output.hpp"

#include <hiredis/hiredis.h>

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>
extern "C" {
#include <cmocka.h>
}

using logout::redis::command_length;
using logout::redis::OutputBuffer;
using logout::redis::write_command;

namespace {

std::string written(const std::vector<std::string_view>& arguments)
{
    std::string text(command_length(arguments.data(), arguments.size()), '?');

    write_command(text.data(), arguments.data(), arguments.size());

    return text;
}


std::string of_hiredis(const std::vector<std::string_view>& arguments)
{
    std::vector<const char*> data;
    std::vector<std::size_t> lengths;

    for (std::string_view argument : arguments) {
        data.push_back(argument.data());
        lengths.push_back(argument.size());
    }

    char* text = nullptr;
    int length = redisFormatCommandArgv(&text, static_cast<int>(data.size()),
                                        data.data(), lengths.data());
    std::string copy(text, static_cast<std::size_t>(length));

    redisFreeCommand(text);

    return copy;
}


std::string written(logout::redis::KeyCommand command, std::string_view key)
{
    std::string text(command_length(command, key.size()), '?');

    write_command(text.data(), command, key);

    return text;
}


void writes_deletes_as_other_commands(void**)
{
    for (const std::size_t size : {0, 1, 9, 10, 99, 100, 1000, 123456}) {
        const std::string key(size, 'k');

        assert_true(written(logout::redis::unlink_command, key) ==
                    written({"UNLINK", key}));
        assert_true(written(logout::redis::del_command, key) ==
                    written({"DEL", key}));
    }
}


void writes_what_hiredis_writes(void**)
{
    const std::string long_key(100000, 'k');
    const std::vector<std::vector<std::string_view>> commands = {
        {"PING"},
        {"UNLINK", "sess:abc"},
        {"DEL", ""},
        {"DEL", std::string_view("a\r\n$3\0b", 7)},
        {"XADD", "log", "*", "result", "logged_out", "key", "0123456789"},
        {"UNLINK", long_key},
        {"SET", std::string_view(long_key).substr(0, 9),
         std::string_view(long_key).substr(0, 10)},
    };

    for (const auto& command : commands) {
        assert_true(written(command) == of_hiredis(command));
    }
}


void fill(OutputBuffer& output, std::string_view text)
{
    char* room = output.claim(text.size());

    assert_non_null(room);
    text.copy(room, text.size());
}


void keeps_what_was_sent_until_it_is_released(void**)
{
    OutputBuffer output(64);

    fill(output, "one");
    OutputBuffer::Position first = output.end();
    fill(output, "two");
    OutputBuffer::Position second = output.end();

    assert_true(output.unsent() == "onetwo");
    output.mark_sent(4);
    assert_true(output.unsent() == "wo");
    assert_true(output.bytes(0, first) == "one");

    output.release(first);
    assert_true(output.bytes(first, second) == "two");
    output.mark_sent(2);
    output.release(second);
    assert_true(output.unsent().empty());
    assert_true(output.end() == second);
}


void refuses_more_than_its_capacity(void**)
{
    OutputBuffer output(16);

    fill(output, "0123456789");
    assert_null(output.claim(7));
    assert_null(output.claim(6, 1));
    assert_non_null(output.claim(6));
    assert_null(output.claim(1));
}


void makes_room_of_what_is_released(void**)
{
    OutputBuffer output(16);

    fill(output, "0123456789");
    OutputBuffer::Position released = output.end();
    fill(output, "abcd");
    OutputBuffer::Position kept = output.end();
    output.mark_sent(12);
    output.release(released);

    fill(output, "0123456789");
    assert_true(output.bytes(released, kept) == "abcd");
    assert_true(output.unsent() == "cd0123456789");
}


void rebuilds_with_some_left_out(void**)
{
    OutputBuffer output(64);
    OutputBuffer::Position ends[4];

    for (int i = 0; i < 4; i++) {
        fill(output, std::string(5, static_cast<char>('a' + i)));
        ends[i] = output.end();
    }

    output.mark_sent(17);
    output.release(ends[0]);

    OutputBuffer::Rebuild rebuild(output);
    OutputBuffer::Position b = ends[0];
    OutputBuffer::Position d = ends[2];

    rebuild.keep(b, ends[1]);
    rebuild.keep(d, ends[3]);
    rebuild.finish();

    assert_true(output.unsent() == "bbbbbddddd");
    assert_true(output.bytes(b, ends[1]) == "bbbbb");
    assert_true(output.bytes(d, ends[3]) == "ddddd");
    assert_true(output.end() == ends[3]);

    fill(output, "e");
    assert_true(output.unsent() == "bbbbbddddde");
}


// Whatever the order of claims, sends and releases: what the socket gets is
// what was claimed, in order, and what is not released stays readable.
void survives_a_long_random_life(void**)
{
    struct Kept {
        OutputBuffer::Position begin;
        OutputBuffer::Position end;
        std::string text;
    };

    constexpr std::size_t capacity = 80000;
    OutputBuffer output(capacity);
    std::mt19937 random(7);
    std::deque<Kept> kept;
    std::string queued;
    std::string sent;
    std::size_t refused = 0;

    for (int i = 0; i < 200000; i++) {
        switch (random() % 8) {
        default: {
            std::string text(1 + random() % 700,
                             static_cast<char>('a' + random() % 26));
            char* room = output.claim(text.size());
            if (room == nullptr) {
                refused++;
                break;
            }
            text.copy(room, text.size());
            kept.push_back({output.end() - text.size(), output.end(), text});
            queued += text;
            break;
        }
        case 0:
        case 1: {
            std::string_view bytes = output.unsent();
            std::size_t length =
                bytes.empty() ? 0 : 1 + random() % bytes.size();
            sent += bytes.substr(0, length);
            output.mark_sent(length);
            break;
        }
        case 2:
        case 3:
            for (std::size_t n = random() % 4; n > 0 && !kept.empty(); n--) {
                if (kept.front().end > output.sent()) {
                    break;
                }
                assert_true(
                    output.bytes(kept.front().begin, kept.front().end) ==
                    kept.front().text);
                output.release(kept.front().end);
                kept.pop_front();
            }
            break;
        }

        if (sent.size() > 1000000) {
            assert_true(queued.compare(0, sent.size(), sent) == 0);
            queued.erase(0, sent.size());
            sent.clear();
        }
    }

    assert_true(queued.compare(0, sent.size(), sent) == 0);
    assert_true(refused > 0);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_hiredis_writes),
        cmocka_unit_test(writes_deletes_as_other_commands),
        cmocka_unit_test(keeps_what_was_sent_until_it_is_released),
        cmocka_unit_test(refuses_more_than_its_capacity),
        cmocka_unit_test(makes_room_of_what_is_released),
        cmocka_unit_test(rebuilds_with_some_left_out),
        cmocka_unit_test(survives_a_long_random_life),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
