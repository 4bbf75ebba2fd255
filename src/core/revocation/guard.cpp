#include "core/revocation/guard.hpp"

#include "core/base/byte_classes.hpp"
#include "core/base/text.hpp"
#include "core/session/sealed_cookie.hpp"

#include <algorithm>

namespace logout {

namespace {

// What a piece of a Cookie header turned out to be, for all readers that saw
// a cookie of theirs in it.
struct Piece {
    std::size_t header;
    std::size_t begin;
    std::size_t end;
    bool plain;  // a cookie as browsers write it
    bool read;   // some reader's session
    bool revoked;
    bool odd;  // may be read otherwise than here
};

// What all servers read alike.
constexpr ByteSet plain_bytes = alphanumeric_and("-._~!*:=/+|&$()");

bool is_plain(std::string_view value)
{
    return run_length(value, plain_bytes) == value.size();
}


// What a server sees that ends cookies at blanks or commas.
std::string_view first_word(std::string_view value)
{
    return value.substr(0, value.find_first_of(" \t,"));
}


class Judge {
public:
    Judge(const std::string_view* headers, std::size_t count,
          const RevocationTable& table, GuardTrust trust, Milliseconds now,
          std::pmr::memory_resource* memory, GuardDecision& decision)
        : headers_(headers), count_(count), table_(table), keys_(table.keys()),
          trust_(trust), now_(now), memory_(memory), pieces_(memory),
          decision_(decision)
    {
    }

    void run(const SessionReaders& readers)
    {
        for (std::size_t i = 0; i < readers.size(); ++i) {
            judge(*readers[i], i);
        }
        if (decision_.verdict == GuardVerdict::passed &&
            trust_ != GuardTrust::full) {
            decision_.verdict = GuardVerdict::stale;
        }
        if (!too_many_) {
            hide_pieces();
        } else {
            hide_everything();
        }
    }

private:
    struct Found {
        bool alive = false;
        bool revoked = false;
    };

    void judge(const SessionReader& reader, std::size_t number)
    {
        Found found;
        CookieNames names(memory_);

        for (std::size_t i = 0; i < reader.cookie_count(); ++i) {
            const CookieNaming naming = reader.naming(i);
            CookieSightings sightings(memory_);

            for (std::size_t h = 0; h < count_; ++h) {
                too_many_ |= !find_sightings(headers_[h], h, naming, sightings);
            }
            if (too_many_) {
                return;
            }
            if (sightings.empty()) {
                continue;
            }
            if (reader.is_sealed()) {
                judge_sealed(reader.cookie_name(), sightings, found);
            } else {
                judge_ids(reader, i, sightings, found);
            }
            if (found.revoked) {
                add_names(sightings, names);
            }
        }

        note(found, number, names);
    }

    using CookieNames = ShortList<std::string_view, 2>;

    static void add_names(const CookieSightings& sightings, CookieNames& names)
    {
        for (const CookieSighting& sighting : sightings) {
            const bool known = std::find(names.begin(), names.end(),
                                         sighting.name) != names.end();
            if (sighting.plain && !known) {
                names.push_back(sighting.name);
            }
        }
    }

    void note(const Found& found, std::size_t number, const CookieNames& names)
    {
        if (found.revoked) {
            decision_.verdict = GuardVerdict::revoked;
        } else if (found.alive &&
                   decision_.verdict == GuardVerdict::no_session) {
            decision_.verdict = GuardVerdict::passed;
        }

        if (found.revoked && !found.alive) {
            for (const std::string_view name : names) {
                decision_.ended.push_back({number, name});
            }
        }
    }

    void judge_ids(const SessionReader& reader, std::size_t cookie,
                   const CookieSightings& sightings, Found& found)
    {
        const std::string_view realm = reader.cookie_name();

        for (const CookieSighting& sighting : sightings) {
            Piece& piece = piece_of(sighting);

            // an octal escape in quotes, as Python reads them, is no id
            if (sighting.value.find('\\') == sighting.value.npos) {
                judge_id(reader, cookie, realm, sighting.value, piece, found);
            }
            if (!is_plain(sighting.value)) {
                judge_other_readings(reader, cookie, realm, sighting.value,
                                     piece, found);
            }
        }
    }

