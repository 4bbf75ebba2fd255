// What each format= of logout_session means: the formats that are only rules,
// and the frameworks with their names, prefixes and peculiarities.

#ifndef LOGOUT_SESSION_PRESETS_HPP
#define LOGOUT_SESSION_PRESETS_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout {

// How the cookie's value becomes the session id.
enum class IdReading : std::uint8_t {
    plain,              // it is the id
    signed_id,          // ID.SIGNATURE
    perhaps_signed_id,  // the same, or without the signature
    first_part,         // ID|...
    base64,             // Base64 of the id, perhaps with a route
    oauth2_proxy,       // TICKET|TIME|SIGNATURE
    lua_resty,          // a binary header
    gorilla,            // a securecookie of one string
    laravel,            // encrypted
    sealed,             // see sealed.hpp
};

// How the session id becomes keys.
enum class KeyForm : std::uint8_t {
    plain,           // PREFIX ID SUFFIX
    rack,            // PREFIX "2::" SHA-256 SUFFIX, and the plain one
    spring,          // NAMESPACE ":sessions:" ID
    spring_indexed,  // NAMESPACE ":sessions:expires:" ID before it
    lua_resty,       // [PREFIX ":"] COOKIE ":" ID [":" SUFFIX]
    yii2,            // PREFIX and an MD5 over a JSON array with the id
    none,            // Redis does not have the session
};

// What the secrets are for.
enum class SecretUse : std::uint8_t {
    none,
    cookie_signature,  // HMAC of the id, in Base64
    itsdangerous,      // HMAC with a derived key
    keygrip,           // HMAC of "NAME=VALUE" in a second cookie
    oauth2_proxy,      // HMAC of the name and the other parts
    gorilla,           // HMAC of name, time and payload
    passphrase,        // hashed into the key
    encryption,        // Laravel's APP_KEY
};

// The bytes that an id can have unless a signature vouches for it.
enum class IdAlphabet : std::uint8_t {
    visible,      // 0x21 to 0x7e
    authelia,     // A-Z a-z 0-9 - _ ! # $ % ^ *
    dotted,       // A-Z a-z 0-9 - _ .
    token,        // A-Z a-z 0-9 - _
    php,          // A-Z a-z 0-9 - ,
    lower_alnum,  // a-z 0-9
    printable,    // all but control characters: for ids that were verified
};

// Whether the key holds a SHA-256 of the id, in Base64, in its place.
enum class KeyHash : std::uint8_t { never, off, on, always };

// What is taken for the prefix where none is given.
enum class PrefixDefault : std::uint8_t {
    fixed,        // the preset's
    required,     // there is no common one
    codeigniter,  // "ci_session:COOKIE:"
    laravel,      // from the application's name, which is in the cookie's
    none,         // the format has no prefix, but a namespace
    no_key,       // nor has it a key
};

// One word of format=.
struct SessionPreset {
    std::string_view name;
    std::string_view cookie = {};  // its name; empty if it must be given
    std::string_view prefix = {};
    PrefixDefault prefix_default = PrefixDefault::fixed;
    IdReading reading = IdReading::plain;
    bool percent_encoded = false;
    bool takes_lead = false;
    std::string_view lead = {};
    IdAlphabet alphabet = IdAlphabet::token;
    std::size_t id_min = 1;
    KeyForm keys = KeyForm::plain;
    KeyHash hash = KeyHash::never;
    SecretUse secrets = SecretUse::none;
    bool takes_algorithm = false;
    std::string_view algorithm = "sha256";
    bool php_names = false;  // of cookies: see CookieNaming
};

// The preset of that name, or null. Static.
const SessionPreset* find_session_preset(std::string_view name);

// Why no edge can end the sessions that `name` stands for (a sentence without
// a full stop); empty if that is not known of it.
std::string_view impossible_session(std::string_view name);

// The preset whose name is most like a misspelt one; empty if none is.
std::string_view nearest_session_preset(std::string_view name);

// Whether every byte of `id` is in the alphabet.
bool in_alphabet(std::string_view id, IdAlphabet alphabet);

}  // namespace logout

#endif
