#include "core/revocation/refusal.hpp"

namespace logout {

std::optional<Refusal> find_refusal(const RevocationTable& table,
                                    RevocationKind kind,
                                    const RevocationKey& key,
                                    std::optional<Milliseconds> issued,
                                    Milliseconds now)
{
    const std::optional<Revocation> entry = table.find(key, now);

    if (!entry || (takes_mark(kind) && issued && *issued >= entry->since)) {
        return std::nullopt;
    }

    return Refusal{kind, *entry};
}

}  // namespace logout
