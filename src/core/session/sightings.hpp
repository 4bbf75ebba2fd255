// Where in a Cookie header a cookie of some name may be seen: by a browser's
// rules, and by those of servers that are more lenient.
//
// Who wants to hide an ended session from a guard in front of an application
// needs a header that the two read differently. Python splits cookies at
// blanks, older Rack and Java at commas; PHP takes "my.id" and "my[id" for
// "my_id"; JavaScript trims bytes that are no blanks. So a name counts wherever
// no longer name could begin before it.

#ifndef LOGOUT_SIGHTINGS_HPP
#define LOGOUT_SIGHTINGS_HPP

#include "core/base/short_list.hpp"

#include <cstddef>
#include <string_view>

namespace logout {

// More are in no browser's request.
constexpr std::size_t cookie_max_sightings = 32;

struct CookieSighting {
    std::size_t header;  // which of the Cookie headers
    std::size_t begin;   // of all between two ";"
    std::size_t end;
    std::string_view name;  // with the chunk's number
    std::string_view value;
    int chunk;   // NAME.0, NAME_1, NAMEC2: the number; -1 for NAME itself
    char mark;   // what is before the number, or 0
    bool plain;  // as browsers write it: the name is the piece's, and exact
    bool odd;    // see below
};

// What no application writes and some application may read as a value, or part
// of it, that cannot be told here: escapes in quotes, quotes around a ";", or
// something between the name and "=" where any is a chunk.

using CookieSightings = ShortList<CookieSighting, 4>;

struct CookieNaming {
    std::string_view name;
    bool as_php;   // ".", "[" and " " are "_"
    bool chunked;  // NAME with a number behind it counts as well
};

// Adds those in `text`, the Cookie header of that number. False: there are
// more than cookie_max_sightings.
bool find_sightings(std::string_view text, std::size_t header,
                    const CookieNaming& naming, CookieSightings& found);

// `text` without the pieces [begin, end) of `cuts`, which are in order; what
// else it holds stays as it is. Written to `out`, where there is room for all
// of it. Returns the length.
struct CookieCut {
    std::size_t begin;
    std::size_t end;
};

std::size_t cut_cookies(std::string_view text, const CookieCut* cuts,
                        std::size_t count, char* out);

}  // namespace logout

#endif
