// What is made of the errors of Redis for the log.

#include "redis/error_words.hpp"

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
extern "C" {
#include <cmocka.h>
}

using logout::redis::error_meaning;
using logout::redis::error_word;
using logout::redis::is_read_only;

namespace {

void names_errors_by_their_first_word(void**)
{
    const std::pair<std::string_view, std::string_view> words[] = {
        {"NOPERM this user has no permissions", "NOPERM"},
        {"ERR unknown command", "ERR"},
        {"NOAUTH", "NOAUTH"},
        {"MOVED 3999 127.0.0.1:6381", "MOVED"},
        {"oh no", "ERR"},
        {"", "ERR"},
        {"\x1b[31m", "ERR"},
        {"READONLY\nx", "READONLY"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWX"},
    };

    for (const auto& [text, word] : words) {
        assert_true(error_word(text) == word);
    }
}


void knows_what_a_replica_says(void**)
{
    for (const char* const text :
         {"READONLY You can't write against a read only replica.", "READONLY",
          "ERR Error running script (call to f_0): @user_script:1:"
          " @user_script: 1: -READONLY You can't write against a read only"
          " replica."}) {
        assert_true(is_read_only(text));
        assert_string_equal(error_meaning(text),
                            "it is a replica, which takes no writes");
    }
    for (const char* const text :
         {"", "ERR", "READONLYX", "ERR unknown command -READONLY ",
          "MISCONF READONLY"}) {
        assert_false(is_read_only(text));
    }
}


// The texts are those of redis-server 5 to 8, twemproxy 0.5 and Envoy.
void knows_what_errors_mean(void**)
{
    const std::pair<std::string_view, std::string_view> meanings[] = {
        {"MISCONF Redis is configured to save RDB snapshots, but it's"
         " currently unable to persist to disk.",
         "it cannot save to its disk, and takes no writes until it can"},
        {"NOREPLICAS Not enough good replicas to write.",
         "it has fewer replicas than its min-replicas-to-write"},
        {"WRONGPASS invalid username-password pair or user is disabled.",
         "the user's name or password is wrong"},
        {"ERR invalid password", "the user's name or password is wrong"},
        {"ERR max number of clients reached",
         "it has as many clients as its maxclients allows"},
        {"ERR max number of clients + cluster connections reached",
         "it has as many clients as its maxclients allows"},
        {"ERR DB index is out of range", "it has no database of this number"},
        {"ERR AUTH <password> called without any password configured for the"
         " default user. Are you sure your configuration is correct?",
         "a password is configured, and the server has none"},
        {"ERR Connection refused",
         "a proxy does not reach the server behind it"},
        {"upstream failure", "a proxy does not reach the server behind it"},
    };

    for (const auto& [text, meaning] : meanings) {
        const char* const found = error_meaning(text);

        if (found == nullptr || meaning != found) {
            fail_msg("%s: %s", std::string(text).c_str(), found);
        }
    }
}


void says_nothing_of_what_it_does_not_know(void**)
{
    for (const char* const text :
         {"", "ERR", "ERR secret", "BUSYKEY Target key name already exists.",
          "BUSYGROUP", "oh no", "MISCONFIGURED"}) {
        assert_null(error_meaning(text));
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(names_errors_by_their_first_word),
        cmocka_unit_test(knows_what_a_replica_says),
        cmocka_unit_test(knows_what_errors_mean),
        cmocka_unit_test(says_nothing_of_what_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
