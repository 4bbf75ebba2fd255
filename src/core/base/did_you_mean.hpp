// "Did you mean ...?" for words of the configuration.

#ifndef LOGOUT_NEAREST_HPP
#define LOGOUT_NEAREST_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace logout {

// The candidate that a misspelt `word` most likely means: the one that fewest
// inserted, deleted, replaced or swapped letters turn it into, and not more
// than a third of its letters. Empty if there is none.
std::string_view nearest_word(std::string_view word,
                              const std::string_view* candidates,
                              std::size_t count);


// What is wrong with a parameter that `directive` does not have, and which one
// was most likely meant, or which there are. Those that take a value end in
// "=", and so does `name` if one was given. The value itself is not to be told:
// it may be a secret, behind a misspelled name.
std::string unknown_parameter(std::string_view name, std::string_view directive,
                              const std::string_view* candidates,
                              std::size_t count);


// What is wrong with an argument of `directive` that is none of the words which
// there are, and which one was most likely meant.
std::string unknown_word(std::string_view word, std::string_view directive,
                         const std::string_view* candidates, std::size_t count);

}  // namespace logout

#endif