    void judge_other_readings(const SessionReader& reader, std::size_t cookie,
                              std::string_view realm, std::string_view value,
                              Piece& piece, Found& found)
    {
        const std::string_view word = first_word(value);

        if (word.size() < value.size()) {
            judge_id(reader, cookie, realm, word, piece, found);
        }
        judge_decoded(reader, cookie, realm, word, piece, found);
    }

    // A server that undoes escapes, though its framework writes none, sees
    // another value.
    void judge_decoded(const SessionReader& reader, std::size_t cookie,
                       std::string_view realm, std::string_view value,
                       Piece& piece, Found& found)
    {
        if (value.find('%') == value.npos) {
            return;
        }

        SessionScratch scratch;
        const auto decoded = percent_decode(value, scratch);

        if (decoded) {
            judge_id(reader, cookie, realm, *decoded, piece, found);
        }
    }

    void judge_id(const SessionReader& reader, std::size_t cookie,
                  std::string_view realm, std::string_view value, Piece& piece,
                  Found& found)
    {
        SessionScratch scratch;
        const auto id = reader.identify(cookie, value, scratch);

        if (!id) {
            return;
        }

        const bool revoked = is_revoked(RevocationKind::session, realm, *id);

        piece.read = true;
        piece.revoked |= revoked;
        found.revoked |= revoked;
        found.alive |= !revoked && piece.plain;
    }

    void judge_sealed(std::string_view realm, const CookieSightings& sightings,
                      Found& found)
    {
        const bool whole = std::any_of(
            sightings.begin(), sightings.end(),
            [](const CookieSighting& s) { return s.mark == 0 && s.plain; });

        // express-openid-connect and Auth.js join chunks across gaps, and
        // Auth.js with what stands beside them
        for (const CookieSighting& sighting : sightings) {
            if (sighting.odd || sighting.mark == '.') {
                piece_of(sighting).odd |= sighting.odd || whole;
            }
        }

        for_each_sealed(sightings, [&](const SealedParts& parts) {
            SealedValue value;
            const bool revoked = has_revoked_value(realm, parts, value);
            const bool sealed = value.length() >= sealed_min_length;

            for (std::size_t i = 0; i < parts.count; ++i) {
                Piece& piece = piece_of(*parts.part[i]);

                piece.read |= !parts.ambiguous;
                piece.revoked |= revoked;
            }
            found.revoked |= revoked;
            found.alive |=
                sealed && !revoked && !parts.ambiguous && parts.part[0]->plain;
        });
    }

    // Somebody may add chunks that the application does not look at: each
    // number of chunks may be the whole.
    bool has_revoked_value(std::string_view realm, const SealedParts& parts,
                           SealedValue& value)
    {
        for (std::size_t i = 0; i < parts.count; ++i) {
            value.add(parts.part[i]->value);

            if (value.length() >= sealed_min_length &&
                value.any_id([&](const SealedId& id) {
                    return is_revoked(realm, id);
                })) {
                return true;
            }
        }
        return false;
    }

    bool is_revoked(std::string_view realm, const SealedId& id)
    {
        return is_revoked(RevocationKind::cookie, realm, view_of(id));
    }

    bool is_revoked(RevocationKind kind, std::string_view realm,
                    std::string_view value)
    {
        if (!table_.has_had(kind)) {
            return false;
        }

        const auto found = table_.find(keys_.of(kind, realm, value), now_);

        if (found) {
            decision_.since = std::max(decision_.since, found->since);
        }
        return found.has_value();
    }

    Piece& piece_of(const CookieSighting& sighting)
    {
        for (Piece& piece : pieces_) {
            if (piece.header == sighting.header &&
                piece.begin == sighting.begin) {
                piece.plain |= sighting.plain;
                return piece;
            }
        }

        pieces_.push_back({sighting.header, sighting.begin, sighting.end,
                           sighting.plain, false, false, false});
        return pieces_.back();
    }

