#include "core/session/format.hpp"

#include "core/session/sealed_cookie.hpp"

#include <cstring>
#include <new>

namespace logout {

namespace {

// An id as it was read, before it is checked.
struct ReadId {
    std::string_view text;
    bool verified = false;  // the application vouches for it
};

using MaybeId = std::optional<ReadId>;


enum class Signatures { checked, believed };


// Reads the values of one cookie of one request.
class ValueReader {
public:
    ValueReader(const SessionFormat& format, const std::string& cookie,
                Signatures signatures, const CookieValues* codes = nullptr)
        : format_(format), cookie_(cookie),
          believes_(signatures == Signatures::believed), codes_(codes)
    {
    }

    MaybeId read(std::string_view value, SessionScratch& scratch) const;

private:
    MaybeId read_text(std::string_view text, SessionScratch& scratch) const;
    MaybeId read_plain(std::string_view text) const;
    MaybeId read_signed(std::string_view text) const;
    MaybeId read_base64(std::string_view text, SessionScratch& scratch) const;
    MaybeId read_oauth2_proxy(std::string_view text,
                              SessionScratch& scratch) const;
    MaybeId read_lua_resty(std::string_view text,
                           SessionScratch& scratch) const;
    MaybeId read_gorilla(std::string_view text, SessionScratch& scratch) const;
    MaybeId read_laravel(std::string_view text, SessionScratch& scratch) const;

    // Whether signatures are not checked, or `code` is that of `parts`.
    bool unless_forged(std::initializer_list<std::string_view> parts,
                       std::string_view code) const
    {
        return believes_ || !verifies() ||
               format_.signature_keys.verify_base64(parts, code);
    }

    bool verifies() const { return !format_.signature_keys.empty(); }

