// What of a request may be shown to an application: the decision of the guard.

#ifndef LOGOUT_GUARD_HPP
#define LOGOUT_GUARD_HPP

#include "core/revocation/table.hpp"
#include "core/session/reader.hpp"
#include "core/session/sightings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace logout {

enum class GuardVerdict {
    no_session,  // the request names none
    passed,      // it names some, and none of them has ended
    revoked,     // one has ended
    stale,       // none is known to have ended, by a table that is too old
};

constexpr std::size_t guard_verdicts = 4;

// What it says of a session that a table does not have it.
enum class GuardTrust {
    full,  // it has not ended
    some,  // the table is too old to say so; the session passes all the same
    none,  // the same; no session is shown to the application
};

// As in $logout_guard. Static.
std::string_view name(GuardVerdict verdict);

// The kind of revocation that ends the sessions of `reader`. Its realm is the
// name of the cookie.
RevocationKind revocation_kind(const SessionReader& reader);

// Part of a Cookie header that the application must not see.
struct HiddenCookie {
    std::size_t header;
    CookieCut cut;
};

// A cookie of an ended session, which the browser is to forget; the reader's
// number says how it was set.
struct EndedCookie {
    std::size_t reader;
    std::string_view name;
};

struct GuardDecision {
    explicit GuardDecision(std::pmr::memory_resource* memory)
        : hidden(memory), ended(memory)
    {
    }

    GuardVerdict verdict = GuardVerdict::no_session;
    Milliseconds since = 0;  // when the session ended, if one has

    // In the order in which they stand. Also what no application reads as a
    // session, for who knows what else it may be read as.
    ShortList<HiddenCookie, 2> hidden;

    // Each once. Of a reader with another session that is alive there is none:
    // the browser might forget that one.
    ShortList<EndedCookie, 2> ended;
};

using SessionReaders = std::vector<const SessionReader*>;

// Allocates from `memory` only where a request has more cookies of one name
// than browsers send, or ended sessions. Time is linear in the headers.
GuardDecision judge_cookies(const std::string_view* cookie_headers,
                            std::size_t count, const SessionReaders& readers,
                            const RevocationTable& table, GuardTrust trust,
                            Milliseconds now,
                            std::pmr::memory_resource* memory);

// What a response sets, which `cookies` are (the first parts of Set-Cookie
// headers, "NAME=VALUE"): the ids of sessions of `reader`.
using SessionIds = ShortList<std::string_view, 2>;

void list_sessions(const std::string_view* cookies, std::size_t count,
                   const SessionReader& reader,
                   std::pmr::memory_resource* memory, SessionIds& ids);

// Cookie header number `header` without what is hidden, in `memory`.
std::string_view without_hidden(std::string_view text, std::size_t header,
                                const GuardDecision& decision,
                                std::pmr::memory_resource* memory);

}  // namespace logout

#endif
