// What is revoked, and the 128 bits that stand for it in a table.
//
// The guard looks up several keys for each request of a site, so that a key
// must be cheap; and a key must not be makeable: who can find another session
// id or cookie value with the key of somebody's subject, and logs out with it,
// ends that subject's sessions. Measured with OpenSSL 3.0 for a value of 32
// (100) bytes: SHA-256 takes 2,300 (4,350) instructions where the processor has
// none of its own for it, and 52 (92) ns where it has; SipHash-2-4 330 (630),
// and 26 (53) ns. A whole proxied request is some tens of thousands. So a key
// is a SipHash with a secret of 128 bits that each table draws for itself.
//
// Tables of other hosts have other secrets. What travels is therefore not the
// key but its name: kind, realm and value. For three reasons the value of some
// kinds (is_digested()) is hashed with SHA-256 before, and only the digest
// travels: the value of a cookie is a credential, which has no place in a
// stream; it is long; and a ticket has to name a subject on every host, but
// not to whom it belongs.

#ifndef LOGOUT_REVOCATION_KEY_HPP
#define LOGOUT_REVOCATION_KEY_HPP

#include "core/base/siphash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace logout {

// The realm says whose value it is, so that equal values of two applications
// or two providers do not meet.
enum class RevocationKind : std::uint8_t {
    cookie,   // the value of a session cookie; realm: its name
    session,  // a session's id or key in Redis; realm: the cookie's name
    jti,      // a token; realm: its issuer
    sid,      // a session of a provider; realm: the issuer
    sub,      // a user; realm: the issuer
    email,    // a user; realm: empty, or what an application takes
    ticket,   // the id of a ticket, as it is written in a stream; realm: empty
    dbsc,     // a device bound session's id; realm: the host
};

constexpr std::size_t revocation_kinds = 8;

// The longest realm, and the longest value that is not digested, in bytes. What
// is longer is not there for who reads it, and cannot be ended.
constexpr std::size_t revocation_name_max_length = 1024;

// As in a stream entry: "cookie", "session", ...
std::string_view name(RevocationKind kind);
std::optional<RevocationKind> revocation_kind(std::string_view name);

// Whether it is a user that is revoked: that ends what was issued before a
// moment, and not what comes after. All other kinds are ended for good.
constexpr bool takes_mark(RevocationKind kind)
{
    return kind == RevocationKind::sub || kind == RevocationKind::email;
}

// Whether its value is hashed with SHA-256 first.
constexpr bool is_digested(RevocationKind kind)
{
    return takes_mark(kind) || kind == RevocationKind::sid ||
           kind == RevocationKind::cookie;
}

using RevocationDigest = std::array<char, 16>;

inline std::string_view view_of(const RevocationDigest& digest)
{
    return {digest.data(), digest.size()};
}

// The first 16 bytes of SHA-256 of "KIND:LENGTH:REALM:VALUE", where LENGTH is
// that of REALM in bytes: the same on every host, and easy to make elsewhere.
// The value is that of all `parts`, joined (a cookie in chunks).
RevocationDigest revocation_digest(RevocationKind kind, std::string_view realm,
                                   const std::string_view* parts,
                                   std::size_t count);

inline RevocationDigest revocation_digest(RevocationKind kind,
                                          std::string_view realm,
                                          std::string_view value)
{
    return revocation_digest(kind, realm, &value, 1);
}

using RevocationKey = Bits128;

// Makes the keys of one table. Cheap to copy; allocates nothing.
class RevocationKeys {
public:
    explicit RevocationKeys(const Bits128& secret) : secret_(secret) {}

    // For every kind: a digest is made where one is needed.
    RevocationKey of(RevocationKind kind, std::string_view realm,
                     std::string_view value) const;

    // For a kind that is_digested().
    RevocationKey of(RevocationKind kind, const RevocationDigest& digest) const;

private:
    RevocationKey hash(RevocationKind kind, std::string_view realm,
                       std::string_view value) const;

    Bits128 secret_;
};

}  // namespace logout

#endif
