// The command that ends all sessions of an index, and its reply. What the
// script does in Redis is looked at in t/everywhere.t.

#include "core/session/user_index.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <memory_resource>
#include <string>

using namespace std::literals;
using logout::next_listed_key;
using logout::read_session_index_reply;
using logout::session_index_cluster_problem;
using logout::session_index_command;
using logout::SessionIndex;
using logout::SessionIndexOutcome;

namespace {

// The words but for the script, each in brackets.
std::string words_of(const SessionIndex& index)
{
    std::string text;

    std::pmr::monotonic_buffer_resource memory;
    const auto words = session_index_command(index, &memory);

    for (std::size_t i = 0; i < words.size(); ++i) {
        text += i == 1 ? "" : "[" + std::string(words[i]) + "]";
    }
    return text;
}


void an_index_with_a_known_key_is_a_key_of_the_script(void**)
{
    const std::string_view own[] = {"sess:1", "sess:2"};
    SessionIndex index;

    index.key = "oidc:sid:7";
    assert_string_equal(words_of(index).c_str(),
                        "[EVAL][1][oidc:sid:7]"
                        "[1000][][0][0][][oidc:sid:7][]");

    index.own_keys = own;
    index.own_key_count = 2;
    index.max = 5;
    index.member_prefix = "sess:";
    index.list_keys = true;
    assert_string_equal(words_of(index).c_str(),
                        "[EVAL][3][sess:1][sess:2][oidc:sid:7]"
                        "[5][sess:][1][2][][oidc:sid:7][]");
}


void an_index_that_the_session_names_is_not(void**)
{
    const std::string_view own[] = {"sess:1"};
    SessionIndex index;

    index.key = "user:";
    index.key_end = ":all";
    index.user_field = "passport.user";
    index.own_keys = own;
    index.own_key_count = 1;
    assert_string_equal(words_of(index).c_str(),
                        "[EVAL][1][sess:1]"
                        "[1000][][0][1][passport.user][user:][:all]");
}


void a_reply_says_what_was_ended(void**)
{
    const auto reply = read_session_index_reply("ended 12 3 ");

    assert_true(reply.has_value());
    assert_true(reply->outcome == SessionIndexOutcome::ended);
    assert_int_equal(reply->deleted, 12);
    assert_int_equal(reply->unlisted, 3);
    assert_true(reply->keys.empty());
}


void a_reply_says_why_not_all_was(void**)
{
    const std::pair<std::string_view, SessionIndexOutcome> cases[] = {
        {"nobody 1 0 ", SessionIndexOutcome::nobody},
        {"unreadable 1 0 ", SessionIndexOutcome::unreadable},
        {"many 1 0 ", SessionIndexOutcome::too_many},
        {"type 1 0 ", SessionIndexOutcome::no_index},
    };

    for (const auto& [text, outcome] : cases) {
        const auto reply = read_session_index_reply(text);

        assert_true(reply && reply->outcome == outcome);
        assert_int_equal(describe(outcome).empty(),
                         outcome == SessionIndexOutcome::nobody);
    }
    assert_true(describe(SessionIndexOutcome::ended).empty());
}


void what_is_not_a_reply_is_none(void**)
{
    for (const std::string_view text :
         {""sv, "ended"sv, "ended 1"sv, "ended x 0 "sv, "ended 1 -1 "sv,
          "ended  1 0 "sv, "Ended 1 0 "sv, "1"sv,
          "ended 99999999999999999999 0 "sv}) {
        if (read_session_index_reply(text)) {
            fail_msg("%s", std::string(text).c_str());
        }
    }
}


void deleted_keys_are_listed_by_length(void**)
{
    auto keys = read_session_index_reply("ended 3 0 3:a:b2:  1:9")->keys;

    assert_true(next_listed_key(keys) == "a:b");
    assert_true(next_listed_key(keys) == "  ");
    assert_true(next_listed_key(keys) == "9");
    assert_true(next_listed_key(keys).empty());

    for (std::string_view broken : {"4:abc"sv, "x:abc"sv, ":abc"sv, "3"sv}) {
        assert_true(next_listed_key(broken).empty());
        assert_true(broken.empty());
    }
}


void a_cluster_needs_one_hash_tag(void**)
{
    const auto fits = [](std::string_view session, std::string_view index,
                         std::string_view prefix) {
        return !session_index_cluster_problem(session, index, prefix);
    };

    assert_true(fits("{a}:s:", "{a}:u:$user", ""));
    assert_true(fits("s:{a}:", "u:{a}:$user", "s:{a}:"));
    assert_false(fits("{a}:s:", "{b}:u:$user", ""));
    assert_false(fits("{a}:s:", "{a}:u:$user", "s:"));
    assert_false(fits("s:", "u:$user", ""));
    assert_false(fits("{}:s:", "{}:u:$user", ""));
    assert_false(fits("{a:s:", "{a:u:$user", ""));
    assert_false(fits("{$a}:s:", "{$a}:u:$user", ""));
    assert_false(fits("{a}:s:", "$user:{a}", ""));
    assert_false(fits("$x{a}:s:", "$x{a}:$user", ""));
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(an_index_with_a_known_key_is_a_key_of_the_script),
        cmocka_unit_test(an_index_that_the_session_names_is_not),
        cmocka_unit_test(a_reply_says_what_was_ended),
        cmocka_unit_test(a_reply_says_why_not_all_was),
        cmocka_unit_test(what_is_not_a_reply_is_none),
        cmocka_unit_test(deleted_keys_are_listed_by_length),
        cmocka_unit_test(a_cluster_needs_one_hash_tag),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
