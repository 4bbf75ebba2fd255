// Whether what came with a request has ended.

#ifndef LOGOUT_REVOCATION_REFUSAL_HPP
#define LOGOUT_REVOCATION_REFUSAL_HPP

#include "core/revocation/table.hpp"

#include <optional>

namespace logout {

// The entry for which a request is refused.
struct Refusal {
    RevocationKind kind;
    Revocation entry;
};

// What ends `key`, of what was issued at `issued`. A user's mark refuses what
// was issued before it, and what does not say when it was.
std::optional<Refusal> find_refusal(const RevocationTable& table,
                                    RevocationKind kind,
                                    const RevocationKey& key,
                                    std::optional<Milliseconds> issued,
                                    Milliseconds now);

}  // namespace logout

#endif
