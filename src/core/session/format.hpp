// Compiled SessionSettings: one cookie's way from its value to keys in Redis.

#ifndef LOGOUT_SESSION_FORMAT_HPP
#define LOGOUT_SESSION_FORMAT_HPP

#include "core/base/digest.hpp"
#include "core/session/reader.hpp"
#include "core/session/laravel.hpp"
#include "core/session/presets.hpp"
#include "core/session/signatures.hpp"
#include "core/session/transforms.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// One key of a session: `before`, the id or a digest with it, `after`.
struct KeyRule {
    enum class Body { id, hex_digest, base64url_digest } body = Body::id;
    std::string before;
    std::string after;

    // The digest with what comes before the id already added, and what comes
    // after the id.
    Digest digest_start{DigestAlgorithm::sha256};
    std::string_view digest_end = {};
};

// One cookie that names a session.
struct SessionCookie {
    std::string name;
    std::vector<KeyRule> keys;  // in the order to delete
};

class SessionFormat {
public:
    // The session cookie, and further ones of the same form with sessions of
    // their own.
    std::vector<SessionCookie> cookies;
    std::vector<std::string> companions;

    IdReading reading = IdReading::plain;
    bool percent_encoded = false;
    std::string lead;
    std::string route;       // base64: to cut off
    bool bare_id = false;    // base64: the value is the id
    bool hashed_id = false;  // lua_resty: the id is hashed
    std::string id_lead;     // what every id begins with
    IdAlphabet alphabet = IdAlphabet::visible;
    std::size_t id_min = 1;
    bool php_names = false;

    SignatureKeys signature_keys;  // empty: signatures are not checked
    std::string signature_cookie;  // keygrip's; empty for other schemes
    std::vector<LaravelKey> laravel_keys;

    // SessionReader::derive()
    void derive(const std::string_view* cookie_headers, std::size_t count,
                std::pmr::memory_resource* memory,
                DerivedSessions& sessions) const;

    // SessionReader::identify()
    std::optional<std::string_view> identify(std::size_t cookie,
                                             std::string_view value,
                                             SessionScratch& scratch) const;

private:
    // `codes`: the values of the signature cookie; nullptr: there is none.
    void derive(const std::string_view* cookie_headers, std::size_t count,
                const CookieValues* codes, std::pmr::memory_resource* memory,
                DerivedSessions& sessions) const;
    void derive_sealed(const std::string_view* cookie_headers,
                       std::size_t count, std::pmr::memory_resource* memory,
                       DerivedSessions& sessions) const;
};

}  // namespace logout

#endif
