// "Did you mean ...?" for words of the configuration.

#ifndef LOGOUT_NEAREST_HPP
#define LOGOUT_NEAREST_HPP

#include <cstddef>
#include <string_view>

namespace logout {

// The candidate that a misspelt `word` most likely means: the one that fewest
// inserted, deleted or exchanged letters turn it into, and not more than a
// third of its letters. Empty if there is none.
std::string_view nearest_word(std::string_view word,
                              const std::string_view* candidates,
                              std::size_t count);

}  // namespace logout

#endif
