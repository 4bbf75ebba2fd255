#include "core/session/user_index.hpp"

#include <charconv>
#include <limits>

namespace logout {

namespace {

// KEYS: the session's own, then the index's if it is known.
// ARGV: most members, their prefix, whether to list keys, how many keys are the
// session's own, the user's field, what is before and behind the user.
//
// An error of Redis does not stop the script, so that one member that may not
// be deleted does not keep the others; it is the reply in the end. That the
// user lacks a permission is worded differently by each version, 6 to 7.4.
//
// JSON numbers are doubles: one that may have been rounded is not a user.
constexpr std::string_view script = R"lua(
local max, prefix, list = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1'
local own, field = tonumber(ARGV[4]), ARGV[5]
local index = KEYS[own + 1]
local deleted, unlisted, listed, size, refusal = 0, 0, {}, 0, nil

local function call(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    refusal = refusal or reply.err
    return nil
  end
  return reply
end

local function kind_of(key)
  local reply = call('TYPE', key)
  return reply and reply.ok
end

local function remove(key)
  local count = call('UNLINK', key) or 0
  deleted = deleted + count
  return count > 0
end

local function remove_session(key)
  if remove(key) and list then
    local text = #key .. ':' .. key
    if size + #text <= 49152 then
      size = size + #text
      listed[#listed + 1] = text
    else
      unlisted = unlisted + 1
    end
  end
end

local function answer(outcome)
  if refusal then
    for _, words in ipairs({'NOPERM', 'ACL failure', 'executing the script'}) do
      if string.find(refusal, words, 1, true) then
        refusal = 'NOPERM a key or command of the script is not permitted'
      end
    end
    return redis.error_reply(refusal)
  end
  return table.concat({outcome, deleted, unlisted, table.concat(listed)}, ' ')
end

local unreadable = false

local function in_json(text)
  local ok, value = pcall(cjson.decode, text)
  if not ok then
    unreadable = true
    return nil
  end
  for name in string.gmatch(field, '[^.]+') do
    value = type(value) == 'table' and value[name] or nil
  end
  if type(value) == 'number' and value % 1 == 0
      and math.abs(value) < 9007199254740992 then
    return string.format('%.0f', value)
  end
  return value
end

local function user_of(key, kind)
  local user
  if kind == 'hash' then
    user = call('HGET', key, field)
  elseif kind == 'string' then
    user = in_json(call('GET', key) or '')
  end
  if type(user) == 'string' and #user > 0 and #user <= 256 then
    return user
  end
end

local function members_of(key, kind)
  local read = {
    set = {'SCARD', 'SMEMBERS', key},
    zset = {'ZCARD', 'ZRANGE', key, 0, -1},
    list = {'LLEN', 'LRANGE', key, 0, -1},
  }
  if kind == 'string' then
    return {call('GET', key)}
  elseif not read[kind] then
    return nil, 'type'
  elseif (call(read[kind][1], key) or 0) > max then
    return nil, 'many'
  end
  return call(unpack(read[kind], 2)) or {}
end

local live, user = own == 0, nil
for i = 1, own do
  local kind = kind_of(KEYS[i])
  if kind and kind ~= 'none' then
    live = true
    if field ~= '' then
      user = user or user_of(KEYS[i], kind)
    end
  end
end
if not live then
  return answer('ended')
end

for i = 1, own do
  remove_session(KEYS[i])
end

if field ~= '' then
  if not user then
    return answer(unreadable and 'unreadable' or 'nobody')
  end
  index = ARGV[6] .. user .. ARGV[7]
end

local kind = kind_of(index)
if not kind or kind == 'none' then
  return answer('ended')
end

local members, problem = members_of(index, kind)
if not members then
  return answer(problem)
end

for _, member in ipairs(members) do
  if #member > 0 then
    remove_session(prefix .. member)
  end
end

remove(index)
return answer('ended')
)lua";


struct OutcomeWord {
    std::string_view word;
    SessionIndexOutcome outcome;
};

constexpr OutcomeWord outcomes[] = {
    {"ended", SessionIndexOutcome::ended},
    {"nobody", SessionIndexOutcome::nobody},
    {"unreadable", SessionIndexOutcome::unreadable},
    {"many", SessionIndexOutcome::too_many},
    {"type", SessionIndexOutcome::no_index},
};


std::string_view decimal(std::size_t number, std::pmr::memory_resource* memory)
{
    constexpr std::size_t digits = std::numeric_limits<std::size_t>::digits10;
    char* const text = static_cast<char*>(memory->allocate(digits + 1, 1));
    const auto end = std::to_chars(text, text + digits + 1, number).ptr;

    return {text, static_cast<std::size_t>(end - text)};
}


// Takes what stands before the first `separator`, and the separator, off
// `text`; all of it if there is none.
std::string_view take_until(std::string_view& text, char separator)
{
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);

    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return part;
}


std::optional<std::size_t> read_number(std::string_view text)
{
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);

