// An entry of the Redis stream by which hosts tell each other what has ended.
//
//   XADD STREAM MINID ~ MILLISECONDS * FIELD VALUE ...
//
//   version  "1". May be left out.
//   kind     "cookie", "session", "jti", "sid", "sub", "email", "ticket" or
//            "dbsc" (key.hpp)
//   realm    whose value it is: a cookie's name, an issuer, ... (key.hpp). May
//            be left out where it is empty. "iss" is another name for it.
//   value    what has ended, as it is: for every kind but "cookie", whose
//            values are credentials
//   digest   the same as 32 lower-case hexadecimal digits: revocation_digest()
//            of kind, realm and value. For "cookie", "sid", "sub" and "email";
//            the realm is in it, and is not looked at here.
//   since    when it ended; for "sub" and "email" the mark, before which it was
//            issued. May be left out, and is never later than the entry's id.
//   expires  when all of its sessions and tokens will have expired by
//            themselves. May be left out, and is never later than the lifetime
//            of the table after the entry's id.
//   lift     "1": takes back what earlier entries ended. It was given out anew,
//            or ended by mistake.
//
// Times are milliseconds since 1970. Those of the id are of Redis' clock, so
// that no host's clock counts but this one. Fields with other names are
// ignored: notes of who ended what and why. So an application ends all sessions
// of a user with
//
//   XADD STREAM * kind sub iss https://login.example value USER

#ifndef LOGOUT_REVOCATION_STREAM_ENTRY_HPP
#define LOGOUT_REVOCATION_STREAM_ENTRY_HPP

#include "core/revocation/key.hpp"
#include "core/revocation/table.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace logout {

// The most fields of an entry, with those that are ignored.
constexpr std::size_t stream_entry_max_fields = 32;

// What has ended. The views are of whoever made it.
struct StreamEntry {
    RevocationKind kind = RevocationKind::cookie;
    std::string_view realm;
    std::string_view value;

    // In the place of realm and value.
    std::optional<RevocationDigest> digest;

    Milliseconds since = 0;
    Milliseconds expires = 0;
    bool lift = false;

    // The entry that ends a value, with the digest where the kind has one.
    static StreamEntry of(RevocationKind kind, std::string_view realm,
                          std::string_view value);

    RevocationKey key(const RevocationKeys& keys) const;
};

enum class StreamEntryProblem {
    none,
    too_many_fields,
    odd_fields,
    repeated_field,
    other_version,
    no_kind,
    unknown_kind,
    bad_realm,
    no_value,
    two_values,
    bad_value,
    value_of_cookie,
    bad_digest,
    digest_of_other_kind,
    bad_since,
    bad_expires,
    bad_lift,
};

// A sentence without a full stop, for logs. Static: nothing of an entry is in
// it.
const char* describe(StreamEntryProblem problem);

// Reads `count` texts, a name and a value in turn, of the entry with the id
// `place`. `lifetime` is that of the table. `entry`, with all of its members
// set, is of use only without a problem; its views are of `texts`. A lift's
// `since` is what table.lift() takes: what ended up to the entry's id.
StreamEntryProblem parse_stream_entry(const std::string_view* texts,
                                      std::size_t count,
                                      const StreamPlace& place,
                                      Milliseconds lifetime,
                                      StreamEntry& entry);

// The fields of an entry, as texts for XADD: a name and a value in turn.
class StreamEntryFields {
public:
    // The views of `entry` have to last as long as this.
    explicit StreamEntryFields(const StreamEntry& entry);

    StreamEntryFields(const StreamEntryFields&) = delete;
    StreamEntryFields& operator=(const StreamEntryFields&) = delete;

    const std::string_view* data() const { return texts_.data(); }
    std::size_t size() const { return size_; }

private:
    void add(std::string_view name, std::string_view value);
    void add(std::string_view name, Milliseconds time,
             std::array<char, 20>& out);

    std::array<std::string_view, 14> texts_;
    std::size_t size_ = 0;
    std::array<char, 32> digest_;
    std::array<char, 20> since_;
    std::array<char, 20> expires_;
};

// An entry's id, "MILLISECONDS-SEQUENCE", as Redis writes it. Nothing for
// another text.
std::optional<StreamPlace> parse_stream_place(std::string_view text);

class StreamPlaceText {
public:
    explicit StreamPlaceText(const StreamPlace& place);

    std::string_view view() const { return {text_.data(), size_}; }

private:
    std::array<char, 41> text_;
    std::size_t size_;
};

}  // namespace logout

#endif
