// Reading cookies as logout_session would: for the tests of session formats.

#ifndef SESSION_READING_HPP
#define SESSION_READING_HPP

#include "core/session/reader.hpp"

#include <array>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// last: cmocka's fail() is a macro
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

namespace session_testing {

using Secrets = std::vector<std::string>;
using Keys = std::vector<std::string>;


// The settings of "format=express prefix=sess:".
inline logout::SessionSettings settings_of(const std::string& parameters,
                                           const Secrets& secrets = {})
{
    logout::SessionSettings settings;
    std::istringstream words(parameters);
    std::string word;

    while (words >> word) {
        std::size_t equals = word.find('=');
        auto problem = logout::set_session_parameter(
            settings, word.substr(0, equals), word.substr(equals + 1));
        if (problem) {
            fail_msg("%s: %s", word.c_str(), problem->c_str());
        }
    }
    settings.secrets = secrets;
    return settings;
}


struct Compiled {
    std::optional<logout::SessionReader> reader;
    std::string problem;
    std::vector<std::string> warnings;
};


inline Compiled compile(const logout::SessionSettings& settings)
{
    Compiled compiled;
    compiled.reader = logout::SessionReader::compile(settings, compiled.problem,
                                                     &compiled.warnings);
    return compiled;
}


inline Compiled compile(const std::string& parameters,
                        const Secrets& secrets = {})
{
    return compile(settings_of(parameters, secrets));
}


inline logout::SessionReader reader_of(const std::string& parameters,
                                       const Secrets& secrets = {})
{
    Compiled compiled = compile(parameters, secrets);
    if (!compiled.reader) {
        fail_msg("%s: %s", parameters.c_str(), compiled.problem.c_str());
    }
    return std::move(*compiled.reader);
}


// What derive() finds in a request: no memory but its own may be used.
class Derived {
public:
    Derived(const logout::SessionReader& reader,
            const std::vector<std::string_view>& headers)
    {
        reader.derive(headers.data(), headers.size(), &memory_, sessions);
    }

    // All keys, in the order to delete.
    Keys keys() const
    {
        Keys all;
        for (const logout::DerivedSession& session : sessions) {
            all.insert(all.end(), session.keys.begin(), session.keys.end());
        }
        return all;
    }

private:
    std::array<std::byte, 65536> buffer_;
    std::pmr::monotonic_buffer_resource memory_{
        buffer_.data(), buffer_.size(), std::pmr::null_memory_resource()};

public:
    logout::DerivedSessions sessions{&memory_};
};


inline Keys keys_in(const logout::SessionReader& reader,
                    const std::vector<std::string_view>& headers)
{
    return Derived(reader, headers).keys();
}


inline Keys keys_in(const logout::SessionReader& reader,
                    std::string_view header)
{
    return keys_in(reader, std::vector<std::string_view>{header});
}


inline std::string written(const Keys& keys)
{
    std::string text;
    for (const std::string& key : keys) {
        text += "[" + key + "]";
    }
    return text;
}


inline void assert_keys(const Keys& found, const Keys& expected,
                        const std::string& what)
{
    if (found != expected) {
        fail_msg("%s: found %s, expected %s", what.c_str(),
                 written(found).c_str(), written(expected).c_str());
    }
}

}  // namespace session_testing

#endif