    if (text.empty() || result.ec != std::errc() || result.ptr != end) {
        return std::nullopt;
    }
    return number;
}


std::optional<SessionIndexOutcome> read_outcome(std::string_view word)
{
    for (const OutcomeWord& outcome : outcomes) {
        if (outcome.word == word) {
            return outcome.outcome;
        }
    }
    return std::nullopt;
}


// What decides the slot of every key that begins with `text` (Redis Cluster
// specification, "Hash tags"); empty if variables do.
std::string_view literal_hash_tag(std::string_view text)
{
    const std::size_t open = text.find('{');
    const std::size_t close = open == text.npos ? open : text.find('}', open);

    if (close == text.npos || text.find('$') < close) {
        return {};
    }
    return text.substr(open + 1, close - open - 1);
}

}  // namespace


std::pmr::vector<std::string_view>
session_index_command(const SessionIndex& index,
                      std::pmr::memory_resource* memory)
{
    const bool key_is_known = index.user_field.empty();
    const std::size_t keys = index.own_key_count + (key_is_known ? 1 : 0);
    std::pmr::vector<std::string_view> words(memory);

    words.reserve(3 + keys + 7);
    words.insert(words.end(), {"EVAL", script, decimal(keys, memory)});
    words.insert(words.end(), index.own_keys,
                 index.own_keys + index.own_key_count);
    if (key_is_known) {
        words.push_back(index.key);
    }

    words.insert(words.end(), {decimal(index.max, memory), index.member_prefix,
                               index.list_keys ? "1" : "0",
                               decimal(index.own_key_count, memory),
                               index.user_field, index.key, index.key_end});
    return words;
}


std::optional<SessionIndexReply>
read_session_index_reply(std::string_view reply)
{
    const auto outcome = read_outcome(take_until(reply, ' '));
    const auto deleted = read_number(take_until(reply, ' '));
    const auto unlisted = read_number(take_until(reply, ' '));

    if (!outcome || !deleted || !unlisted) {
        return std::nullopt;
    }
    return SessionIndexReply{*outcome, *deleted, *unlisted, reply};
}


std::string_view next_listed_key(std::string_view& keys)
{
    const auto length = read_number(take_until(keys, ':'));

    if (!length || *length > keys.size()) {
        keys = {};
        return {};
    }

    const std::string_view key = keys.substr(0, *length);

    keys.remove_prefix(*length);
    return key;
}


std::optional<std::string> read_session_index_max(std::string_view text,
                                                  std::size_t& max)
{
    const auto number = read_number(text);

    if (!number || *number == 0 || *number > session_index_max_limit) {
        return "it must be a number from 1 to " +
               std::to_string(session_index_max_limit);
    }

    max = *number;
    return std::nullopt;
}


std::string_view describe(SessionIndexOutcome outcome)
{
    switch (outcome) {
    case SessionIndexOutcome::ended:
    case SessionIndexOutcome::nobody:
        break;
    case SessionIndexOutcome::unreadable:
        return "the session is neither a hash nor JSON, its user is not known";
    case SessionIndexOutcome::too_many:
        return "the index has more sessions than all_max allows";
    case SessionIndexOutcome::no_index:
        return "the index is not a set, sorted set, list or string";
    }
    return {};
}


std::optional<std::string>
session_index_cluster_problem(std::string_view session_key,
                              std::string_view index_key,
                              std::string_view member_prefix)
{
    const std::string_view tag = literal_hash_tag(index_key);
    const bool shared =
        !tag.empty() && literal_hash_tag(session_key) == tag &&
        (member_prefix.empty() || literal_hash_tag(member_prefix) == tag);

    if (shared) {
        return std::nullopt;
    }
    return "in a cluster a script reaches the keys of one slot only: the "
           "session's key and its index need one hash tag, such as "
           "\"{app}:sess:\" and \"{app}:user:\"";
}

}  // namespace logout