    const SessionFormat& format_;
    const std::string& cookie_;
    const bool believes_;
    const CookieValues* const codes_;  // in the signature cookie
};


MaybeId ValueReader::read(std::string_view value, SessionScratch& scratch) const
{
    std::optional<std::string_view> text = value;

    if (value.size() > cookie_value_max_length) {
        return std::nullopt;
    }
    if (format_.percent_encoded) {
        text = percent_decode(value, scratch);
    }
    if (text && !format_.lead.empty()) {
        text = without_lead(*text, format_.lead);
    }
    return text ? read_text(*text, scratch) : std::nullopt;
}


MaybeId ValueReader::read_text(std::string_view text,
                               SessionScratch& scratch) const
{
    switch (format_.reading) {
    case IdReading::plain:
        return read_plain(text);
    case IdReading::signed_id:
        return read_signed(text);
    case IdReading::perhaps_signed_id:
        // without a secret to say which: an id never has a dot
        return verifies() || text.find('.') != std::string_view::npos
                   ? read_signed(text)
                   : ReadId{text};
    case IdReading::first_part:
        return ReadId{text.substr(0, text.find('|'))};
    case IdReading::base64:
        return read_base64(text, scratch);
    case IdReading::oauth2_proxy:
        return read_oauth2_proxy(text, scratch);
    case IdReading::lua_resty:
        return read_lua_resty(text, scratch);
    case IdReading::gorilla:
        return read_gorilla(text, scratch);
    case IdReading::sealed:  // see derive_sealed()
        return std::nullopt;
    case IdReading::laravel:
        break;
    }
    return read_laravel(text, scratch);
}


// keygrip signs the whole value, with the lead.
MaybeId ValueReader::read_plain(std::string_view text) const
{
    if (!verifies() || believes_) {
        return ReadId{text, verifies()};
    }
    if (codes_ == nullptr) {
        return std::nullopt;
    }
    for (std::string_view code : *codes_) {
        if (unless_forged({cookie_, "=", format_.lead, text}, code)) {
            return ReadId{text, true};
        }
    }
    return std::nullopt;
}


MaybeId ValueReader::read_signed(std::string_view text) const
{
    std::optional<SplitText> parts = split_at_last(text, '.');

    if (!parts || !unless_forged({parts->first}, parts->second)) {
        return std::nullopt;
    }
    return ReadId{parts->first, verifies()};
}


MaybeId ValueReader::read_base64(std::string_view text,
                                 SessionScratch& scratch) const
{
    std::optional<std::string_view> id = text;

    if (!format_.bare_id) {
        id = base64_decode(text, Base64::standard, scratch);
    }
    return id ? MaybeId(ReadId{without_route(*id, format_.route)})
              : std::nullopt;
}


MaybeId ValueReader::read_oauth2_proxy(std::string_view text,
                                       SessionScratch& scratch) const
{
    std::optional<SplitText> ticket = split_at_first(text, '|');
    std::optional<SplitText> rest =
        ticket ? split_at_first(ticket->second, '|') : std::nullopt;

    if (!rest ||
        !unless_forged({cookie_, ticket->first, rest->first}, rest->second)) {
        return std::nullopt;
    }

    auto decoded = base64_decode(ticket->first, Base64::url, scratch);
    auto id = decoded ? oauth2_proxy_id(*decoded, scratch) : std::nullopt;
    return id ? MaybeId(ReadId{*id, verifies()}) : std::nullopt;
}


MaybeId ValueReader::read_lua_resty(std::string_view text,
                                    SessionScratch& scratch) const
{
    std::optional<std::string_view> id = lua_resty_session_id(text, scratch);
    if (!id) {
        return std::nullopt;
    }

    DigestValue hashed;
    if (format_.hashed_id) {
        hashed = Digest(DigestAlgorithm::sha256).add(*id).finish();
        id = hashed.view();
    }

    std::size_t size = base64_encoded_size(id->size());
    char* out = scratch.take(size);
    if (out == nullptr) {
        return std::nullopt;
    }
    base64_encode(*id, Base64::url, out);
    return ReadId{{out, size}};
}


MaybeId ValueReader::read_gorilla(std::string_view text,
                                  SessionScratch& scratch) const
{
    auto decoded = base64_decode(text, Base64::url, scratch);
    auto time = decoded ? split_at_first(*decoded, '|') : std::nullopt;
    auto payload = time ? split_at_first(time->second, '|') : std::nullopt;

    if (!payload) {
        return std::nullopt;
    }
    if (verifies() && !believes_ &&
        !format_.signature_keys.verify(
            {cookie_, "|", time->first, "|", payload->first},
            payload->second)) {
        return std::nullopt;
    }

    auto gob = base64_decode(payload->first, Base64::url, scratch);
    auto id = gob ? gob_string(*gob) : std::nullopt;
    return id ? MaybeId(ReadId{*id, verifies()}) : std::nullopt;
}


MaybeId ValueReader::read_laravel(std::string_view text,
                                  SessionScratch& scratch) const
{
    auto json = base64_decode(text, Base64::standard, scratch);
    auto envelope = json ? laravel_envelope(*json, scratch) : std::nullopt;

    if (!envelope) {
        return std::nullopt;
    }
    for (const LaravelKey& key : format_.laravel_keys) {
        auto id = key.open(*envelope, scratch);
        if (id) {
            return ReadId{*id, true};
        }
    }
    return std::nullopt;
}


bool is_acceptable(const SessionFormat& format, const ReadId& id)
{
    return id.text.size() >= format.id_min &&
           id.text.size() <= session_id_max_length &&
           in_alphabet(id.text,
                       id.verified ? IdAlphabet::printable : format.alphabet) &&
           (format.id_lead.empty() || without_lead(id.text, format.id_lead));
}


// Writes texts one behind the other.
class Writer {
public:
    explicit Writer(char* at) : at_(at) {}

    char* at() const { return at_; }

    void write(std::string_view text)
    {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }

    void write_hex(std::string_view bytes)
    {
        hex_encode(bytes, at_);
        at_ += 2 * bytes.size();
    }