    void hide_pieces()
    {
        std::sort(pieces_.begin(), pieces_.end(),
                  [](const Piece& a, const Piece& b) {
                      return a.header != b.header ? a.header < b.header
                                                  : a.begin < b.begin;
                  });

        for (const Piece& piece : pieces_) {
            if (piece.revoked || piece.odd || (piece.plain && !piece.read) ||
                trust_ == GuardTrust::none) {
                decision_.hidden.push_back(
                    {piece.header, {piece.begin, piece.end}});
            }
        }
    }

    // No browser sends that many, and looking at all takes too long.
    void hide_everything()
    {
        for (std::size_t h = 0; h < count_; ++h) {
            decision_.hidden.push_back({h, {0, headers_[h].size()}});
        }
    }

    const std::string_view* headers_;
    std::size_t count_;
    const RevocationTable& table_;
    RevocationKeys keys_;
    GuardTrust trust_;
    Milliseconds now_;
    std::pmr::memory_resource* memory_;
    bool too_many_ = false;
    ShortList<Piece, 4> pieces_;
    GuardDecision& decision_;
};

void list_sealed(const CookieSightings& sightings,
                 std::pmr::memory_resource* memory, SessionIds& ids)
{
    for_each_sealed(sightings, [&](const SealedParts& parts) {
        SealedValue value;

        for (std::size_t i = 0; i < parts.count; ++i) {
            value.add(parts.part[i]->value);
        }
        if (value.length() >= sealed_min_length && !parts.ambiguous) {
            ids.push_back(copy_text(view_of(value.id()), memory));
        }
    });
}


void list_ids(const SessionReader& reader, std::size_t cookie,
              const CookieSightings& sightings,
              std::pmr::memory_resource* memory, SessionIds& ids)
{
    for (const CookieSighting& sighting : sightings) {
        SessionScratch scratch;
        const auto id = sighting.plain
                            ? reader.identify(cookie, sighting.value, scratch)
                            : std::nullopt;
        if (id) {
            ids.push_back(copy_text(*id, memory));
        }
    }
}

}  // namespace


std::string_view name(GuardVerdict verdict)
{
    switch (verdict) {
    case GuardVerdict::no_session:
        return "no_session";
    case GuardVerdict::passed:
        return "passed";
    case GuardVerdict::revoked:
        return "revoked";
    case GuardVerdict::stale:
        break;
    }

    return "stale";
}


RevocationKind revocation_kind(const SessionReader& reader)
{
    return reader.is_sealed() ? RevocationKind::cookie
                              : RevocationKind::session;
}


GuardDecision judge_cookies(const std::string_view* cookie_headers,
                            std::size_t count, const SessionReaders& readers,
                            const RevocationTable& table, GuardTrust trust,
                            Milliseconds now, std::pmr::memory_resource* memory)
{
    GuardDecision decision(memory);

    Judge(cookie_headers, count, table, trust, now, memory, decision)
        .run(readers);
    return decision;
}


void list_sessions(const std::string_view* cookies, std::size_t count,
                   const SessionReader& reader,
                   std::pmr::memory_resource* memory, SessionIds& ids)
{
    for (std::size_t i = 0; i < reader.cookie_count(); ++i) {
        CookieNaming naming = reader.naming(i);
        CookieSightings sightings(memory);

        naming.as_php = false;
        for (std::size_t c = 0; c < count; ++c) {
            if (!find_sightings(cookies[c], c, naming, sightings)) {
                return;
            }
        }

        if (reader.is_sealed()) {
            list_sealed(sightings, memory, ids);
        } else {
            list_ids(reader, i, sightings, memory, ids);
        }
    }
}


std::string_view without_hidden(std::string_view text, std::size_t header,
                                const GuardDecision& decision,
                                std::pmr::memory_resource* memory)
{
    ShortList<CookieCut, 4> cuts(memory);

    for (const HiddenCookie& hidden : decision.hidden) {
        if (hidden.header == header) {
            cuts.push_back(hidden.cut);
        }
    }
    if (cuts.empty()) {
        return text;
    }

    char* const out = static_cast<char*>(memory->allocate(text.size(), 1));

    return {out, cut_cookies(text, cuts.data(), cuts.size(), out)};
}

}  // namespace logout
