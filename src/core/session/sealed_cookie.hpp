// The values that a cookie may have whose session is in itself: where it is
// longer than a cookie can be, it comes in chunks (NAME.0, NAME.1, ...).

#ifndef LOGOUT_SEALED_COOKIE_HPP
#define LOGOUT_SEALED_COOKIE_HPP

#include "core/session/sealed.hpp"
#include "core/session/sightings.hpp"

#include <array>
#include <cstddef>

namespace logout {

// What is shorter seals nothing, in characters of Base64: "deleted", or the
// "chunks-3" of ASP.NET Core.
constexpr std::size_t sealed_min_length = 16;

// NAME itself, or the chunks with one mark, from NAME.0 or NAME.1 on.
struct SealedParts {
    std::array<const CookieSighting*, cookie_max_sightings + 1> part;
    std::size_t count = 0;
    bool ambiguous = false;  // a chunk is there twice
};

// Calls `action` with each. Chunks behind a gap belong to none.
template <typename Action>
void for_each_sealed(const CookieSightings& sightings, Action action);

// The chunks of `sightings` with `mark`.
SealedParts sealed_chunks(const CookieSightings& sightings, char mark);


template <typename Action>
void for_each_sealed(const CookieSightings& sightings, Action action)
{
    bool chunked = false;

    for (const CookieSighting& sighting : sightings) {
        if (sighting.mark == 0 && !sighting.odd) {
            SealedParts whole;
            whole.part[0] = &sighting;
            whole.count = 1;
            action(whole);
        }
        chunked = chunked || sighting.mark != 0;
    }

    if (!chunked) {
        return;
    }
    for (const char mark : {'.', '_', '-', 'C'}) {
        const SealedParts chunks = sealed_chunks(sightings, mark);
        if (chunks.count > 0) {
            action(chunks);
        }
    }
}

}  // namespace logout

#endif