    void write_base64url(std::string_view bytes)
    {
        base64_encode(bytes, Base64::url, at_);
        at_ += base64_encoded_size(bytes.size());
    }

private:
    char* at_;
};


void write_digest(const KeyRule& rule, std::string_view id, Writer& writer)
{
    Digest digest = rule.digest_start;
    DigestValue value = digest.add(id).add(rule.digest_end).finish();

    if (rule.body == KeyRule::Body::hex_digest) {
        writer.write_hex(value.view());
    } else {
        writer.write_base64url(value.view());
    }
}


std::string_view write_key(const KeyRule& rule, std::string_view id,
                           Writer& writer)
{
    const char* start = writer.at();

    writer.write(rule.before);
    if (rule.body == KeyRule::Body::id) {
        writer.write(id);
    } else {
        write_digest(rule, id, writer);
    }
    writer.write(rule.after);
    return {start, static_cast<std::size_t>(writer.at() - start)};
}


std::size_t key_size_max(const KeyRule& rule, std::string_view id)
{
    std::size_t body =
        rule.body == KeyRule::Body::id ? id.size() : 2 * digest_max_size;
    return rule.before.size() + body + rule.after.size();
}


// Two spellings of one cookie value name one session.
bool is_known(const DerivedSessions& sessions, std::size_t first,
              std::string_view id)
{
    for (; first < sessions.size(); first++) {
        if (sessions[first].id == id) {
            return true;
        }
    }
    return false;
}


std::size_t texts_size_max(const SessionCookie& cookie, std::string_view id)
{
    std::size_t size = id.size();

    for (const KeyRule& rule : cookie.keys) {
        size += key_size_max(rule, id);
    }
    return size;
}


// The views of the keys and all texts of the session in one piece of memory.
DerivedSession make_session(const SessionCookie& cookie, std::string_view id,
                            std::pmr::memory_resource* memory)
{
    const std::size_t views_size =
        cookie.keys.size() * sizeof(std::string_view);
    void* const place = memory->allocate(
        views_size + texts_size_max(cookie, id), alignof(std::string_view));

    auto* const keys = static_cast<std::string_view*>(place);
    Writer writer(static_cast<char*>(place) + views_size);
    DerivedSession session{{writer.at(), id.size()},
                           {keys, cookie.keys.size()}};

    writer.write(id);
    for (std::size_t i = 0; i < cookie.keys.size(); i++) {
        new (keys + i) std::string_view(write_key(cookie.keys[i], id, writer));
    }
    return session;
}


CookieValues find_in_all(const std::string_view* headers, std::size_t count,
                         std::string_view name)
{
    CookieValues values;

    for (std::size_t i = 0; i < count; i++) {
        find_cookie(headers[i], name, values);
    }
    return values;
}

}  // namespace


void SessionFormat::derive(const std::string_view* cookie_headers,
                           std::size_t count, std::pmr::memory_resource* memory,
                           DerivedSessions& sessions) const
{
    if (reading == IdReading::sealed) {
        derive_sealed(cookie_headers, count, memory, sessions);
        return;
    }
    if (signature_cookie.empty()) {
        derive(cookie_headers, count, nullptr, memory, sessions);
        return;
    }

    const CookieValues codes =
        find_in_all(cookie_headers, count, signature_cookie);
    derive(cookie_headers, count, &codes, memory, sessions);
}


// identify() reads values, too; inlined all the same, this takes 100
// instructions less, of 2,800 of a decision.
[[gnu::flatten]] void
SessionFormat::derive(const std::string_view* cookie_headers, std::size_t count,
                      const CookieValues* codes,
                      std::pmr::memory_resource* memory,
                      DerivedSessions& sessions) const
{
    for (const SessionCookie& cookie : cookies) {
        ValueReader reader(*this, cookie.name, Signatures::checked, codes);
        std::size_t first = sessions.size();

        for (std::string_view value :
             find_in_all(cookie_headers, count, cookie.name)) {
            SessionScratch scratch;
            MaybeId id = reader.read(value, scratch);
            if (id && is_acceptable(*this, *id) &&
                !is_known(sessions, first, id->text)) {
                sessions.push_back(make_session(cookie, id->text, memory));
            }
        }
    }
}


void SessionFormat::derive_sealed(const std::string_view* cookie_headers,
                                  std::size_t count,
                                  std::pmr::memory_resource* memory,
                                  DerivedSessions& sessions) const
{
    const SessionCookie& cookie = cookies.front();
    const std::size_t first = sessions.size();
    CookieSightings sightings(memory);

    for (std::size_t i = 0; i < count; ++i) {
        if (!find_sightings(cookie_headers[i], i, {cookie.name, false, true},
                            sightings)) {
            return;
        }
    }

    for_each_sealed(sightings, [&](const SealedParts& parts) {
        SealedValue value;

        for (std::size_t i = 0; i < parts.count; ++i) {
            value.add(parts.part[i]->value);
        }

        const SealedId id = value.id();

        if (parts.part[0]->plain && !parts.ambiguous &&
            value.length() >= sealed_min_length &&
            sessions.size() - first < cookie_max_occurrences &&
            !is_known(sessions, first, view_of(id))) {
            sessions.push_back(make_session(cookie, view_of(id), memory));
        }
    });
}


std::optional<std::string_view>
SessionFormat::identify(std::size_t cookie, std::string_view value,
                        SessionScratch& scratch) const
{
    const ValueReader reader(*this, cookies[cookie].name, Signatures::believed);
    const MaybeId id = reader.read(value, scratch);

    return id && is_acceptable(*this, *id) ? std::optional(id->text)
                                           : std::nullopt;
}

}  // namespace logout
