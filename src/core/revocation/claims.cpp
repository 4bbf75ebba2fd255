#include "core/revocation/claims.hpp"

#include "core/base/base64.hpp"
#include "core/base/json.hpp"
#include "core/token/jws_compact.hpp"

#include <cmath>
#include <initializer_list>
#include <utility>

namespace logout {

namespace {

// Beyond it no double counts milliseconds.
constexpr double latest = 9007199254740992.0 / 1000;


// A user who has a zero byte or a number of thirty digits put in a claim must
// not get a token that cannot be refused. Whole numbers are kept as they are,
// unless one is too large for that.
Json parse_leniently(std::string_view text)
{
    for (const std::size_t flags :
         {std::size_t{JSON_ALLOW_NUL},
          std::size_t{JSON_ALLOW_NUL} | JSON_DECODE_INT_AS_REAL}) {
        Json value(json_loadb(text.data(), text.size(), flags, nullptr));

        if (json_is_object(value.get())) {
            return value;
        }
    }

    return nullptr;
}


void read_text(const json_t* claim, std::pmr::string& text)
{
    if (json_is_string(claim) &&
        json_string_length(claim) <= revocation_name_max_length) {
        text = json_string_view(claim);
    } else if (json_is_integer(claim)) {
        text = std::to_string(json_integer_value(claim));
    }
}


std::optional<Milliseconds> read_date(const json_t* claim)
{
    const double seconds =
        json_is_number(claim) ? json_number_value(claim) : -1;

    if (seconds < 0 || seconds > latest) {
        return std::nullopt;
    }

    return static_cast<Milliseconds>(std::floor(seconds * 1000));
}


// `get` gives the claim of a name, or nullptr.
template <typename Get>
TokenClaims read_claims(const Get& get, std::pmr::memory_resource* memory)
{
    TokenClaims claims(memory);

    read_text(get("iss"), claims.issuer);
    read_text(get("jti"), claims.jti);
    read_text(get("sid"), claims.sid);
    read_text(get("sub"), claims.sub);
    claims.issued = read_date(get("iat"));
    return claims;
}

}  // namespace


std::optional<TokenClaims> read_token_claims(std::string_view token,
                                             std::pmr::memory_resource* memory)
{
    const std::optional<CompactJws> jws = CompactJws::split(token);

    if (!jws) {
        return std::nullopt;
    }

    std::pmr::string payload(base64_decoded_max(jws->payload().size()), '\0',
                             memory);
    const std::optional<std::size_t> size =
        base64_decode(jws->payload(), Base64::url, payload.data());
    const Json object =
        size ? parse_leniently({payload.data(), *size}) : nullptr;

    if (!object) {
        return std::nullopt;
    }

    return read_claims(
        [&](const char* name) { return json_object_get(object.get(), name); },
        memory);
}


TokenClaims token_claims(const Jwt& jwt, std::pmr::memory_resource* memory)
{
    return read_claims([&](const char* name) { return jwt.claim(name); },
                       memory);
}


std::optional<Refusal> find_refusal(const RevocationTable& table,
                                    const TokenClaims& claims, Milliseconds now)
{
    const std::pair<RevocationKind, std::string_view> names[] = {
        {RevocationKind::jti, claims.jti},
        {RevocationKind::sid, claims.sid},
        {RevocationKind::sub, claims.sub},
    };

    for (const auto& [kind, value] : names) {
        if (value.empty() || !table.has_had(kind)) {
            continue;
        }

        const RevocationKey key = table.keys().of(kind, claims.issuer, value);

        if (const auto refusal =
                find_refusal(table, kind, key, claims.issued, now)) {
            return refusal;
        }
    }

    return std::nullopt;
}


bool refuses_tokens(const RevocationTable& table)
{
    return table.has_had(RevocationKind::jti) ||
           table.has_had(RevocationKind::sid) ||
           table.has_had(RevocationKind::sub);
}

}  // namespace logout
