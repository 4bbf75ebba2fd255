// "Log out everywhere": where an application keeps an index of sessions in
// Redis (the session keys of one user, or of one session of an OpenID
// provider), one command ends all of them at once, and the index too.

#ifndef LOGOUT_SESSION_INDEX_HPP
#define LOGOUT_SESSION_INDEX_HPP

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// How many sessions of one index are ended, unless configured otherwise, and
// at most: Redis does nothing else meanwhile.
constexpr std::size_t session_index_default_max = 1000;
constexpr std::size_t session_index_max_limit = 10000;

// One index, and the sessions of a request whose keys are known already.
struct SessionIndex {
    // The key of a set, sorted set or list of session keys, or of a string
    // that is one session key. With `user_field`: what stands before the user
    // in it.
    std::string_view key;

    // With `user_field`: what stands behind the user in the index's key.
    std::string_view key_end = {};

    // Where the user is named in the first of `own_keys` that names one: a
    // field of a hash, or a path of members ("passport.user") in a string that
    // is JSON. Empty: `key` is complete.
    std::string_view user_field = {};

    // What makes a key of a member of the index. Empty: members are keys.
    std::string_view member_prefix = {};

    // An index with more members is left alone.
    std::size_t max = session_index_default_max;

    // Keys of the session that the request proved to have: deleted whatever
    // the index holds. If there are any and none exists, the index is left
    // alone: who has no session must not end those of others.
    const std::string_view* own_keys = nullptr;
    std::size_t own_key_count = 0;

    // Whether the reply is to name the session keys that were deleted.
    bool list_keys = false;
};

// The command, word by word; it may be sent twice without harm. The words point
// to the index's texts, to static text and to `memory`.
std::pmr::vector<std::string_view>
session_index_command(const SessionIndex& index,
                      std::pmr::memory_resource* memory);

enum class SessionIndexOutcome {
    ended,       // all there was
    nobody,      // the session names no user: only it was ended
    unreadable,  // the session is neither a hash nor JSON: only it was ended
    too_many,    // more than `max`: only the request's own session was ended
    no_index,    // the key holds something else: the same
};

struct SessionIndexReply {
    SessionIndexOutcome outcome;
    std::size_t deleted;    // keys that existed, the index's among them
    std::size_t unlisted;   // deleted keys that the reply had no room to name
    std::string_view keys;  // those that it names, for next_listed_key()
};

// Reads the command's reply, a string. Nothing if it is not one.
std::optional<SessionIndexReply>
read_session_index_reply(std::string_view reply);

// Takes the first key off SessionIndexReply::keys; empty if there is none left,
// or what is left is malformed.
std::string_view next_listed_key(std::string_view& keys);

// Why not all sessions were ended; empty for `ended` and `nobody`. Static.
std::string_view describe(SessionIndexOutcome outcome);

// Reads SessionIndex::max. What is wrong with `text`, or nothing.
std::optional<std::string> read_session_index_max(std::string_view text,
                                                  std::size_t& max);

// Why these cannot be used in a Redis Cluster, where a script reaches the keys
// of one slot only (a sentence without a full stop), or nothing. The texts are
// as configured: what a variable gives is not known.
std::optional<std::string>
session_index_cluster_problem(std::string_view session_key,
                              std::string_view index_key,
                              std::string_view member_prefix);

}  // namespace logout

#endif
