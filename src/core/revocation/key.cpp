#include "core/revocation/key.hpp"

#include "core/base/digest.hpp"

#include <algorithm>
#include <charconv>

namespace logout {

namespace {

constexpr std::string_view names[] = {
    "cookie", "session", "jti", "sid", "sub", "email", "ticket", "dbsc",
};

static_assert(std::size(names) == revocation_kinds);

}  // namespace


std::string_view name(RevocationKind kind)
{
    return names[static_cast<std::size_t>(kind)];
}


std::optional<RevocationKind> revocation_kind(std::string_view name)
{
    const auto* const found =
        std::find(std::begin(names), std::end(names), name);

    if (found == std::end(names)) {
        return std::nullopt;
    }

    return static_cast<RevocationKind>(found - std::begin(names));
}


RevocationDigest revocation_digest(RevocationKind kind, std::string_view realm,
                                   const std::string_view* parts,
                                   std::size_t count)
{
    char length[20];
    const char* const end =
        std::to_chars(std::begin(length), std::end(length), realm.size()).ptr;
    Digest sha256(DigestAlgorithm::sha256);

    sha256.add(name(kind)).add(":");
    sha256.add({length, static_cast<std::size_t>(end - length)}).add(":");
    sha256.add(realm).add(":");
    for (std::size_t i = 0; i < count; ++i) {
        sha256.add(parts[i]);
    }

    const DigestValue value = sha256.finish();
    RevocationDigest digest;

    std::copy_n(value.bytes.begin(), digest.size(), digest.begin());
    return digest;
}


RevocationKey RevocationKeys::of(RevocationKind kind, std::string_view realm,
                                 std::string_view value) const
{
    return is_digested(kind) ? of(kind, revocation_digest(kind, realm, value))
                             : hash(kind, realm, value);
}


RevocationKey RevocationKeys::of(RevocationKind kind,
                                 const RevocationDigest& digest) const
{
    return hash(kind, {}, view_of(digest));
}


// One word before the texts says where the first of them ends.
RevocationKey RevocationKeys::hash(RevocationKind kind, std::string_view realm,
                                   std::string_view value) const
{
    char head[8];

    write_little_endian(std::uint64_t{realm.size()} << 8 |
                            static_cast<std::uint64_t>(kind),
                        head);

    return SipHash(secret_)
        .add({head, sizeof(head)})
        .add(realm)
        .add(value)
        .finish();
}

}  // namespace logout
