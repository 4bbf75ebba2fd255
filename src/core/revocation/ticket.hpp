// The ticket: a cookie beside an application's session cookie that says which
// session it is, made by nginx, of which the application knows nothing.
//
// What it is for: a session cookie that is encrypted anew with each answer has
// no name by which it could be refused. The ticket has one, an id that stays.
//
// The text is Base64url, without padding, of these bytes; numbers have their
// lowest byte first, times are milliseconds since 1970:
//
//   at  bytes
//    0    1   version: 1
//    1    1   what follows the head: 1 sub, 2 sid, 4 email, 8 previous value;
//             added up
//    2   16   id, random
//   18    8   issued: for marks. It stays as long as the id does.
//   26    8   expires
//   34   16   keyed hash of the session cookie's value
//   50   16   sub, 16 sid, 16 email, as far as there are any: masked digests
//        16   keyed hash of the previous value
//         8   until when that one is good
//        32   HMAC-SHA256 of all bytes before it
//
// 110 to 206 characters. The keys are made of a secret as HMAC-SHA256(secret,
// LABEL): of "logout_ticket 1 mac" that of the HMAC; the first 16 bytes of
// "logout_ticket 1 value" that of SipHash-2-4-128 for hashes of values; the
// same of "logout_ticket 1 mask" for masks.
//
// A digest (revocation_digest(), the same on every host) is combined by "xor"
// with SipHash-2-4-128 of 1, 2 or 4, as above, and the 50 bytes of the head. So
// whoever sees a ticket sees neither to whom it belongs, nor whether two belong
// to one; and who has the secret has the digest, by which a user is ended.
//
// Why a value is hashed: a thief must not show a stolen session cookie with a
// ticket of his own. The value is what the cookie has between "=" and ";", the
// chunks of one that is in several cookies joined in their order.
//
// The previous value. Of two answers that come at the same time each sets both
// cookies, and the browser ends with a pair. What it can send while it stores
// the two of one answer is the new ticket with the old value. So the new ticket
// has the old value's hash, too, for ticket_previous_value_good_for; and the
// Set-Cookie of a ticket has to come before that of the session cookie: the
// old ticket with the new value is refused. The old ticket with the old value
// is a pair as good as any until it expires, or its id ends.

#ifndef LOGOUT_REVOCATION_TICKET_HPP
#define LOGOUT_REVOCATION_TICKET_HPP

#include "core/base/digest.hpp"
#include "core/base/siphash.hpp"
#include "core/revocation/refusal.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace logout {

constexpr Milliseconds ticket_previous_value_good_for = 10 * 1000;

// A secret's least length in bytes, of random ones, and how many there can be.
constexpr std::size_t ticket_secret_min_length = 32;
constexpr std::size_t ticket_max_secrets = 4;

constexpr std::size_t ticket_max_length = 206;

// The value of a session cookie, in its chunks. A view.
struct TicketValue {
    const std::string_view* chunks;
    std::size_t count;
};

using TicketId = std::array<char, 16>;

struct Ticket {
    TicketId id{};

    // When the request began whose answer made the session, or made it a
    // user's: who was logged out meanwhile stays so. What makes it somebody's
    // (another sub, sid or email) needs a new id and a new time.
    Milliseconds issued = 0;

    // When the session cookie expires, and not later than the lifetime of the
    // table's entries from now: what has ended must not outlive its entry.
    Milliseconds expires = 0;

    std::optional<RevocationDigest> sub;
    std::optional<RevocationDigest> sid;
    std::optional<RevocationDigest> email;
};

// The id as it is in a stream, and the value of RevocationKind::ticket:
// Base64url, 22 characters.
class TicketIdText {
public:
    explicit TicketIdText(const TicketId& id);

    std::string_view view() const { return {text_.data(), text_.size()}; }

private:
    std::array<char, 22> text_;
};

// The text of a ticket, for Set-Cookie.
class TicketText {
public:
    std::string_view view() const { return {text_.data(), size_}; }

private:
    friend class Tickets;

    std::array<char, ticket_max_length> text_;
    std::size_t size_ = 0;
};

enum class TicketProblem {
    none,
    not_a_ticket,   // in length, alphabet or form
    other_version,  // of a later module
    bad_mac,        // made or changed by somebody else; or the secret is gone
    expired,
    other_value,  // of another session cookie
};

// A sentence without a full stop, for logs and for logout_explain. Static.
const char* describe(TicketProblem problem);

struct TicketReading {
    TicketProblem problem = TicketProblem::not_a_ticket;

    // All that follows is of use only without a problem.
    Ticket ticket;
    bool by_previous_value = false;

    // Not by the newest: issue it anew when there is an answer to do so.
    bool by_old_secret = false;
};

// Issues tickets, and reads them. Allocates nothing after it is made.
class Tickets {
public:
    // `secrets`: the newest, which issues, first. As many and as long as above;
    // nothing if not, and `problem` says why (static, without a full stop).
    static std::optional<Tickets>
    with_secrets(const std::vector<std::string_view>& secrets,
                 const char*& problem);

    TicketText issue(const Ticket& ticket, const TicketValue& value) const;

    // The same for a session cookie that changes: `previous` stays good until
    // ticket_previous_value_good_for from `now`.
    TicketText renew(const Ticket& ticket, const TicketValue& value,
                     const TicketValue& previous, Milliseconds now) const;

    // Whether `text`, which anybody can have made, is a ticket of this `value`.
    TicketReading read(std::string_view text, const TicketValue& value,
                       Milliseconds now) const;

private:
    struct Keys {
        explicit Keys(std::string_view secret);

        HmacKey mac;
        Bits128 value;
        Bits128 mask;
    };

    struct Bytes;

    Tickets() = default;

    static RevocationDigest hash(const Keys& keys, const TicketValue& value);
    static RevocationDigest masked(const Keys& keys, const Bytes& bytes,
                                   unsigned char part,
                                   const RevocationDigest& digest);
    static void put_head(const Ticket& ticket, unsigned char parts,
                         const RevocationDigest& value, Bytes& bytes);
    static TicketText sealed(const Keys& keys, Bytes& bytes);
    const Keys* keys_of(const Bytes& bytes) const;
    static TicketProblem read_body(const Keys& keys, const Bytes& bytes,
                                   const TicketValue& value, Milliseconds now,
                                   TicketReading& reading);
    TicketText make(const Ticket& ticket, const TicketValue& value,
                    const TicketValue* previous, Milliseconds now) const;

    std::vector<Keys> keys_;
};

// What ends the ticket: its id, its "sid", or a mark of its "sub" or "email".
std::optional<Refusal> find_refusal(const RevocationTable& table,
                                    const Ticket& ticket, Milliseconds now);

}  // namespace logout

#endif
