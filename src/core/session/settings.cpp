#include "core/session/reader.hpp"

#include "core/base/did_you_mean.hpp"
#include "core/session/key_template.hpp"

#include <algorithm>
#include <iterator>

namespace logout {

namespace {

using Text = std::optional<std::string> SessionSettings::*;
using Flag = std::optional<bool> SessionSettings::*;

struct TextParameter {
    std::string_view name;
    Text member;
    bool may_be_empty;
};

struct FlagParameter {
    std::string_view name;
    Flag member;
};

constexpr TextParameter texts[] = {
    {"cookie", &SessionSettings::cookie, false},
    {"prefix", &SessionSettings::prefix, true},
    {"suffix", &SessionSettings::suffix, true},
    {"lead", &SessionSettings::lead, true},
    {"namespace", &SessionSettings::name_space, false},
    {"route", &SessionSettings::route, false},
    {"remember", &SessionSettings::remember, true},
    {"algorithm", &SessionSettings::algorithm, false},
};

constexpr FlagParameter flags[] = {
    {"base64", &SessionSettings::base64},
    {"hash", &SessionSettings::hash},
};

// Every parameter of logout_session, for suggestions: also those of the
// directive that are not about reading the cookie.
constexpr std::string_view names[] = {
    "format", "cookie",     "prefix",      "suffix",     "lead",
    "route",  "key",        "namespace",   "algorithm",  "remember",
    "base64", "hash",       "secret_file", "redis",      "path",
    "domain", "secure",     "samesite",    "httponly",   "partitioned",
    "all",    "all_prefix", "all_max",     "user_field",
};


std::string quoted(std::string_view text)
{
    return "\"" + std::string(text) + "\"";
}


std::optional<std::string> set_text(std::optional<std::string>& member,
                                    const TextParameter& parameter,
                                    std::string_view value)
{
    if (member) {
        return quoted(parameter.name) + " is given twice";
    }
    if (value.empty() && !parameter.may_be_empty) {
        return quoted(parameter.name) + " is empty";
    }
    if (has_variable(value)) {
        return quoted(parameter.name) +
               " takes no variables, only \"key=\", which is the whole key,"
               " does: " +
               quoted(value);
    }
    member = std::string(value);
    return std::nullopt;
}


std::optional<std::string> set_flag(std::optional<bool>& member,
                                    std::string_view name,
                                    std::string_view value)
{
    if (member) {
        return quoted(name) + " is given twice";
    }
    if (value != "on" && value != "off") {
        return quoted(name) + " is \"on\" or \"off\", not " + quoted(value);
    }
    member = value == "on";
    return std::nullopt;
}


std::optional<std::string> set_format(SessionSettings& settings,
                                      std::string_view value)
{
    if (!settings.format.empty()) {
        return "\"format\" is given twice";
    }
    if (value.empty()) {
        return "\"format\" is empty";
    }
    settings.format = std::string(value);
    return std::nullopt;
}


bool is_flag(std::string_view name)
{
    return name == "secure" || name == "httponly" || name == "partitioned";
}


// The directive reads some parameters itself, where they are as they should be.
std::string misused(std::string_view name)
{
    return quoted(name) + (is_flag(name) ? " takes no value" : " is empty");
}


std::string unknown(std::string_view name)
{
    if (std::find(std::begin(names), std::end(names), name) !=
        std::end(names)) {
        return misused(name);
    }

    std::string problem = "there is no parameter " + quoted(name);

    std::string_view nearest = nearest_word(name, names, std::size(names));
    if (!nearest.empty()) {
        problem += "; is " + quoted(nearest) + " meant?";
    }
    return problem;
}

}  // namespace


std::optional<std::string> set_session_parameter(SessionSettings& settings,
                                                 std::string_view name,
                                                 std::string_view value)
{
    if (name == "format") {
        return set_format(settings, value);
    }
    for (const TextParameter& parameter : texts) {
        if (parameter.name == name) {
            return set_text(settings.*parameter.member, parameter, value);
        }
    }
    for (const FlagParameter& parameter : flags) {
        if (parameter.name == name) {
            return set_flag(settings.*parameter.member, name, value);
        }
    }
    return unknown(name);
}


std::vector<std::string> session_secrets(std::string_view text)
{
    std::vector<std::string> secrets;

    while (!text.empty()) {
        std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size()
                                                         : end + 1);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        if (!line.empty()) {
            secrets.emplace_back(line);
        }
    }
    return secrets;
}

}  // namespace logout
