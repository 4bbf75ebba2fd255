// From the session cookie that the application set to the keys of its session
// in Redis.

#ifndef LOGOUT_SESSION_HPP
#define LOGOUT_SESSION_HPP

#include "core/session/cookies.hpp"
#include "core/session/sightings.hpp"
#include "core/session/transforms.hpp"
#include "core/base/short_list.hpp"

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// Longest session id, in bytes after decoding, that is ever sent to Redis.
constexpr std::size_t session_id_max_length = 512;

// How to read one application's session cookie: the parameters of
// logout_session, as written. Unset members take the format's default; one
// that means nothing for the format is refused by SessionReader::compile().
struct SessionSettings {
    std::string format;                 // "raw", "express", "django", ...
    std::optional<std::string> cookie;  // the cookie's name
    std::optional<std::string> prefix;  // of the key in Redis
    std::optional<std::string> suffix;
    std::optional<std::string> lead;  // begins every value, not part of the id
    std::optional<std::string> name_space;  // spring: before ":sessions:"
    std::optional<std::string> route;       // spring: jvmRoute, "*" for any
    std::optional<std::string> remember;    // lua-resty-session: second cookie
    std::optional<std::string> algorithm;   // of the signature: "sha256", ...
    std::optional<bool> base64;             // spring: useBase64Encoding
    std::optional<bool> hash;               // the key holds a hash of the id
    std::vector<std::string> secrets;       // newest first; empty: not verified
    std::optional<std::string> key;  // of which the caller makes the keys
};

// Sets the parameter `name` of logout_session that is written "name=value".
// Returns what is wrong with it (a sentence without a full stop), or nothing.
// For an unknown name the sentence suggests the nearest of all names of
// logout_session, also of those that the caller handles itself.
std::optional<std::string> set_session_parameter(SessionSettings& settings,
                                                 std::string_view name,
                                                 std::string_view value);

// The secrets in the text of a secret_file: one per line, newest first; empty
// lines and carriage returns at the end of a line are left out.
std::vector<std::string> session_secrets(std::string_view text);

// Views that stand side by side in memory of somebody else.
struct ViewList {
    const std::string_view* first = nullptr;
    std::size_t count = 0;

    const std::string_view* begin() const { return first; }
    const std::string_view* end() const { return first + count; }
    std::size_t size() const { return count; }
    bool empty() const { return count == 0; }

    std::string_view operator[](std::size_t i) const { return first[i]; }
};

// One session that a request's cookie names. All of it is in memory of the
// resource that derive() was given.
struct DerivedSession {
    std::string_view id;  // decoded, checked
    ViewList keys;        // in the order to delete
};

using DerivedSessions = ShortList<DerivedSession, 1>;

class SessionFormat;

// Compiled settings: immutable, safe to use from anywhere.
class SessionReader {
public:
    // Returns nothing and sets `problem` (a sentence without a full stop, with
    // the offending word quoted) if the settings mean nothing, or name a
    // framework whose sessions cannot be ended from outside. What is unwise
    // but possible is added to `warnings`, in the same form.
    static std::optional<SessionReader>
    compile(const SessionSettings& settings, std::string& problem,
            std::vector<std::string>* warnings = nullptr);

    SessionReader(SessionReader&&) noexcept;
    SessionReader& operator=(SessionReader&&) noexcept;
    ~SessionReader();

    const std::string& cookie_name() const;

    // The cookies that the framework sets beside the session cookie and that
    // are to be expired with it (koa's "NAME.sig", ...).
    const std::vector<std::string>& companion_cookies() const;

    // Adds the sessions named by the Cookie headers to `sessions`, each once:
    // every occurrence of the cookie is read, and one that is malformed,
    // forged, too long or outside the format's alphabet gives none. Memory
    // for the result comes from `memory`.
    void derive(const std::string_view* cookie_headers, std::size_t count,
                std::pmr::memory_resource* memory,
                DerivedSessions& sessions) const;

    // For who looks out for sessions that have ended.

    // Whether the session is in the cookie itself. There are no keys then, and
    // its id is that of sealed.hpp.
    bool is_sealed() const;

    // The cookies that may name a session, and how to find them.
    std::size_t cookie_count() const;
    CookieNaming naming(std::size_t cookie) const;

    // The id that a value of such a cookie names, whether or not its signature
    // is right; nothing if it cannot be one. Not for sealed ones.
    std::optional<std::string_view> identify(std::size_t cookie,
                                             std::string_view value,
                                             SessionScratch& scratch) const;

private:
    explicit SessionReader(std::unique_ptr<const SessionFormat> format);

    std::unique_ptr<const SessionFormat> format_;
};

}  // namespace logout

#endif
