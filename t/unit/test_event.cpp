// The commands that tell of a logout.

#include "core/answer/event.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using logout::EventTarget;
using logout::LogoutEvent;

namespace {

std::pmr::monotonic_buffer_resource arena;

// printf abc | sha256sum
constexpr std::string_view hash_of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
// printf def | sha256sum
constexpr std::string_view hash_of_def =
    "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34";


void check_equal(std::string_view actual, std::string_view expected)
{
    if (actual != expected) {
        fail_msg("\"%.*s\" is not \"%.*s\"", static_cast<int>(actual.size()),
                 actual.data(), static_cast<int>(expected.size()),
                 expected.data());
    }
}


LogoutEvent make_event()
{
    LogoutEvent event(&arena);

    event.protocol = "auth0";
    event.client = "my-spa";
    event.session_ids.push_back("abc");
    event.request = "0123456789abcdef";
    event.milliseconds = 1763728312045;
    event.fields.push_back({"tenant", "a\"b"});
    return event;
}


std::string words(const EventTarget& target, const LogoutEvent& event)
{
    std::string text;

    for (const std::string_view word :
         logout::event_command(target, event, &arena)) {
        text += std::string(text.empty() ? "" : " ") +
                (word.empty() ? "''" : std::string(word));
    }

    return text;
}


void writes_an_entry(void**)
{
    EventTarget target;
    target.name = "logouts";

    check_equal(words(target, make_event()),
                "XADD logouts MAXLEN ~ 10000 * v 1 result logged_out protocol"
                " auth0 client my-spa token '' request 0123456789abcdef time"
                " 1763728312.045 sessions " +
                    std::string(hash_of_abc) + " tenant a\"b");
}


void writes_a_message(void**)
{
    EventTarget target;
    target.kind = EventTarget::Kind::channel;
    target.name = "logouts";

    check_equal(words(target, make_event()),
                "PUBLISH logouts {\"v\":\"1\",\"result\":\"logged_out\","
                "\"protocol\":\"auth0\",\"client\":\"my-spa\",\"token\":\"\","
                "\"request\":\"0123456789abcdef\",\"time\":\"1763728312.045\","
                "\"sessions\":[\"" +
                    std::string(hash_of_abc) + "\"],\"tenant\":\"a\\\"b\"}");
}


void separates_sessions(void**)
{
    EventTarget target;
    LogoutEvent event = make_event();

    target.name = "s";
    target.max_length = "5";
    event.session_ids.push_back("def");
    event.result = logout::Result::deferred;
    event.token = "abc";
    event.fields.clear();

    check_equal(words(target, event),
                "XADD s MAXLEN ~ 5 * v 1 result deferred protocol auth0 client"
                " my-spa token " +
                    std::string(hash_of_abc) +
                    " request 0123456789abcdef time 1763728312.045 sessions " +
                    std::string(hash_of_abc) + " " + std::string(hash_of_def));
}


void has_no_session(void**)
{
    EventTarget target;
    LogoutEvent event(&arena);

    target.name = "s";
    check_equal(words(target, event),
                "XADD s MAXLEN ~ 10000 * v 1 result logged_out protocol ''"
                " client '' token '' request '' time 0 sessions ''");
}


void judges_field_names(void**)
{
    for (const std::string_view name : {"tenant", "X_1", "a"}) {
        assert_false(logout::event_field_problem(name).has_value());
    }

    for (const std::string_view name :
         {"", "a-b", "a b", "v", "result", "sessions", "time"}) {
        assert_true(logout::event_field_problem(name).has_value());
    }

    assert_false(logout::event_field_problem(std::string(64, 'a')).has_value());
    assert_true(logout::event_field_problem(std::string(65, 'a')).has_value());
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(writes_an_entry),
        cmocka_unit_test(writes_a_message),
        cmocka_unit_test(separates_sessions),
        cmocka_unit_test(has_no_session),
        cmocka_unit_test(judges_field_names),
    };

    return cmocka_run_group_tests_name("event", tests, nullptr, nullptr);
}
