#include "core/session/sealed_cookie.hpp"

#include <algorithm>

namespace logout {

namespace {

bool is_before(const CookieSighting* a, const CookieSighting* b)
{
    return a->chunk < b->chunk;
}

}  // namespace


SealedParts sealed_chunks(const CookieSightings& sightings, char mark)
{
    SealedParts chunks;

    for (const CookieSighting& sighting : sightings) {
        if (sighting.mark == mark && !sighting.odd &&
            chunks.count < chunks.part.size()) {
            chunks.part[chunks.count++] = &sighting;
        }
    }

    auto* const begin = chunks.part.begin();
    std::stable_sort(begin, begin + chunks.count, is_before);

    if (chunks.count > 0 && (*begin)->chunk > 1) {
        chunks.count = 0;
    }
    for (std::size_t i = 1; i < chunks.count; ++i) {
        const int step = begin[i]->chunk - begin[i - 1]->chunk;

        if (step == 0) {
            chunks.ambiguous = true;
        } else if (step > 1) {
            chunks.count = i;
        }
    }
    return chunks;
}

}  // namespace logout
