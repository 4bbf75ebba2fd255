// What the errors of Redis, and of proxies before it, mean. Their own texts are
// not repeated: they may hold keys, and anything else.

#ifndef LOGOUT_REDIS_ERROR_WORDS_HPP
#define LOGOUT_REDIS_ERROR_WORDS_HPP

#include <cstddef>
#include <string_view>

namespace logout::redis {

constexpr std::size_t error_word_limit = 24;

// The first word of an error reply, such as NOPERM: upper-case letters only,
// at most error_word_limit. "ERR" where it does not start with one.
std::string_view error_word(std::string_view text);

// What an error reply says, as a clause for the log that lives forever;
// nullptr: it is not known.
const char* error_meaning(std::string_view text);

// Whether a replica says that it takes no writes; before Redis 7 it says so of
// a script's command in other words.
bool is_read_only(std::string_view error);

}  // namespace logout::redis

#endif
