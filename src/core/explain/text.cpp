#include "core/explain/text.hpp"

#include "core/explain/explain.hpp"
#include "core/session/id_hash.hpp"

#include <charconv>

namespace logout {

namespace {

bool is_token(Parameter parameter)
{
    return parameter == Parameter::id_token_hint ||
           parameter == Parameter::logout_token ||
           parameter == Parameter::oauth_token;
}

}  // namespace


std::string_view ExplainText::sentence(std::string_view text) const
{
    const char first = text.empty() ? '.' : text.front();
    const char capital =
        first >= 'a' && first <= 'z' ? static_cast<char>(first - 32) : first;

    return join({{&capital, 1}, text.empty() ? text : text.substr(1), "."});
}


std::string_view ExplainText::number(std::size_t value) const
{
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;

    return join({{digits, static_cast<std::size_t>(end - digits)}});
}


std::string_view ExplainText::hash(std::string_view secret) const
{
    return session_hash(secrets_.hash, secret, memory_);
}


std::string_view ExplainText::session_id(std::string_view id) const
{
    return secrets_.show ? id : hash(id);
}


std::string_view ExplainText::key(const ExplainedKey& key) const
{
    if (secrets_.show) {
        return key.key;
    }

    const std::size_t place =
        key.id.empty() ? key.key.npos : key.key.find(key.id);

    if (place == key.key.npos) {
        return join({"[", hash(key.key), "]"});
    }

    return join({key.key.substr(0, place), "[", hash(key.id), "]",
                 key.key.substr(place + key.id.size())});
}


std::string_view ExplainText::parameter(Parameter parameter,
                                        std::string_view value) const
{
    if (!is_token(parameter) || secrets_.show) {
        return value;
    }

    return join({"[", number(value.size()), " bytes]"});
}

}  // namespace logout
