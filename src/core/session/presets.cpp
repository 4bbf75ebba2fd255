#include "core/session/presets.hpp"

#include "core/base/did_you_mean.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

namespace logout {

namespace {

// The format of which a preset is a case, with the preset's own names.
constexpr SessionPreset named(SessionPreset format, std::string_view name,
                              std::string_view cookie, std::string_view prefix)
{
    format.name = name;
    format.cookie = cookie;
    format.prefix = prefix;
    return format;
}


constexpr SessionPreset with_alphabet(SessionPreset preset, IdAlphabet alphabet)
{
    preset.alphabet = alphabet;
    return preset;
}


constexpr SessionPreset raw()
{
    SessionPreset preset{"raw"};
    preset.takes_lead = true;
    preset.alphabet = IdAlphabet::visible;
    preset.php_names = true;  // whose it is, is not known
    return preset;
}


constexpr SessionPreset urldecode()
{
    SessionPreset preset = raw();
    preset.name = "urldecode";
    preset.percent_encoded = true;
    return preset;
}


constexpr SessionPreset signed_id()
{
    SessionPreset preset{"signed"};
    preset.reading = IdReading::signed_id;
    preset.percent_encoded = true;
    preset.takes_lead = true;
    preset.alphabet = IdAlphabet::dotted;
    preset.secrets = SecretUse::cookie_signature;
    preset.takes_algorithm = true;
    return preset;
}


constexpr SessionPreset express()
{
    SessionPreset preset =
        named(signed_id(), "express", "connect.sid", "sess:");
    preset.lead = "s:";
    preset.takes_algorithm = false;
    return preset;
}


constexpr SessionPreset flask()
{
    SessionPreset preset = named({}, "flask", "session", "session:");
    preset.reading = IdReading::perhaps_signed_id;
    preset.secrets = SecretUse::itsdangerous;
    preset.algorithm = "sha1";
    return preset;
}


constexpr SessionPreset koa()
{
    SessionPreset preset = named({}, "koa", "koa.sess", "");
    preset.takes_lead = true;
    preset.secrets = SecretUse::keygrip;
    preset.takes_algorithm = true;
    preset.algorithm = "sha1";
    return preset;
}


constexpr SessionPreset php()
{
    SessionPreset preset = named({}, "php", "PHPSESSID", "PHPREDIS_SESSION:");
    preset.percent_encoded = true;
    preset.alphabet = IdAlphabet::php;
    preset.php_names = true;
    return preset;
}


constexpr SessionPreset codeigniter()
{
    SessionPreset preset = named(php(), "codeigniter", "ci_session", "");
    preset.prefix_default = PrefixDefault::codeigniter;
    return preset;
}


constexpr SessionPreset yii2()
{
    SessionPreset preset = named(php(), "yii2", "PHPSESSID", "");
    preset.prefix_default = PrefixDefault::required;
    preset.keys = KeyForm::yii2;
    return preset;
}


constexpr SessionPreset rack()
{
    SessionPreset preset = named({}, "rack", "rack.session", "rack:session:");
    preset.percent_encoded = true;
    preset.keys = KeyForm::rack;
    return preset;
}


// Shorter ids are refused: "expirations" would name the index of a reactive
// repository.
constexpr std::size_t spring_id_min = 16;


constexpr SessionPreset spring(std::string_view name, KeyForm keys)
{
    SessionPreset preset = named({}, name, "SESSION", "");
    preset.prefix_default = PrefixDefault::none;
    preset.reading = IdReading::base64;
    preset.alphabet = IdAlphabet::dotted;
    preset.id_min = spring_id_min;
    preset.keys = keys;
    return preset;
}


constexpr SessionPreset oauth2_proxy()
{
    SessionPreset preset = named({}, "oauth2-proxy", "_oauth2_proxy", "");
    preset.reading = IdReading::oauth2_proxy;
    preset.alphabet = IdAlphabet::visible;
    preset.secrets = SecretUse::oauth2_proxy;
    return preset;
}


constexpr SessionPreset first_part()
{
    SessionPreset preset{"first-part"};
    preset.reading = IdReading::first_part;
    return preset;
}


constexpr SessionPreset lua_resty_session()
{
    SessionPreset preset = named({}, "lua-resty-session", "session", "");
    preset.reading = IdReading::lua_resty;
    preset.keys = KeyForm::lua_resty;
    preset.hash = KeyHash::off;
    return preset;
}


constexpr SessionPreset gorilla()
{
    SessionPreset preset = named({}, "gorilla", "", "session_");
    preset.reading = IdReading::gorilla;
    preset.secrets = SecretUse::gorilla;
    return preset;
}


constexpr SessionPreset scs()
{
    SessionPreset preset = named({}, "scs", "session", "scs:session:");
    preset.hash = KeyHash::off;
    return preset;
}


constexpr SessionPreset sha256()
{
    SessionPreset preset{"sha256"};
    preset.alphabet = IdAlphabet::visible;
    preset.hash = KeyHash::always;
    preset.secrets = SecretUse::passphrase;
    return preset;
}


constexpr SessionPreset mod_auth_openidc()
{
    SessionPreset preset =
        named({}, "mod_auth_openidc", "mod_auth_openidc_session", "s:");
    preset.hash = KeyHash::on;
    preset.secrets = SecretUse::passphrase;
    return preset;
}


constexpr SessionPreset laravel()
{
    SessionPreset preset = named({}, "laravel", "laravel_session", "");
    preset.prefix_default = PrefixDefault::laravel;
    preset.reading = IdReading::laravel;
    preset.percent_encoded = true;
    preset.php_names = true;
    preset.secrets = SecretUse::encryption;
    return preset;
}


constexpr SessionPreset sealed_value()
{
    SessionPreset preset{"sealed"};
    preset.reading = IdReading::sealed;
    preset.prefix_default = PrefixDefault::no_key;
    preset.keys = KeyForm::none;
    preset.php_names = true;
    return preset;
}


constexpr SessionPreset presets[] = {
    // rules
    raw(),
    urldecode(),
    signed_id(),
    first_part(),
    sha256(),
    sealed_value(),

    // frameworks, and the stores that they are used with
    express(),
    named(signed_id(), "fastify", "sessionId", "sess:"),
    koa(),
    php(),
    named(php(), "symfony", "PHPSESSID", "sf_s"),
    codeigniter(),
    yii2(),
    laravel(),
    with_alphabet(
        named({}, "django", "sessionid", ":1:django.contrib.sessions.cache"),
        IdAlphabet::lower_alnum),
    flask(),
    named({}, "starsessions", "session", "starsessions."),
    rack(),
    named(rack(), "rails", "", "_session_id:"),
    spring("spring", KeyForm::spring),
    spring("spring-indexed", KeyForm::spring_indexed),
    oauth2_proxy(),
    with_alphabet(
        named({}, "authelia", "authelia_session", "authelia-session:"),
        IdAlphabet::authelia),
    lua_resty_session(),
    gorilla(),
    scs(),
    mod_auth_openidc(),
};


struct ImpossibleSession {
    std::string_view name;
    std::string_view reason;
};

constexpr std::string_view sealed =
    "the session is in the cookie itself, sealed: there is nothing to "
    "delete in Redis; use \"format=sealed\" with its \"cookie=\", and "
    "\"logout_guard\" to refuse copies of it";
constexpr std::string_view token =
    "the cookie is a signed token that carries the login itself: there is "
    "nothing to delete in Redis; use \"format=sealed\" with its "
    "\"cookie=\", and \"logout_guard\" to refuse copies of it";
constexpr std::string_view data_protection =
    "the cookie is sealed with the application's Data Protection key ring, "
    "which only the application can read; use \"format=sealed\" with "
    "\"cookie=.AspNetCore.Cookies\", where the login is, and "
    "\"logout_guard\" to refuse copies of it";
constexpr std::string_view cached_database =
    "Redis is only a cache of the database there: the application would "
    "read the session again from the database and the user would stay "
    "logged in";
constexpr std::string_view in_database =
    "the sessions are in the application's database, not in Redis";

constexpr ImpossibleSession impossible_sessions[] = {
    {"aspnet", data_protection},
    {"aspnetcore", data_protection},
    {"aspnet-core", data_protection},
    {"asp.net", data_protection},
    {"auth.js", token},
    {"authjs", token},
    {"cached_db", cached_database},
    {"cookie-session", sealed},
    {"django-cached-db", cached_database},
    {"django-cached_db", cached_database},
    {"django-db", in_database},
    {"django-signed-cookies", sealed},
    {"express-openid-connect",
     "without a custom store the session is in the cookie itself: use "
     "\"format=sealed cookie=appSession\" and \"logout_guard\"; with one use "
     "format=raw with its cookie= and prefix="},
    {"fastify-secure-session", sealed},
    {"flask-cookie", sealed},
    {"iron-session", sealed},
    {"jwt", token},
    {"laravel-cookie", sealed},
    {"laravel-database", in_database},
    {"next-auth",
     "the default session is a token in the cookie itself: use "
     "\"format=sealed\" with its \"cookie=\", and \"logout_guard\"; with "
     "database sessions in Redis use format=raw with their cookie= and "
     "prefix="},
    {"rails-cookie", sealed},
    {"secure-session", sealed},
    {"supertokens",
     "its sessions are in its own core and database, not in Redis"},
    {"vouch", token},
    {"vouch-proxy", token},
};


// For each byte, the alphabets that have it: one bit each.
using ByteClasses = std::array<std::uint8_t, 256>;


constexpr std::uint8_t bit(IdAlphabet alphabet)
{
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(alphabet));
}


constexpr void add(ByteClasses& classes, std::string_view bytes,
                   unsigned alphabets)
{
    for (char c : bytes) {
        classes[static_cast<unsigned char>(c)] |=
            static_cast<std::uint8_t>(alphabets);
    }
}


constexpr ByteClasses classify_bytes()
{
    ByteClasses classes{};

    for (unsigned byte = 0x20; byte < 0x100; byte++) {
        if (byte != 0x7f) {
            classes[byte] = bit(IdAlphabet::printable);
        }
        if (byte > 0x20 && byte < 0x7f) {
            classes[byte] |= bit(IdAlphabet::visible);
        }
    }

    constexpr unsigned tokens = bit(IdAlphabet::token) |
                                bit(IdAlphabet::dotted) |
                                bit(IdAlphabet::authelia);
    constexpr unsigned php_ids = bit(IdAlphabet::php);

    add(classes, "abcdefghijklmnopqrstuvwxyz0123456789",
        tokens | php_ids | bit(IdAlphabet::lower_alnum));
    add(classes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-", tokens | php_ids);
    add(classes, "_", tokens);
    add(classes, ",", php_ids);
    add(classes, ".", bit(IdAlphabet::dotted));
    add(classes, "!#$%^*", bit(IdAlphabet::authelia));
    return classes;
}


constexpr ByteClasses byte_classes = classify_bytes();

// The alphabets that have every visible byte.
constexpr unsigned any_visible_byte =
    bit(IdAlphabet::visible) | bit(IdAlphabet::printable);


constexpr std::uint64_t in_each_byte(std::uint64_t byte)
{
    return byte * 0x0101010101010101;
}


// Whether one of eight bytes is not visible. The high bit of a byte is set, in
// turn, where it was, where the byte is 0x7f, and where it is not above 0x20.
bool holds_invisible(const char* bytes)
{
    constexpr std::uint64_t high_bits = in_each_byte(0x80);
    std::uint64_t word;

    std::memcpy(&word, bytes, sizeof(word));
    return ((word | (word + in_each_byte(1)) |
             ~((word | high_bits) - in_each_byte(0x21))) &
            high_bits) != 0;
}


// Whether the text has at least eight bytes and all of them are visible.
bool is_visible(std::string_view text)
{
    const std::size_t size = text.size();

    if (size < 8 || holds_invisible(text.data() + size - 8)) {
        return false;
    }
    for (std::size_t i = 0; i + 8 < size; i += 8) {
        if (holds_invisible(text.data() + i)) {
            return false;
        }
    }
    return true;
}

}  // namespace


const SessionPreset* find_session_preset(std::string_view name)
{
    for (const SessionPreset& preset : presets) {
        if (preset.name == name) {
            return &preset;
        }
    }
    return nullptr;
}


std::string_view impossible_session(std::string_view name)
{
    for (const ImpossibleSession& session : impossible_sessions) {
        if (session.name == name) {
            return session.reason;
        }
    }
    return {};
}


std::string_view nearest_session_preset(std::string_view name)
{
    std::vector<std::string_view> names;

    for (const SessionPreset& preset : presets) {
        names.push_back(preset.name);
    }
    return nearest_word(name, names.data(), names.size());
}


bool in_alphabet(std::string_view id, IdAlphabet alphabet)
{
    const unsigned wanted = bit(alphabet);

    // what nearly every id is of, and told without a look at each byte
    if ((wanted & any_visible_byte) != 0 && is_visible(id)) {
        return true;
    }
    return std::all_of(id.begin(), id.end(), [wanted](char c) {
        return (byte_classes[static_cast<unsigned char>(c)] & wanted) != 0;
    });
}

}  // namespace logout
